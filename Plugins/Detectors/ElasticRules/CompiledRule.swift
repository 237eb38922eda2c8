internal import AlertModel
internal import KQL
internal import PluginKit

/// A rule that is ready to be asked about events.
///
/// A class, so that handing one on costs the same whatever it holds; it never changes.
final class CompiledRule: Sendable {
  let condition: Condition
  /// The condition as the numbers of its parts in the rules' `SharedConditions`.
  let parts: [Int]
  /// What counts over several events; nil for a rule that looks at one event alone.
  let memory: (any RuleMemory)?
  /// Which alerts of the rule are the same; nil where each event is one.
  let suppression: SuppressionMemory?
  let timeField: Field
  let detection: Detection
  /// The same with a `message`, for events that have none.
  let detectionWithMessage: Detection

  init(
    condition: Condition, parts: [Int], memory: (any RuleMemory)?, suppression: SuppressionMemory?, timeField: Field,
    detection: Detection, detectionWithMessage: Detection
  ) {
    self.condition = condition
    self.parts = parts
    self.memory = memory
    self.suppression = suppression
    self.timeField = timeField
    self.detection = detection
    self.detectionWithMessage = detectionWithMessage
  }

  /// Whether an event that the condition matches makes an alert.
  func makesAlert(_ event: borrowing Alert, _ now: LazyTime) -> Bool {
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
