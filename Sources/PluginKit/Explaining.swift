public import AlertModel

/// A plugin that can say how it comes to what it makes of an alert: for `weir explain`.
public protocol Explaining: Plugin {
  /// What was looked at, the decisive first. Changes nothing: asking does not count as an alert.
  func explain(_ alert: borrowing Alert) -> [DecisionExplanation]
}

/// One thing that a plugin looked at for an alert: an allowlist entry, a table.
public struct DecisionExplanation: Sendable, Equatable {
  /// What it was: `entry 'platform team sets up trails'`.
  public let subject: String
  /// Where it is configured.
  public let place: SourcePlace?
  /// True where it decided.
  public let holds: Bool
  /// One line: `holds the alert back`, `does not hold: expired on 2026-03-31`.
  public let conclusion: String
  /// Each condition and whether it held.
  public let conditions: [Condition]

  public init(subject: String, place: SourcePlace?, holds: Bool, conclusion: String, conditions: [Condition]) {
    self.subject = subject
    self.place = place
    self.holds = holds
    self.conclusion = conclusion
    self.conditions = conditions
  }

  /// One condition: as written, whether it held, and what was found.
  public struct Condition: Sendable, Equatable {
    /// The condition as written, or its name.
    public let text: String
    /// Whether it is so for the alert.
    public let holds: Bool
    /// Field, value and pattern where there is one of each.
    public let matches: [Suppression.Match]

    public init(_ text: String, holds: Bool, matches: [Suppression.Match] = []) {
      self.text = text
      self.holds = holds
      self.matches = matches
    }
  }
}
