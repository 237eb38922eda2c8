/// A source made ready for many documents: what it begins with is asked for by numbers.
package struct PreparedSource: Sendable {
  private let source: FieldSource
  private let leading: LeadingNames

  init(_ source: FieldSource, among known: KnownPaths) {
    self.source = source.known(among: known)
    leading = LeadingNames(self.source, among: known)
  }

  /// Calls `body` with each value, as `FieldSource.forEachValue` does.
  package func forEachValue(
    in alert: Document, envelope: JSONNode?, scratch: TextArena, emptyIsMissing: Bool, _ body: (FieldValue) -> Bool
  ) -> Visit {
    var visit = Visit.nothing
    if visit.follow(leading, in: alert, emptyIsMissing: emptyIsMissing, body) { return visit }
    return source.forEachValue(
      in: alert, envelope: envelope, scratch: scratch, emptyIsMissing: emptyIsMissing, body)
  }
}
