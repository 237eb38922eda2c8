internal import AlertModel
internal import KQL
internal import PluginKit

/// A rule that is ready to be asked about events.
struct CompiledRule: Sendable {
  let condition: Condition
  let vocabulary: Vocabulary
  /// What counts over several events; nil for a rule that looks at one event alone.
  let memory: (any RuleMemory)?
  /// Which alerts of the rule are the same; nil where each event is one.
  let suppression: SuppressionMemory?
  let timeField: Field
  let detection: Detection
  /// The same with a `message`, for events that have none.
  let detectionWithMessage: Detection

  /// Whether the event makes an alert.
  func matches(_ event: borrowing Alert, _ now: LazyTime) -> Bool {
    guard condition.matches(event, now: now.value) else { return false }
    guard memory != nil || suppression != nil else { return true }
    let time = event.first(timeField).flatMap { $0.withText { Timestamp($0) } } ?? now.value
    if let memory, !memory.completes(event, at: time) { return false }
    if let suppression, !suppression.isNew(event, at: time) { return false }
    return true
  }
}

/// What a rule remembers of the events that its query matched. Called from several threads at once.
protocol RuleMemory: Sendable {
  /// Takes the event in; true where it makes an alert.
  func completes(_ event: borrowing Alert, at time: Timestamp) -> Bool
}
