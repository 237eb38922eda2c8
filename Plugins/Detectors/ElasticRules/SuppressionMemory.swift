internal import AlertModel
internal import RuleFiles
internal import Synchronization

/// Lets the first of a rule's alerts with the same values through, and no other for a time: `alert_suppression`.
///
/// The time begins with the alert that is let through. Elastic's suppression "per rule execution" lasts as long as the
/// rule's interval (https://www.elastic.co/docs/solutions/security/detect-and-alert/suppress-detection-alerts).
final class SuppressionMemory: Sendable {
  private let duration: Int64
  private let keepsIncomplete: Bool
  private let keys: EventKeys
  private let alerts: Mutex<RecentTable<Timestamp>>

  init(
    _ suppression: DetectionRule.Suppression, interval: Duration, _ vocabulary: Vocabulary, remembered: Int
  ) {
    duration = (suppression.duration ?? interval).nanoseconds
    keepsIncomplete = suppression.keepsIncomplete
    keys = EventKeys(suppression.fields, vocabulary)
    alerts = Mutex(RecentTable(capacity: remembered))
  }

  /// Whether the alert is the first of its kind.
  func isNew(_ event: borrowing Alert, at time: Timestamp) -> Bool {
    if keepsIncomplete, !keys.areComplete(event) { return true }
    let eventKeys = keys.keys(of: event, missingIsEmpty: true)
    return alerts.withLock { alerts in
      var isNew = false
      for key in eventKeys {
        if let start = alerts[key], abs(time.nanoseconds - start.nanoseconds) < duration { continue }
        alerts[key] = time
        isNew = true
      }
      return isNew
    }
  }
}
