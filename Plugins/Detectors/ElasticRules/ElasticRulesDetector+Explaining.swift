public import AlertModel
internal import KQL
public import PluginKit

extension ElasticRulesDetector {
  /// So many rules that did not match are told of.
  private static let nearMisses = 5

  /// The rules that match the event, and of the others those that came closest: most of whose parts hold.
  ///
  /// A rule that the event has nothing in common with but the kind of its data came not close.
  public func explain(_ alert: borrowing Alert) -> [DecisionExplanation] {
    var matching: [DecisionExplanation] = []
    var others: [(distance: Double, explanation: DecisionExplanation)] = []
    for rule in set.rules {
      let whole = rule.condition.explain(alert, now: context.clock.now)
      let parts = whole.kind == .all ? whole.parts : [whole]
      let conditions = parts.map(Self.condition)
      if whole.isTrue {
        matching.append(Self.explanation(rule, holds: true, Self.conclusion(rule), conditions))
      } else if let missing = parts.first(where: { !$0.isTrue }), parts.contains(where: { Self.tells($0) }) {
        let failing = parts.count { !$0.isTrue }
        let conclusion = "does not match: \(missing.text)\(Self.found(missing))"
        let distance = Double(failing) + Double(failing) / Double(parts.count)
        others.append((distance, Self.explanation(rule, holds: false, conclusion, conditions)))
      }
    }
    // Rules of the same distance stay in their order.
    let near = others.enumerated().sorted { ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset) }
    return matching + near.prefix(Self.nearMisses).map(\.element.explanation)
  }

  private static func explanation(
    _ rule: CompiledRule, holds: Bool, _ conclusion: String, _ conditions: [DecisionExplanation.Condition]
  ) -> DecisionExplanation {
    DecisionExplanation(
      subject: "rule '\(rule.name)'", place: rule.place, holds: holds, conclusion: conclusion, conditions: conditions)
  }

  private static func conclusion(_ rule: CompiledRule) -> String {
    if rule.memory != nil { return "matches the event; whether it is an alert depends on those before it" }
    return "makes an alert of the event" + (rule.suppression == nil ? "" : ", unless one came lately")
  }

  /// True for a part that holds and says more than what kind of data the event is.
  private static func tells(_ part: Explanation) -> Bool {
    let common = [
      "event.dataset", "data_stream.dataset", "event.module", "event.kind", "event.outcome", "cloud.provider",
    ]
    return part.isTrue && part.kind != .not && !common.contains(part.field ?? part.parts.first?.field ?? "")
  }

  private static func condition(_ part: Explanation) -> DecisionExplanation.Condition {
    DecisionExplanation.Condition(part.text + (part.isTrue ? "" : found(part)), holds: part.isTrue)
  }

  private static func found(_ part: Explanation) -> String {
    guard part.kind == .leaf, let field = part.field else { return "" }
    if part.values.isEmpty { return " (there is no \(field))" }
    return " (it is \(part.values.joined(separator: ", ")))"
  }
}
