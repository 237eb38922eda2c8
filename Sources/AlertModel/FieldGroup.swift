/// Several fields that alerts of one format are asked for together. Those that an alert does not have cost next to nothing.
public final class FieldGroup: Sendable {
  /// The fields, by place.
  public let fields: [Field]

  fileprivate let traces: [FieldTrace]

  /// - Parameter table: the format's place in `Vocabulary.tables`.
  public init(_ fields: [Field], in table: Int) {
    self.fields = fields
    traces = fields.map { $0.traces[table] }
  }
}

extension Alert {
  /// Calls `body` with the place of each field in the group and each of its values that is not null, until it returns true.
  ///
  /// - Parameter group: one of the alert's format.
  /// - Returns: true where `body` returned true.
  @discardableResult
  public func forEachValue(of group: FieldGroup, _ body: (_ place: Int, _ value: FieldValue) -> Bool) -> Bool {
    for place in group.traces.indices {
      let trace = group.traces[place]
      if mayHave(trace), forEachValue(trace, of: { group.fields[place] }, { body(place, $0) }) { return true }
    }
    return false
  }
}
