/// What a Weir wrote on an alert: so that the alert means the same to whoever reads it again, be it an output, the next
/// stage, or another Weir.
public final class EarlierNotes: Sendable {
  /// The severity, where it is another than the detector's.
  public let severity: FieldPath

  /// The rule that made the alert from an event, apart from what the event itself says under `rule`.
  public let ruleID: FieldPath
  /// The same rule's name.
  public let ruleName: FieldPath

  /// What the rule counts as, before the format's own.
  private let givenID: FieldPath
  private let givenName: FieldPath

  init(_ paths: KnownPaths) {
    severity = paths.path("weir.severity")
    ruleID = paths.path("weir.rule.id")
    ruleName = paths.path("weir.rule.name")
    givenID = paths.path("rule.id")
    givenName = paths.path("rule.name")
  }

  /// The severity that a Weir gave the alert; nil where it let it be.
  public func severity(of document: Document) -> Severity? {
    guard let value = severity.first(in: document)?.value, value.kind == .string else { return nil }
    return Severity(name: value.text)
  }

  /// The rule that made the alert, as fields that count before the format's own; none where no rule did.
  public func fields(of document: Document) -> [AddedField] {
    guard let id = ruleID.first(in: document)?.value, id.kind == .string else { return [] }
    let name = ruleName.first(in: document).map { AddedField(givenName, text: $0.value.text) }
    return [AddedField(givenID, text: id.text)] + (name.map { [$0] } ?? [])
  }
}
