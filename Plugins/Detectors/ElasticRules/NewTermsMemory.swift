internal import AlertModel
internal import RuleFiles
internal import Synchronization

/// Knows which combinations of values came lately: `new_terms` rules.
///
/// Elastic looks for values that are in the latest events and not in the history before them, and makes one alert for
/// each (https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule). Here the history is what
/// has passed through, so that the first event with a value is the alert.
final class NewTermsMemory: RuleMemory {
  private struct State: Sendable {
    var lastSeen: RecentTable<Timestamp>
    var learnsUntil: Timestamp?
  }

  let subject: String
  /// In nanoseconds.
  private let history: Int64
  private let learnFor: Int64
  private let keys: EventKeys
  private let state: Mutex<State>

  init(_ terms: DetectionRule.NewTerms, learnFor: Duration, _ vocabulary: Vocabulary, remembered: Int) {
    subject = "new_terms " + terms.fields.joined(separator: " ")
    history = terms.history.nanoseconds
    self.learnFor = learnFor.nanoseconds
    keys = EventKeys(terms.fields, vocabulary)
    state = Mutex(State(lastSeen: RecentTable(capacity: remembered)))
  }

  func completes(_ event: borrowing Alert, at time: Timestamp) -> Bool {
    let eventKeys = keys.keys(of: event)
    return state.withLock { state in
      // From the earliest event on, so that one with a time in the future does not prolong it for the others. One with a
      // time long ago ends it: too many alerts are better than too few.
      let own = time.advanced(byNanoseconds: learnFor)
      let learnsUntil = min(state.learnsUntil ?? own, own)
      state.learnsUntil = learnsUntil
      let oldest = time.advanced(byNanoseconds: -history)
      var isNew = false
      for key in eventKeys {
        let seen = state.lastSeen[key]
        if seen.map({ $0 < oldest }) ?? true { isNew = true }
        state.lastSeen[key] = max(seen ?? time, time)
      }
      return isNew && time >= learnsUntil
    }
  }

  func write(to json: inout [UInt8], limit: Int) {
    // A copy, so that events do not wait.
    let state = state.withLock { $0 }
    json += Array(#"{"learns_until":"#.utf8)
    if let until = state.learnsUntil { until.write(to: &json) } else { json += Array("null".utf8) }
    json += Array(#","seen":"#.utf8)
    state.lastSeen.write(to: &json, limit: limit, time: { $0 }) { $0.write(to: &$1) }
    json.append(UInt8(ascii: "}"))
  }

  func read(_ node: JSONNode) {
    state.withLock { state in
      for member in node.members {
        switch member.key.value.text {
        case "learns_until": state.learnsUntil = state.learnsUntil ?? Timestamp(member.value)
        case "seen": state.lastSeen.read(member.value) { Timestamp($0) }
        default: break
        }
      }
    }
  }

  func takeOver(from other: any Remembering) {
    guard let known = (other as? NewTermsMemory)?.state.withLock({ $0 }) else { return }
    state.withLock { state in
      state.lastSeen.takeOver(known.lastSeen)
      state.learnsUntil = known.learnsUntil
    }
  }
}
