internal import AlertModel

/// What a body is made of besides the alert's fields.
struct BodyContext {
  let fields: AlertFields
  let time: Timestamp
  /// The alert's id, plain text.
  let id: String
}

extension Severity {
  /// The scale of 0 to 10 that CEF and LEEF share (CEF: 0–3 low, 4–6 medium, 7–8 high, 9–10 very high).
  fileprivate var outOfTen: String {
    switch self {
    case .informational: "1"
    case .low: "3"
    case .medium: "5"
    case .high: "8"
    case .critical: "10"
    }
  }
}

extension FieldValue {
  /// True for an IPv4 or IPv6 address.
  fileprivate var isAddress: Bool { withText { IPAddress($0) != nil } }
}

/// One readable line: severity, rule and message, then the fields that a responder looks for.
enum TextBody {
  /// The mark of UTF-8 that RFC 5424 (section 6.4) asks for; only where there is more than ASCII, since it only then says
  /// something and some receivers show it.
  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  static func append(
    _ alert: borrowing Alert, _ context: BodyContext, marksUTF8: Bool, to message: inout [UInt8]
  ) {
    let start = message.count
    message.append(contentsOf: "[\(alert.severity)] ".utf8)
    let fields = context.fields
    if let rule = alert.scalar(fields.ruleName) ?? alert.scalar(fields.ruleID) {
      SafeText.plain.append(rule, to: &message)
    } else {
      message.append(text: "alert")
    }
    if let text = alert.scalar(fields.message) {
      message.append(text: ": ")
      SafeText.plain.append(text, to: &message)
    }
    for field in [
      fields.userName, fields.accountID, fields.accountName, fields.action, fields.outcome, fields.sourceAddress,
      fields.region, fields.hostName,
    ] {
      guard let value = alert.scalar(field) else { continue }
      message.append(contentsOf: " \(field.name)=\"".utf8)
      SafeText.quoted.append(value, to: &message)
      message.append(UInt8(ascii: "\""))
    }
    message.append(text: " alert_id=\"")
    Array(context.id.utf8).withUnsafeBytes { SafeText.quoted.append($0, to: &message) }
    message.append(UInt8(ascii: "\""))
    if marksUTF8, message[start...].contains(where: { $0 >= 0x80 }) {
      message.insert(contentsOf: byteOrderMark, at: start)
    }
  }
}

/// ArcSight Common Event Format, version 0 ("Implementing ArcSight Common Event Format", revision 25).
enum CEFBody {
  static func append(_ alert: borrowing Alert, _ context: BodyContext, to message: inout [UInt8]) {
    let fields = context.fields
    let id = alert.scalar(fields.ruleID) ?? alert.scalar(fields.ruleName)
    let name = alert.scalar(fields.ruleName) ?? alert.scalar(fields.message) ?? id
    message.append(text: "CEF:0|Weir|Weir|1|")
    appendHeader(id, to: &message)
    appendHeader(name, to: &message)
    message.append(contentsOf: "\(alert.severity.outOfTen)|".utf8)
    // Milliseconds since 1970.
    message.append(contentsOf: "rt=\(context.time.nanoseconds / 1_000_000) externalId=".utf8)
    Array(context.id.utf8).withUnsafeBytes { SafeText.cefValue.append($0, to: &message) }
    func append(_ key: StaticString, _ value: FieldValue?) {
      guard let value else { return }
      message.append(UInt8(ascii: " "))
      message.append(text: key)
      message.append(UInt8(ascii: "="))
      SafeText.cefValue.append(value, to: &message)
    }
    append("cat", alert.scalar(fields.provider))
    append("act", alert.scalar(fields.action))
    append("outcome", alert.scalar(fields.outcome))
    append("suser", alert.scalar(fields.userName))
    append("suid", alert.scalar(fields.userID))
    if let address = alert.scalar(fields.sourceAddress) {
      // `src` is an IPv4 address; IPv6 has custom fields, of which the second is for the source. Anything else is neither.
      if !address.isAddress {
        message.append(text: " cs5Label=source.ip")
        append("cs5", address)
      } else if address.bytes.contains(UInt8(ascii: ":")) {
        message.append(text: " c6a2Label=Source IPv6 Address")
        append("c6a2", address)
      } else {
        append("src", address)
      }
    }
    append("dvchost", alert.scalar(fields.hostName))
    func append(custom number: Int, _ label: StaticString, _ value: FieldValue?) {
      guard let value else { return }
      message.append(contentsOf: " cs\(number)Label=\(label) cs\(number)=".utf8)
      SafeText.cefValue.append(value, to: &message)
    }
    append(custom: 1, "cloud.account.id", alert.scalar(fields.accountID))
    append(custom: 2, "cloud.account.name", alert.scalar(fields.accountName))
    append(custom: 3, "cloud.region", alert.scalar(fields.region))
    append(custom: 4, "threat.technique.id", alert.scalar(fields.technique))
    append("msg", alert.scalar(fields.message))
  }

  private static func appendHeader(_ value: FieldValue?, to message: inout [UInt8]) {
    if let value { SafeText.cefHeader.append(value, to: &message) } else { message.append(text: "alert") }
    message.append(UInt8(ascii: "|"))
  }
}

/// IBM QRadar Log Event Extended Format 2.0, attributes set apart by tabs ("LEEF", version 2).
enum LEEFBody {
  static func append(_ alert: borrowing Alert, _ context: BodyContext, to message: inout [UInt8]) {
    let fields = context.fields
    message.append(text: "LEEF:2.0|Weir|Weir|1|")
    let start = message.count
    if let id = alert.scalar(fields.ruleID) ?? alert.scalar(fields.ruleName) {
      SafeText.plain.append(id, to: &message)
    } else {
      message.append(text: "alert")
    }
    // LEEF has no escape for the bar; the whole id is in `ruleId`.
    for index in start..<message.count where message[index] == UInt8(ascii: "|") { message[index] = UInt8(ascii: "_") }
    message.append(text: "|x09|devTime=")
    context.time.append(to: &message)
    message.append(text: "\tdevTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX")
    message.append(contentsOf: "\tsev=\(alert.severity.outOfTen)\talertId=".utf8)
    Array(context.id.utf8).withUnsafeBytes { SafeText.plain.append($0, to: &message) }
    func append(_ key: StaticString, _ field: Field) {
      guard let value = alert.scalar(field) else { return }
      message.append(UInt8(ascii: "\t"))
      message.append(text: key)
      message.append(UInt8(ascii: "="))
      SafeText.plain.append(value, to: &message)
    }
    append("cat", fields.provider)
    append("policy", fields.ruleName)
    append("ruleId", fields.ruleID)
    append("usrName", fields.userName)
    let isAddress = alert.scalar(fields.sourceAddress)?.isAddress ?? false
    append(isAddress ? "src" : "sourceIp", fields.sourceAddress)
    append("identHostName", fields.hostName)
    append("action", fields.action)
    append("outcome", fields.outcome)
    append("accountId", fields.accountID)
    append("accountName", fields.accountName)
    append("region", fields.region)
    append("techniqueId", fields.technique)
    append("msg", fields.message)
  }
}
