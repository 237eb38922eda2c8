internal import AlertModel
internal import Outbox
internal import PluginKit

/// One delivery, shown.
struct DeliveryRow {
  private let delivery: StoredDelivery
  private let rule: String?
  private let now: Timestamp

  /// - Parameter rule: what the alert is about, where that is known.
  init(_ delivery: StoredDelivery, rule: String? = nil, now: Timestamp) {
    self.delivery = delivery
    self.rule = rule
    self.now = now
  }

  /// One line for a list.
  var line: [UInt8] {
    var parts = [
      delivery.state.rawValue.padded(to: 8), delivery.output, delivery.alert.severity.description.padded(to: 13),
      "accepted \(age(of: delivery.accepted)) ago", delivery.alert.id,
    ]
    if let rule { parts.append(rule) }
    if delivery.attempts > 0 { parts.append(tries) }
    if let next = delivery.nextAttempt { parts.append(next > now ? "again in \(wait(until: next))" : "again now") }
    if let error = delivery.lastError { parts.append(error) }
    return Array((parts.map(VisibleText.escaped).joined(separator: "  ") + "\n").utf8)
  }

  /// Everything, and the alert.
  var page: [UInt8] {
    var lines = [
      "alert     \(delivery.alert.id)", "output    \(delivery.output)", "state     \(delivery.state.rawValue)",
      "severity  \(delivery.alert.severity)", "accepted  \(delivery.accepted.rfc3339)", "tried     \(tries)",
    ]
    if let next = delivery.nextAttempt { lines.append("next try  \(next.rfc3339)") }
    if let died = delivery.died { lines.append("given up  \(died.rfc3339)") }
    if let error = delivery.lastError { lines.append("because   \(error)") }
    lines.append(delivery.alert.withJSON { String(decoding: $0, as: UTF8.self) })
    return Array((lines.map(VisibleText.escaped).joined(separator: "\n") + "\n\n").utf8)
  }

  /// One JSON object with a line feed.
  func json(withAlert: Bool) -> [UInt8] {
    var json: [UInt8] = []
    func member(_ name: StaticString, _ value: String?) {
      guard let value else { return }
      json.append(contentsOf: json.isEmpty ? "{\"".utf8 : ",\"".utf8)
      json.append(contentsOf: "\(name)\":".utf8)
      JSONEscapes.appendQuoted(value, to: &json)
    }
    member("alert_id", delivery.alert.id)
    member("output", delivery.output)
    member("state", delivery.state.rawValue)
    member("severity", delivery.alert.severity.description)
    member("rule", rule)
    member("accepted", delivery.accepted.rfc3339)
    member("next_attempt", delivery.nextAttempt?.rfc3339)
    member("died", delivery.died?.rfc3339)
    member("last_error", delivery.lastError)
    json.append(contentsOf: ",\"attempts\":\(delivery.attempts)".utf8)
    if withAlert {
      json.append(contentsOf: ",\"alert\":".utf8)
      delivery.alert.withJSON { json.append(contentsOf: $0) }
    }
    json.append(contentsOf: "}\n".utf8)
    return json
  }

  private var tries: String {
    switch delivery.attempts {
    case 0: "not yet"
    case 1: "once"
    default: "\(delivery.attempts) times"
    }
  }

  private func age(of moment: Timestamp) -> String { Self.span(now - moment) }
  private func wait(until moment: Timestamp) -> String { Self.span(moment - now) }

  private static func span(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    switch seconds {
    case ..<120: return "\(seconds)s"
    case ..<7200: return "\(seconds / 60)m"
    case ..<172_800: return "\(seconds / 3600)h"
    default: return "\(seconds / 86_400)d"
    }
  }
}

/// Finds what alerts in the outbox are about.
struct RuleNames {
  private let reader: AlertReader
  private let fields: [Field]

  init(_ formats: FormatSet) {
    reader = AlertReader(vocabulary: formats.vocabulary)
    fields = ["rule.name", "rule.id"].map(formats.vocabulary.field)
  }

  /// The rule's name, or else its id; nil where it has neither, or the alert cannot be read.
  func rule(of alert: OutgoingAlert) -> String? {
    let name = try? reader.read(alert) { alert -> String? in
      for field in fields {
        if let value = alert.first(field), value.isScalar { return value.text }
      }
      return nil
    }
    return name ?? nil
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
