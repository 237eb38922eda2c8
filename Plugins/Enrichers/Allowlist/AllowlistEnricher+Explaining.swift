public import AlertModel
internal import KQL
public import PluginKit

extension AllowlistEnricher {
  /// The entry or silence that holds, and every other that came close: its actors, or its whole condition, hold; then
  /// those of which some part of the condition does, the ten with the most.
  public func explain(_ alert: borrowing Alert) -> [DecisionExplanation] {
    let byEntries = explain(alert, by: list) { "entry '\($0.name)'" }
    guard let silences = silences.list else { return byEntries }
    let bySilences = explain(alert, by: silences) { $0.name }
    let isHeld = byEntries.first?.holds == true && options.mode == .hold
    // What an entry holds back no silence is asked about.
    return isHeld || bySilences.first?.holds != true ? byEntries + bySilences : bySilences + byEntries
  }

  private func explain(
    _ alert: borrowing Alert, by list: Allowlist, _ subject: (Entry) -> String
  ) -> [DecisionExplanation] {
    let now = context.clock.now
    let matched = list.matchedActors(of: alert)
    let holding: Int? =
      switch list.verdict(on: alert, now: { now }) {
      case .held(let number, _): number
      case .nothing, .expired: nil
      }
    var explanations: [DecisionExplanation] = []
    var further: [(explanation: DecisionExplanation, met: Int)] = []
    for number in list.entries.indices {
      let entry = list.entries[number]
      var conditions = requirements(of: number, in: list, alert, matched, now: now)
      let isClose = conditions.contains {
        $0.holds || $0.text.hasSuffix(Self.isChosen) || $0.text.hasSuffix(Self.areOthers)
      }
      guard isClose else {
        if let parts = partlyMet(entry, alert, now: now) {
          let conditions = conditions.filter { !$0.text.hasPrefix("when: ") } + parts
          let explanation = DecisionExplanation(
            subject: subject(entry), place: entry.place, holds: false, conclusion: conclusion(false, conditions),
            conditions: conditions)
          further.append((explanation, parts.count { $0.holds }))
        }
        continue
      }
      conditions.append(
        DecisionExplanation.Condition("ceiling: \(entry.ceiling)", holds: alert.undemotedSeverity <= entry.ceiling))
      conditions.append(DecisionExplanation.Condition("expires: \(entry.expires.text)", holds: now < entry.expires.end))
      let guardrails = guardrails(of: number, in: list, alert, matched, now: now)
      conditions += guardrails.map { DecisionExplanation.Condition($0, holds: false) }
      let holds = number == holding && guardrails.isEmpty
      let explanation = DecisionExplanation(
        subject: subject(entry), place: entry.place, holds: holds, conclusion: conclusion(holds, conditions),
        conditions: conditions)
      if holds { explanations.insert(explanation, at: 0) } else { explanations.append(explanation) }
    }
    return explanations + Self.closest(further)
  }

  /// Those of which the most is met; of the rest, how many there are.
  private static func closest(_ all: [(explanation: DecisionExplanation, met: Int)]) -> [DecisionExplanation] {
    let shown = 10
    let closest = all.enumerated().sorted { ($1.element.met, $0.offset) < ($0.element.met, $1.offset) }
      .prefix(shown).map(\.element.explanation)
    guard all.count > shown else { return closest }
    let rest = DecisionExplanation(
      subject: "\(all.count - shown) further entries", place: nil, holds: false,
      conclusion: "have a part that holds as well", conditions: [])
    return closest + [rest]
  }

  /// The parts of an entry's condition that must all hold, each with its truth; nil where none that asks for a value does.
  private func partlyMet(_ entry: Entry, _ alert: borrowing Alert, now: Timestamp) -> [DecisionExplanation.Condition]? {
    guard let condition = entry.condition?.condition, case .and(let parts) = condition.expression.kind else {
      return nil
    }
    var told: [DecisionExplanation.Condition] = []
    var isAnyMet = false
    for part in parts {
      guard let question = try? Condition(part, of: condition) else { return nil }
      let holds = question.matches(alert, now: now)
      if holds, !WhoFields.saysLittle(part) { isAnyMet = true }
      told.append(DecisionExplanation.Condition("when: \(part)", holds: holds))
    }
    return isAnyMet ? told : nil
  }

  private static let isChosen = " (met only by what an attacker can choose)"
  private static let areOthers = " (the alert names others as well)"

  /// Actors and condition of an entry, each where it has them.
  private func requirements(
    of number: Int, in list: Allowlist, _ alert: borrowing Alert, _ matched: MatchedActors, now: Timestamp
  ) -> [DecisionExplanation.Condition] {
    let entry = list.entries[number]
    var conditions: [DecisionExplanation.Condition] = []
    if entry.hasActors {
      let isMet = list.actorsHold(number, entry, alert.table, matched)
      let matches = list.actorMatches(of: number, alert.table, matched).all
      let namesOthers = isMet && list.namesOthers(number, alert, matched)
      let remark = namesOthers ? Self.areOthers : isMet || matches.isEmpty ? "" : Self.isChosen
      conditions.append(
        DecisionExplanation.Condition("actors" + remark, holds: isMet && !namesOthers, matches: matches))
    }
    if let condition = entry.condition {
      let isMet = condition.condition.matches(alert, now: now)
      let isEnough = entry.hasActors || list.restsOnEnough(entry, alert.table)
      let namesOthers = isMet && condition.namesOthers(alert, now: now)
      let remark =
        !isMet ? "" : !isEnough ? Self.isChosen : namesOthers ? Self.areOthers : ""
      conditions.append(
        DecisionExplanation.Condition(
          "when: \(condition.condition.source)\(remark)", holds: isMet && isEnough && !namesOthers,
          matches: condition.matches(of: alert, now: now)))
    }
    return conditions
  }

  /// What lets the alert through although the entry would hold it back; asking changes nothing.
  private func guardrails(
    of number: Int, in list: Allowlist, _ alert: borrowing Alert, _ matched: MatchedActors, now: Timestamp
  ) -> [String] {
    let entry = list.entries[number]
    if let forbidding = list.forbidding(alert, to: entry, now: now) { return ["never: \(forbidding.condition.source)"] }
    var reasons: [String] = []
    if !entry.watch.isEmpty {
      reasons = list.reasons(toDeliver: alert, matched) { actor in
        history.novelties(actor, watchesRate: entry.watch.contains(.rate), now: now) { note in
          newness.forEachSample(of: alert, watch: entry.watch, note)
        }
      }
    }
    if let budget = entry.budget, budgets.isUsedUp(number, budget, now: now) {
      reasons.append("more than \(budget.text)")
    }
    return reasons.map { "break-through: \($0)" }
  }

  private func conclusion(_ holds: Bool, _ conditions: [DecisionExplanation.Condition]) -> String {
    if holds { return options.mode == .hold ? "holds the alert back" : "demotes the alert" }
    guard let missing = conditions.first(where: { !$0.holds }) else { return "would hold, but an earlier entry does" }
    return "does not hold: \(missing.text)"
  }
}
