internal import AlertModel
internal import RuleFiles

/// The events of one group that a `threshold` rule has not counted yet.
///
/// They come nearly in order: chunks of input are looked at side by side, and clocks are wrong. So an event is looked at with
/// those before and behind it, and one whose time is far away takes nothing from the others.
struct ThresholdGroup: Sendable {
  struct Event: Sendable {
    let time: Timestamp
    /// For each field with a cardinality: its values.
    let values: [[[UInt8]]]
  }

  /// Ascending by time.
  private(set) var events: [Event] = []

  init() {}

  /// - Parameter events: ascending by time.
  init(_ events: [Event]) { self.events = events }

  /// Takes an event in.
  ///
  /// - Parameter window: in nanoseconds.
  /// - Returns: true where it completes the count within so long a time; what was counted is gone then.
  mutating func completes(
    _ event: Event, _ threshold: DetectionRule.Threshold, within window: Int64
  ) -> Bool {
    let place = (events.lastIndex { $0.time <= event.time } ?? -1) + 1
    events.insert(event, at: place)
    let earliest = event.time.advanced(byNanoseconds: -window)
    var first = place
    while first > 0, events[first - 1].time >= earliest { first -= 1 }
    var end = place
    while first <= place, end < events.count {
      let latest = events[first].time.advanced(byNanoseconds: window)
      let before = end
      end = max(end, place + 1)
      while end < events.count, events[end].time <= latest { end += 1 }
      // Where none has come to those looked at before, there are fewer now.
      if end > before, isMet(threshold, by: events[first..<end]) {
        events.removeSubrange(first..<end)
        return true
      }
      first += 1
    }
    let needed = threshold.cardinality.reduce(threshold.count) { max($0, $1.count) }
    if events.count > 2 * needed + 8 { forgetOne(around: event.time, hasValues: !threshold.cardinality.isEmpty) }
    return false
  }

  private func isMet(_ threshold: DetectionRule.Threshold, by events: ArraySlice<Event>) -> Bool {
    guard events.count >= threshold.count else { return false }
    return threshold.cardinality.enumerated().allSatisfy { number, field in
      var distinct: Set<[UInt8]> = []
      for event in events where distinct.count < field.count { distinct.formUnion(event.values[number]) }
      return distinct.count >= field.count
    }
  }

  /// Forgets what is farthest away, of events with the same values first.
  private mutating func forgetOne(around time: Timestamp, hasValues: Bool) {
    guard let first = events.first, let last = events.last else { return }
    let isFirstFarthest = time - first.time >= last.time - time
    let farthest = isFirstFarthest ? 0 : events.count - 1
    guard hasValues else {
      events.remove(at: farthest)
      return
    }
    func isRepeated(_ place: Int) -> Bool {
      events.indices.contains { $0 != place && events[$0].values == events[place].values }
    }
    let repeated = isFirstFarthest ? events.indices.first(where: isRepeated) : events.indices.last(where: isRepeated)
    events.remove(at: repeated ?? farthest)
  }
}
