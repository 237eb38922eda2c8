/// What a Weir wrote on an alert: so that the alert means the same to whoever reads it again, be it an output, the next
/// stage, or another Weir.
public enum EarlierNotes {
  /// The severity, where it is another than the detector's.
  public static let severity = FieldPath("weir.severity")

  /// The rule that made the alert from an event, apart from what the event itself says under `rule`.
  public static let ruleID = FieldPath("weir.rule.id")
  public static let ruleName = FieldPath("weir.rule.name")

  private static let weir = FieldPath("weir")

  /// The severity that a Weir gave the alert; nil where it let it be.
  public static func severity(of root: JSONNode) -> Severity? {
    guard mayBe(in: root), let value = severity.first(in: root)?.value, value.kind == .string else { return nil }
    return Severity(name: value.text)
  }

  /// The rule that made the alert, as fields that count before the format's own; none where no rule did.
  public static func fields(of root: JSONNode) -> [AddedField] {
    guard mayBe(in: root), let id = ruleID.first(in: root)?.value, id.kind == .string else { return [] }
    let name = ruleName.first(in: root).map { AddedField("rule.name", text: $0.value.text) }
    return [AddedField("rule.id", text: id.text)] + (name.map { [$0] } ?? [])
  }

  /// False for most documents that no Weir has written on: its notes are an object at the end.
  private static func mayBe(in root: JSONNode) -> Bool {
    let bytes = root.source
    var braces = 0
    for byte in bytes.reversed() {
      if byte == UInt8(ascii: "}") {
        braces += 1
        if braces == 2 { return weir.first(in: root) != nil }
      } else if byte > 0x20 {
        return false
      }
    }
    return false
  }
}
