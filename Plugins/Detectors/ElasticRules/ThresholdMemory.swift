internal import AlertModel
internal import RuleFiles
internal import Synchronization

/// Counts events with the same values within a time: `threshold` rules.
///
/// Elastic runs such a rule every few minutes over the time since `from`, and leaves out events that an earlier alert of
/// the rule has counted (https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule). Here the
/// time slides along with the events: the event that completes the count makes the alert, and those counted are left out.
final class ThresholdMemory: RuleMemory {
  let subject: String
  private let threshold: DetectionRule.Threshold
  /// In nanoseconds.
  private let window: Int64
  private let keys: EventKeys
  private let cardinality: [EventKeys]
  private let groups: Mutex<RecentTable<ThresholdGroup>>

  init(_ threshold: DetectionRule.Threshold, within window: Duration, _ vocabulary: Vocabulary, remembered: Int) {
    self.threshold = threshold
    let distinct = threshold.cardinality.map { "\($0.field) \($0.count)" }
    subject = (["threshold \(threshold.count)"] + threshold.fields + distinct).joined(separator: " ")
    self.window = window.nanoseconds
    keys = EventKeys(threshold.fields, vocabulary)
    cardinality = threshold.cardinality.map { EventKeys([$0.field], vocabulary) }
    groups = Mutex(RecentTable(capacity: remembered))
  }

  func completes(_ event: borrowing Alert, at time: Timestamp) -> Bool {
    let eventKeys = keys.keys(of: event)
    var values: [[[UInt8]]] = []
    for field in cardinality { values.append(field.keys(of: event)) }
    let counted = ThresholdGroup.Event(time: time, values: values)
    return groups.withLock { groups in
      var isComplete = false
      for key in eventKeys {
        let (isMet, isEmpty) = groups.update(key, ThresholdGroup()) { group in
          (group.completes(counted, threshold, within: window), group.events.isEmpty)
        }
        if isMet { isComplete = true }
        if isEmpty { groups[key] = nil }
      }
      return isComplete
    }
  }

  func write(to json: inout [UInt8], limit: Int) {
    // A copy, so that events do not wait.
    let groups = groups.withLock { $0 }
    groups.write(to: &json, limit: limit, time: { $0.events.last?.time }) { group, json in
      json.append(UInt8(ascii: "["))
      Self.write(group.events, to: &json) { event, json in
        json.append(UInt8(ascii: "["))
        event.time.write(to: &json)
        for values in event.values {
          json += Array(",[".utf8)
          Self.write(values, to: &json) { value, json in
            json.append(UInt8(ascii: "\""))
            MemoryKey.append(value, to: &json)
            json.append(UInt8(ascii: "\""))
          }
          json.append(UInt8(ascii: "]"))
        }
        json.append(UInt8(ascii: "]"))
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
        let events = node.elements.compactMap { event -> ThresholdGroup.Event? in
          let parts = Array(event.elements)
          guard parts.count == 1 + count, let time = Timestamp(parts[0]) else { return nil }
          let values = parts.dropFirst().map { $0.elements.compactMap { MemoryKey.bytes($0.value) } }
          return ThresholdGroup.Event(time: time, values: values)
        }
        return events.isEmpty ? nil : ThresholdGroup(events.sorted { $0.time < $1.time })
      }
    }
  }

  func takeOver(from other: any Remembering) {
    guard let known = (other as? ThresholdMemory)?.groups.withLock({ $0 }) else { return }
    groups.withLock { $0.takeOver(known) }
  }
}
