public import AlertModel
internal import KQL
public import PluginKit

extension AllowlistEnricher {
  /// The entry that holds, or else every entry that came close: that has at least one part that holds.
  public func explain(_ alert: borrowing Alert) -> [DecisionExplanation] {
    let now = context.clock.now
    let matched = list.matchedActors(of: alert)
    let holding: Int? =
      switch list.verdict(on: alert, now: { now }) {
      case .held(let number): number
      case .nothing, .expired: nil
      }
    var explanations: [DecisionExplanation] = []
    for number in list.entries.indices {
      let entry = list.entries[number]
      var conditions: [DecisionExplanation.Condition] = []
      if entry.hasActors {
        let holds = list.actorsHold(number, alert.table, matched)
        let matches = list.actorMatches(of: number, alert)
        let text = holds || matches.isEmpty ? "actors" : "actors (met only by what an attacker can choose)"
        conditions.append(DecisionExplanation.Condition(text, holds: holds, matches: matches))
      }
      if let condition = entry.condition {
        conditions.append(
          DecisionExplanation.Condition(
            "when: \(condition.condition.source)", holds: condition.condition.matches(alert, now: now),
            matches: condition.matches(of: alert, now: now)))
      }
      guard conditions.contains(where: \.holds) else { continue }
      conditions.append(
        DecisionExplanation.Condition("ceiling: \(entry.ceiling)", holds: alert.severity <= entry.ceiling))
      conditions.append(DecisionExplanation.Condition("expires: \(entry.expires.text)", holds: now < entry.expires.end))
      let forbidding = list.forbidding(alert, to: entry, now: now)
      if let forbidding {
        conditions.append(DecisionExplanation.Condition("never: \(forbidding.condition.source)", holds: false))
      }
      let holds = number == holding && forbidding == nil
      let explanation = DecisionExplanation(
        subject: "entry '\(entry.name)'", place: entry.place, holds: holds,
        conclusion: conclusion(holds, conditions), conditions: conditions)
      if holds { explanations.insert(explanation, at: 0) } else { explanations.append(explanation) }
    }
    return explanations
  }

  private func conclusion(_ holds: Bool, _ conditions: [DecisionExplanation.Condition]) -> String {
    if holds { return options.mode == .hold ? "holds the alert back" : "demotes the alert" }
    guard let missing = conditions.first(where: { !$0.holds }) else { return "would hold, but an earlier entry does" }
    return "does not hold: \(missing.text)"
  }

  /// One entry, for listings.
  public struct ListedEntry: Sendable, Equatable {
    public let name: String
    public let place: SourcePlace
    public let owner: String
    public let reason: String
    public let expires: CalendarDate
    public let ceiling: Severity
    public let when: String?
  }

  /// All entries, in their order.
  public var entries: [ListedEntry] {
    list.entries.map { entry in
      ListedEntry(
        name: entry.name, place: entry.place, owner: entry.owner, reason: entry.reason, expires: entry.expires,
        ceiling: entry.ceiling, when: entry.condition?.condition.source)
    }
  }
}
