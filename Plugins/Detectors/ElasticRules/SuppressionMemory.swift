internal import AlertModel
internal import PluginKit
internal import RuleFiles
internal import Synchronization

/// Lets the first of a rule's alerts with the same values through, and holds the others back for a time:
/// `alert_suppression`.
///
/// The time begins with the alert that is let through. Elastic's suppression "per rule execution" lasts as long as the
/// rule's interval (https://www.elastic.co/docs/solutions/security/detect-and-alert/suppress-detection-alerts).
final class SuppressionMemory: Remembering {
  let subject: String
  private let rule: DetectionRule
  private let fields: [Field]
  private let duration: Duration
  private let keepsIncomplete: Bool
  private let keys: EventKeys
  private let alerts: Mutex<RecentTable<Timestamp>>

  init(_ suppression: DetectionRule.Suppression, of rule: DetectionRule, _ vocabulary: Vocabulary, remembered: Int) {
    self.rule = rule
    fields = suppression.fields.map(vocabulary.field)
    duration = suppression.duration ?? rule.interval
    keepsIncomplete = suppression.keepsIncomplete
    keys = EventKeys(suppression.fields, vocabulary)
    alerts = Mutex(RecentTable(capacity: remembered))
    subject = "suppression " + suppression.fields.joined(separator: " ")
  }

  /// Finds out whether an earlier alert stands for this one, and else takes this one for the first of its kind; nil where
  /// it stands for itself alone. To be asked of an alert that is delivered: one that nobody sees stands for none.
  func repeats(of event: borrowing Alert, at time: Timestamp) -> (@Sendable () -> Suppression?)? {
    if keepsIncomplete, !keys.areComplete(event) { return nil }
    let eventKeys = keys.keys(of: event, missingIsEmpty: true)
    // Of more values than are looked at, some may never have been seen.
    guard eventKeys.count < EventKeys.limit else { return nil }
    var matched: [Suppression.Match] = []
    for field in fields {
      guard let value = event.text(field) else { continue }
      matched.append(Suppression.Match(field: field.name, value: value, pattern: value))
    }
    return { [self, matched] in
      first(of: eventKeys, at: time).map { record(of: matched, since: $0) }
    }
  }

  /// When the alert came that stands for one with these keys; nil where none does.
  private func first(of eventKeys: [[UInt8]], at time: Timestamp) -> Timestamp? {
    alerts.withLock { alerts in
      var first: Timestamp?
      var isNew = false
      for key in eventKeys {
        if let start = alerts[key], max(start, time) - min(start, time) < duration {
          first = min(first ?? start, start)
        } else {
          alerts[key] = time
          isNew = true
        }
      }
      return isNew ? nil : first
    }
  }

  private func record(of matched: [Suppression.Match], since first: Timestamp) -> Suppression {
    let names = fields.isEmpty ? "" : " with the same " + fields.map(\.name).joined(separator: ", ")
    return Suppression(
      entry: Suppression.entry(ofRule: rule.name), owner: "rule \(rule.id)",
      reason: "one alert\(names) in \(duration.components.seconds) s; the first came at \(first.rfc3339)",
      expires: (first + duration).rfc3339, matched: matched)
  }

  func write(to json: inout [UInt8], limit: Int) {
    // A copy, so that events do not wait.
    alerts.withLock { $0 }.write(to: &json, limit: limit, time: { $0 }) { $0.write(to: &$1) }
  }

  func read(_ node: JSONNode) {
    alerts.withLock { $0.read(node) { Timestamp($0) } }
  }

  func takeOver(from other: any Remembering) {
    guard let known = (other as? SuppressionMemory)?.alerts.withLock({ $0 }) else { return }
    alerts.withLock { $0.takeOver(known) }
  }
}
