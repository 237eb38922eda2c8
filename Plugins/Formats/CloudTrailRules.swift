internal import AlertModel

// What a table of paths cannot say about a CloudTrail record.
extension CloudTrailFields {
  static func isConsoleLogin(_ eventName: FieldValue?) -> Bool { eventName?.equals("ConsoleLogin") ?? false }

  /// Of the name of the event, the result of a login, and the code and the message of an error.
  static func outcome(_ parts: FieldParts, _ text: inout [UInt8]) -> FieldValue.Kind? {
    if isConsoleLogin(parts[0]), let result = parts.filled(1) {
      let start = text.count
      result.appendText(to: &text)
      lowercase(&text, from: start)
    } else {
      let failed = parts.filled(2) != nil || parts.filled(3) != nil
      text.append(contentsOf: (failed ? "failure" : "success").utf8)
    }
    return .string
  }

  /// Of the name of the event.
  static func category(_ parts: FieldParts, _ text: inout [UInt8]) -> FieldValue.Kind? {
    guard let filing = filing(of: parts[0]) else { return nil }
    text.append(contentsOf: filing.category.utf8)
    return .string
  }

  /// The first, second… of the types of an action.
  static func type(_ place: Int) -> @Sendable (FieldParts, inout [UInt8]) -> FieldValue.Kind? {
    { parts, text in
      let types = filing(of: parts[0])?.types ?? ["info"]
      guard place < types.count else { return nil }
      text.append(contentsOf: types[place].utf8)
      return .string
    }
  }

  private static func filing(of eventName: FieldValue?) -> CloudTrailActions.Filing? {
    eventName.flatMap { CloudTrailActions.filings[$0.text] }
  }

  /// `TLSv1.3` is the protocol `tls` and the version `1.3`.
  static func tlsVersion(_ value: FieldValue?, isProtocol: Bool, to text: inout [UInt8]) -> FieldValue.Kind? {
    guard let value, let v = value.bytes.firstIndex(of: UInt8(ascii: "v")) else { return nil }
    if isProtocol {
      let start = text.count
      text.append(contentsOf: value.bytes[..<v])
      lowercase(&text, from: start)
    } else {
      text.append(contentsOf: value.bytes[(v + 1)...])
    }
    return .string
  }

  /// A `Yes` or `No` of a console login as a truth value; everything but `No` is true.
  static func loginFlag(_ path: String) -> FieldSource {
    .computed("of a console login: whether `\(path)` is other than `No`", of: ["eventName", path]) { parts, text in
      guard isConsoleLogin(parts[0]), let flag = parts.filled(1) else { return nil }
      let isNo = flag.equals("No")
      text.append(contentsOf: (isNo ? "false" : "true").utf8)
      return isNo ? .false : .true
    }
  }

  /// True where there is a value, and its Java text is shorter than 32,766 characters.
  static func isShort(_ value: JSONNode?) -> Bool {
    // The text is hardly ever longer than the JSON; only numbers with exponents grow.
    let limit = 32_766
    guard let value else { return false }
    guard value.source.count >= limit / 2 else { return true }
    var text: [UInt8] = []
    return JavaText.append(value, to: &text) && String(decoding: text, as: UTF8.self).utf16.count < limit
  }

  /// Resources as Elastic keeps them: the last of those with the same ARN, account and type, in the order of a Java map
  /// from these three, joined by underscores.
  static func distinctResources(_ resources: [JSONNode]) -> [JSONNode] {
    var distinct: [(key: [UInt8], resource: JSONNode)] = []
    var places: [[UInt8]: Int] = [:]
    for resource in resources where resource.kind == .object {
      var key: [UInt8] = []
      for (place, paths) in resourceKey.enumerated() {
        if place > 0 { key.append(UInt8(ascii: "_")) }
        paths.lazy.compactMap { value($0, in: resource) }.first?.appendText(to: &key)
      }
      if let known = places[key] {
        distinct[known].resource = resource
      } else {
        places[key] = distinct.count
        distinct.append((key, resource))
      }
    }
    return JavaText.hashMapOrder(of: distinct.map { $0.key[...] }).map { distinct[$0].resource }
  }

  private static let resourceKey = [
    [FieldPath("ARN"), FieldPath("arn")], [FieldPath("accountId"), FieldPath("account_id")], [FieldPath("type")],
  ]

  /// What `summary` is made of: the action, who, from where, the error.
  static let summarised = [
    "eventName", "userIdentity.arn", "userIdentity.userName", "userIdentity.principalId", "userIdentity.invokedBy",
    "sourceIPAddress", "errorCode", "errorMessage",
  ]

  /// `CreateTrail by arn:… from 192.0.2.7 failed: AccessDenied`.
  static func summary(_ parts: FieldParts, _ text: inout [UInt8]) -> FieldValue.Kind? {
    guard let action = parts.filled(0) else { return nil }
    action.appendText(to: &text)
    if let who = parts.firstFilled(1..<5) {
      text.append(contentsOf: " by ".utf8)
      who.appendText(to: &text)
    }
    if let from = parts.filled(5) {
      text.append(contentsOf: " from ".utf8)
      from.appendText(to: &text)
    }
    if let error = parts.firstFilled(6..<8) {
      text.append(contentsOf: " failed: ".utf8)
      error.appendText(to: &text)
    }
    return .string
  }

  /// The first value at `path` that is neither null nor empty text.
  private static func value(_ path: FieldPath, in record: JSONNode) -> FieldValue? {
    guard let value = path.first(in: record)?.value, value.isScalar, !value.bytes.isEmpty else { return nil }
    return value
  }

  private static func lowercase(_ text: inout [UInt8], from start: Int) {
    for at in start..<text.count where text[at] &- UInt8(ascii: "A") < 26 { text[at] |= 0x20 }
  }
}
