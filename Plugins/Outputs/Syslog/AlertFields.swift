internal import AlertModel

/// The fields that text, CEF and LEEF show, prepared for looking them up.
struct AlertFields {
  let ruleName: Field
  let ruleID: Field
  let message: Field
  let userName: Field
  let userID: Field
  let sourceAddress: Field
  let hostName: Field
  let action: Field
  let outcome: Field
  let provider: Field
  let accountID: Field
  let accountName: Field
  let region: Field
  let technique: Field

  init(_ vocabulary: Vocabulary) {
    ruleName = vocabulary.field("rule.name")
    ruleID = vocabulary.field("rule.id")
    message = vocabulary.field("message")
    userName = vocabulary.field("user.name")
    userID = vocabulary.field("user.id")
    sourceAddress = vocabulary.field("source.ip")
    hostName = vocabulary.field("host.name")
    action = vocabulary.field("event.action")
    outcome = vocabulary.field("event.outcome")
    provider = vocabulary.field("event.provider")
    accountID = vocabulary.field("cloud.account.id")
    accountName = vocabulary.field("cloud.account.name")
    region = vocabulary.field("cloud.region")
    technique = vocabulary.field("threat.technique.id")
  }
}

extension Alert {
  /// The field's first value where it is text, a number or a truth value, and not empty.
  func scalar(_ field: Field) -> FieldValue? {
    guard let value = first(field), value.isScalar, !value.bytes.isEmpty else { return nil }
    return value
  }
}

extension Array<UInt8> {
  mutating func append(text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
