public import AlertModel

/// Rules that turn raw events into alerts: the optional stage before enrichment.
public protocol Detector: Plugin {
  /// Appends one detection for each rule that the event matches. Called from several threads at once.
  func detect(_ event: borrowing Alert, into detections: inout [Detection])
}

/// One rule that one event matched: what turns the event into an alert.
public struct Detection: Sendable {
  /// The rule's id; the alert's id is the event's id and this.
  public let ruleID: String
  /// What the alert counts as.
  public let severity: Severity
  /// `rule.*`, `threat.*`, `message` and the like, made once a rule.
  public let fields: [AddedField]
  /// Asked once, where no enricher holds the alert back and a route takes it: why it is held back all the same, as an
  /// earlier one of the rule stands for it. Answering with nil, the detector takes this one for the one that stands for
  /// others. Nil where each alert stands for itself.
  public let repeats: (@Sendable () -> Suppression?)?

  public init(
    ruleID: String, severity: Severity, fields: [AddedField], repeats: (@Sendable () -> Suppression?)? = nil
  ) {
    self.ruleID = ruleID
    self.severity = severity
    self.fields = fields
    self.repeats = repeats
  }
}
