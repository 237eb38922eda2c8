internal import AlertModel

// What a table of paths cannot say about a CloudTrail record.
extension CloudTrailFields {
  static let eventName = FieldPath("eventName")
  static let eventSource = FieldPath("eventSource")
  private static let errorCode = FieldPath("errorCode")
  private static let errorMessage = FieldPath("errorMessage")
  private static let loginResult = FieldPath("responseElements.ConsoleLogin")
  private static let tlsVersion = FieldPath("tlsDetails.tlsVersion")
  private static let identities = [
    FieldPath("userIdentity.arn"), FieldPath("userIdentity.userName"), FieldPath("userIdentity.principalId"),
    FieldPath("userIdentity.invokedBy"),
  ]
  private static let sourceAddress = FieldPath("sourceIPAddress")

  static func isConsoleLogin(_ record: JSONNode) -> Bool {
    eventName.first(in: record)?.value.equals("ConsoleLogin") ?? false
  }

  static func outcome(_ record: JSONNode, _: JSONNode?, _ text: inout [UInt8]) -> FieldValue.Kind? {
    if isConsoleLogin(record), let result = value(loginResult, in: record) {
      let start = text.count
      result.appendText(to: &text)
      lowercase(&text, from: start)
    } else {
      let failed = value(errorCode, in: record) != nil || value(errorMessage, in: record) != nil
      text.append(contentsOf: (failed ? "failure" : "success").utf8)
    }
    return .string
  }

  static func category(_ record: JSONNode, _: JSONNode?, _ text: inout [UInt8]) -> FieldValue.Kind? {
    guard let filing = filing(of: record) else { return nil }
    text.append(contentsOf: filing.category.utf8)
    return .string
  }

  /// The first, second… of the types of an action.
  static func type(_ place: Int) -> @Sendable (JSONNode, JSONNode?, inout [UInt8]) -> FieldValue.Kind? {
    { record, _, text in
      let types = filing(of: record)?.types ?? ["info"]
      guard place < types.count else { return nil }
      text.append(contentsOf: types[place].utf8)
      return .string
    }
  }

  private static func filing(of record: JSONNode) -> CloudTrailActions.Filing? {
    eventName.first(in: record).flatMap { CloudTrailActions.filings[$0.value.text] }
  }

  /// `TLSv1.3` is the protocol `tls` and the version `1.3`.
  static func tlsVersion(of record: JSONNode, isProtocol: Bool, to text: inout [UInt8]) -> FieldValue.Kind? {
    guard let value = value(tlsVersion, in: record), let v = value.bytes.firstIndex(of: UInt8(ascii: "v")) else {
      return nil
    }
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
  static func loginFlag(_ path: FieldPath, of record: JSONNode, to text: inout [UInt8]) -> FieldValue.Kind? {
    guard isConsoleLogin(record), let flag = value(path, in: record) else { return nil }
    let isNo = flag.equals("No")
    text.append(contentsOf: (isNo ? "false" : "true").utf8)
    return isNo ? .false : .true
  }

  /// True where the Java text of the value at `path` is shorter than 32,766 characters.
  static func isShort(_ path: FieldPath, in record: JSONNode) -> Bool {
    // The text is hardly ever longer than the JSON; only numbers with exponents grow.
    let limit = 32_766
    guard let value = path.first(in: record) else { return false }
    guard value.source.count >= limit / 2 else { return true }
    var text: [UInt8] = []
    return JavaText.append(value, to: &text) && String(decoding: text, as: UTF8.self).utf16.count < limit
  }

  /// Resources as Elastic keeps them: the last of those with the same ARN, account and type, in the order of a Java map
  /// from these three, joined by underscores.
  static func distinctResources(_ resources: [JSONNode]) -> [JSONNode] {
    var distinct: [(key: [UInt8], resource: JSONNode)] = []
    for resource in resources where resource.kind == .object {
      var key: [UInt8] = []
      for (place, paths) in resourceKey.enumerated() {
        if place > 0 { key.append(UInt8(ascii: "_")) }
        paths.lazy.compactMap { value($0, in: resource) }.first?.appendText(to: &key)
      }
      if let known = distinct.firstIndex(where: { $0.key == key }) {
        distinct[known].resource = resource
      } else {
        distinct.append((key, resource))
      }
    }
    return JavaText.hashMapOrder(of: distinct.map { $0.key[...] }).map { distinct[$0].resource }
  }

  private static let resourceKey = [
    [FieldPath("ARN"), FieldPath("arn")], [FieldPath("accountId"), FieldPath("account_id")], [FieldPath("type")],
  ]

  /// `CreateTrail by arn:… from 192.0.2.7 failed: AccessDenied`.
  static func summarise(_ record: JSONNode, to text: inout [UInt8]) -> Bool {
    guard let action = value(eventName, in: record) else { return false }
    action.appendText(to: &text)
    if let who = identities.lazy.compactMap({ value($0, in: record) }).first {
      text.append(contentsOf: " by ".utf8)
      who.appendText(to: &text)
    }
    if let from = value(sourceAddress, in: record) {
      text.append(contentsOf: " from ".utf8)
      from.appendText(to: &text)
    }
    if let error = value(errorCode, in: record) ?? value(errorMessage, in: record) {
      text.append(contentsOf: " failed: ".utf8)
      error.appendText(to: &text)
    }
    return true
  }

  /// Appends the texts at `paths` with `separator` between them; false where one is missing.
  static func join(
    _ record: JSONNode, _ paths: [FieldPath], with separator: StaticString, to text: inout [UInt8]
  ) -> Bool {
    for (place, path) in paths.enumerated() {
      guard let value = value(path, in: record) else { return false }
      if place > 0 { text.append(contentsOf: "\(separator)".utf8) }
      value.appendText(to: &text)
    }
    return true
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
