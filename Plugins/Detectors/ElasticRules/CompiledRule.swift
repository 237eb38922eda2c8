internal import AlertModel
internal import KQL
internal import PluginKit

/// A rule that is ready to be asked about events.
///
/// A class, so that handing one on costs the same whatever it holds; it never changes.
final class CompiledRule: Sendable {
  let name: String
  let place: SourcePlace
  let condition: Condition
  /// What counts over several events; nil for a rule that looks at one event alone.
  let memory: (any RuleMemory)?
  /// Which alerts of the rule are the same; nil where each event is one.
  let suppression: SuppressionMemory?
  private let timeField: Field
  private let detection: Detection
  /// The same with a `message`, for events that have none.
  private let detectionWithMessage: Detection

  init(
    name: String, place: SourcePlace, condition: Condition, memory: (any RuleMemory)?, suppression: SuppressionMemory?,
    timeField: Field, detection: Detection
  ) {
    self.name = name
    self.place = place
    self.condition = condition
    self.memory = memory
    self.suppression = suppression
    self.timeField = timeField
    self.detection = detection
    detectionWithMessage = Detection(
      ruleID: detection.ruleID, severity: detection.severity,
      fields: detection.fields + [AddedField("message", text: name)])
  }

  var id: String { detection.ruleID }

  /// What an event that the condition matches makes: nothing where the rule counts events and more must come.
  func detection(of event: borrowing Alert, hasMessage: Bool, _ now: LazyTime) -> Detection? {
    let alone = hasMessage ? detection : detectionWithMessage
    guard memory != nil || suppression != nil else { return alone }
    let time = event.first(timeField).flatMap { $0.withText { Timestamp($0) } } ?? now.value
    if let memory, !memory.completes(event, at: time) { return nil }
    guard let repeats = suppression?.repeats(of: event, at: time) else { return alone }
    return Detection(ruleID: alone.ruleID, severity: alone.severity, fields: alone.fields, repeats: repeats)
  }
}

/// What a rule remembers of the events that its query matched. Called from several threads at once.
protocol RuleMemory: Remembering {
  /// Takes the event in; true where it makes an alert.
  func completes(_ event: borrowing Alert, at time: Timestamp) -> Bool
}
