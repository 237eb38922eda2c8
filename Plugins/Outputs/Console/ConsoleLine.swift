internal import AlertModel
internal import PluginKit

/// Makes a line that a person reads: time, severity, rule, actor, account, source address, and what the detector says.
struct ConsoleLine {
  private let rule: [Field]
  private let actor: [Field]
  private let accountName: Field
  private let accountID: Field
  private let source: [Field]
  private let message: Field
  private let digestCount: Field

  init(_ vocabulary: Vocabulary) {
    rule = ["rule.name", "rule.id", "event.action"].map { vocabulary.field($0) }
    actor = ["user.name", "user.email", "user.id"].map { vocabulary.field($0) }
    accountName = vocabulary.field("cloud.account.name")
    accountID = vocabulary.field("cloud.account.id")
    source = ["source.ip", "source.address", "host.name"].map { vocabulary.field($0) }
    message = vocabulary.field("message")
    digestCount = vocabulary.field("weir.digest.count")
  }

  /// Appends the line with its line feed.
  ///
  /// - Parameter width: columns of the terminal; nil for no limit.
  func append(_ alert: borrowing Alert, time: Timestamp, width: Int?, hasColor: Bool, to text: inout [UInt8]) {
    var columns = width ?? .max
    func add(_ piece: String, style: StaticString? = nil) {
      guard columns > 0 else { return }
      if hasColor, let style { text.append(contentsOf: "\u{1B}[\(style)m".utf8) }
      columns -= TerminalText.append(piece, columns: columns, to: &text)
      if hasColor, style != nil { text.append(contentsOf: "\u{1B}[0m".utf8) }
    }
    add(time.rfc3339, style: "2")
    add("  ")
    add(alert.severity.description.uppercased().padded(to: 13), style: alert.severity.terminalStyle)
    add("  ")
    let rule = first(rule, in: alert)
    let message = first([message], in: alert)
    add(rule.isEmpty ? (message.isEmpty ? "alert" : message) : rule, style: "1")
    let facts = [
      ("", first(actor, in: alert)), ("", account(of: alert)), ("", first(source, in: alert)),
      ("alerts: ", first([digestCount], in: alert)),
    ]
    for (label, fact) in facts where !fact.isEmpty {
      add("  ·  ", style: "2")
      add(label + fact)
    }
    if !message.isEmpty, !rule.isEmpty, message != rule {
      add("  ·  ", style: "2")
      add(message)
    }
    text.append(0x0A)
  }

  private func first(_ fields: [Field], in alert: borrowing Alert) -> String {
    for field in fields {
      var found = ""
      alert.forEachValue(field) { value in
        if value.isScalar { found = value.text }
        return !found.isEmpty
      }
      if !found.isEmpty { return found }
    }
    return ""
  }

  private func account(of alert: borrowing Alert) -> String {
    let (name, id) = (first([accountName], in: alert), first([accountID], in: alert))
    return name.isEmpty || id.isEmpty ? name + id : "\(name) (\(id))"
  }
}

extension Severity {
  /// Select Graphic Rendition (ECMA-48, section 8.3.117).
  fileprivate var terminalStyle: StaticString {
    switch self {
    case .informational: "2"
    case .low: "34"
    case .medium: "33"
    case .high: "31"
    case .critical: "1;97;41"
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
