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

  let subject: String
  private let threshold: DetectionRule.Threshold
  private let window: Duration
  private let keys: EventKeys
  private let cardinality: [EventKeys]
  private let groups: Mutex<RecentTable<Group>>

  init(_ threshold: DetectionRule.Threshold, within window: Duration, _ vocabulary: Vocabulary, remembered: Int) {
    self.threshold = threshold
    let distinct = threshold.cardinality.map { "\($0.field) \($0.count)" }
    subject = (["threshold \(threshold.count)"] + threshold.fields + distinct).joined(separator: " ")
    self.window = window
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
    let start = latest - window
    group.times.removeFirst(group.times.firstIndex { $0 >= start } ?? 0)
    if group.times.count > threshold.count { group.times.removeFirst(group.times.count - threshold.count) }
    var isDistinct = true
    for (number, field) in threshold.cardinality.enumerated() {
      for value in values[number] { group.distinct[number][value] = time }
      group.distinct[number] = group.distinct[number].filter { $0.value >= start }
      while group.distinct[number].count > field.count,
        let oldest = group.distinct[number].min(by: { $0.value < $1.value })?.key
      {
        group.distinct[number][oldest] = nil
      }
      if group.distinct[number].count < field.count { isDistinct = false }
    }
    return isDistinct && group.times.count >= threshold.count
  }

  func write(to json: inout [UInt8]) {
    // A copy, so that events do not wait.
    let groups = groups.withLock { $0 }
    groups.write(to: &json) { group, json in
      json += Array("[[".utf8)
      Self.write(group.times, to: &json) { $0.write(to: &$1) }
      json.append(UInt8(ascii: "]"))
      for values in group.distinct {
        json += Array(",{".utf8)
        Self.write(Array(values), to: &json) { entry, json in
          json.append(UInt8(ascii: "\""))
          MemoryKey.append(entry.key, to: &json)
          json += [UInt8(ascii: "\""), UInt8(ascii: ":")]
          entry.value.write(to: &json)
        }
        json.append(UInt8(ascii: "}"))
      }
      json.append(UInt8(ascii: "]"))
    }
  }

  private static func write<Element>(
    _ elements: [Element], to json: inout [UInt8], _ body: (Element, inout [UInt8]) -> Void
  ) {
    for (place, element) in elements.enumerated() {
      if place > 0 { json.append(UInt8(ascii: ",")) }
      body(element, &json)
    }
  }

  func read(_ node: JSONNode) {
    let count = threshold.cardinality.count
    groups.withLock { groups in
      groups.read(node) { node in
        let parts = Array(node.elements)
        guard parts.count == 1 + count else { return nil }
        let times = parts[0].elements.compactMap { Timestamp($0) }.sorted()
        let distinct = parts.dropFirst().map { object in
          let entries = object.members.compactMap { member -> ([UInt8], Timestamp)? in
            guard let key = MemoryKey.bytes(member.key.value), let time = Timestamp(member.value) else { return nil }
            return (key, time)
          }
          return Dictionary(entries) { max($0, $1) }
        }
        return Group(times: times, distinct: distinct)
      }
    }
  }
}
