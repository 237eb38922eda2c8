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
  /// - Returns: true where it completes the count within so long a time; what was counted is gone then.
  mutating func completes(
    _ event: Event, _ threshold: DetectionRule.Threshold, within window: Duration
  ) -> Bool {
    let place = (events.lastIndex { $0.time <= event.time } ?? -1) + 1
    events.insert(event, at: place)
    let earliest = event.time - window
    var first = events[...place].firstIndex { $0.time >= earliest } ?? place
    var end = place + 1
    while first <= place {
      let latest = events[first].time + window
      while end < events.count, events[end].time <= latest { end += 1 }
      if isMet(threshold, by: events[first..<end]) {
        events.removeSubrange(first..<end)
        return true
      }
      if end == events.count, end - first < threshold.count { break }
      first += 1
    }
    trim(around: event.time, to: 2 * max(threshold.count, threshold.cardinality.map(\.count).max() ?? 0) + 8)
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
  private mutating func trim(around time: Timestamp, to limit: Int) {
    guard events.count > limit, let first = events.first, let last = events.last else { return }
    let isFirstFarthest = time - first.time >= last.time - time
    let places = isFirstFarthest ? Array(events.indices) : events.indices.reversed()
    let repeated = places.first { place in
      events.indices.contains { $0 != place && events[$0].values == events[place].values }
    }
    events.remove(at: repeated ?? places[0])
  }
}
