internal import AlertModel
internal import RuleFiles
internal import Synchronization

/// Counts events with the same values within a time: `threshold` rules.
///
/// Elastic runs such a rule every few minutes over the time since `from`, and leaves out events that an earlier alert of
/// the rule has counted (https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule). Here the
/// time slides along with the events: the event that completes the count makes the alert, and the count begins anew.
final class ThresholdMemory: RuleMemory {
  private struct Group: Sendable {
    /// The latest times, ascending; no more than the threshold asks for.
    var times: [Timestamp] = []
    /// For each field with a cardinality: its latest values, no more than asked for.
    var distinct: [[[UInt8]: Timestamp]]
  }

  private let threshold: DetectionRule.Threshold
  private let window: Int64
  private let keys: EventKeys
  private let cardinality: [EventKeys]
  private let groups: Mutex<RecentTable<Group>>

  init(_ threshold: DetectionRule.Threshold, within window: Duration, _ vocabulary: Vocabulary, remembered: Int) {
    self.threshold = threshold
    self.window = window.nanoseconds
    keys = EventKeys(threshold.fields, vocabulary)
    cardinality = threshold.cardinality.map { EventKeys([$0.field], vocabulary) }
    groups = Mutex(RecentTable(capacity: remembered))
  }

  func completes(_ event: borrowing Alert, at time: Timestamp) -> Bool {
    let eventKeys = keys.keys(of: event)
    var values: [[[UInt8]]] = []
    for field in cardinality { values.append(field.keys(of: event)) }
    return groups.withLock { groups in
      var isComplete = false
      for key in eventKeys {
        var group = groups[key] ?? Group(distinct: Array(repeating: [:], count: values.count))
        if count(time, values, in: &group) {
          isComplete = true
          groups[key] = nil
        } else {
          groups[key] = group
        }
      }
      return isComplete
    }
  }

  /// Takes one event in; true where the threshold is reached.
  private func count(_ time: Timestamp, _ values: [[[UInt8]]], in group: inout Group) -> Bool {
    // Events come nearly in order; a late one finds its place from the end.
    let place = (group.times.lastIndex { $0 <= time } ?? -1) + 1
    group.times.insert(time, at: place)
    guard let latest = group.times.last else { return false }
    let start = latest.nanoseconds - window
    group.times.removeFirst(group.times.firstIndex { $0.nanoseconds >= start } ?? 0)
    if group.times.count > threshold.count { group.times.removeFirst(group.times.count - threshold.count) }
    var isDistinct = true
    for (number, field) in threshold.cardinality.enumerated() {
      for value in values[number] { group.distinct[number][value] = time }
      group.distinct[number] = group.distinct[number].filter { $0.value.nanoseconds >= start }
      while group.distinct[number].count > field.count,
        let oldest = group.distinct[number].min(by: { $0.value < $1.value })?.key
      {
        group.distinct[number][oldest] = nil
      }
      if group.distinct[number].count < field.count { isDistinct = false }
    }
    return isDistinct && group.times.count >= threshold.count
  }
}

extension Duration {
  /// Whole nanoseconds.
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
