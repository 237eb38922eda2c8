internal import AlertModel
internal import KQL
internal import PluginKit

/// Finds the rules that an event may match, by the values that their queries require.
///
/// Each rule is filed under the values of one field. An event is looked up once for each field that rules are filed
/// under, so that the cost grows with these fields and not with the rules.
struct RuleIndex: Sendable {
  /// Fields to file rules under, the most telling first. A rule that requires none of them is filed under the first that
  /// it does require.
  private static let preferred = [
    "event.action", "eventName", "event.code", "event.provider", "eventSource", "event.category", "event.dataset",
    "data_stream.dataset", "event.module",
  ]

  /// The rules under one field, by value. A class, so that looking into one costs nothing; it never changes.
  private final class Drawer: Sendable {
    let field: Field
    let values: KeyIndex
    let rules: [[CompiledRule]]

    init(_ field: Field, _ filed: [(value: String, rule: CompiledRule)]) {
      self.field = field
      var values = KeyIndex()
      var rules: [[CompiledRule]] = []
      for (value, rule) in filed {
        let (number, isNew) = values.insert(value)
        if isNew { rules.append([]) }
        if rules[number].last !== rule { rules[number].append(rule) }
      }
      self.values = values
      self.rules = rules
    }
  }

  private let drawers: [Drawer]
  /// Rules that require no value: asked about every event.
  private let others: [CompiledRule]

  init(_ rules: [CompiledRule], _ vocabulary: Vocabulary) {
    var filed: [(field: String, rules: [(value: String, rule: CompiledRule)])] = []
    var others: [CompiledRule] = []
    for rule in rules {
      guard let (field, values) = Self.best(rule.condition.requiredTerms) else {
        others.append(rule)
        continue
      }
      let entries = values.map { (value: $0, rule: rule) }
      if let place = filed.firstIndex(where: { $0.field == field }) {
        filed[place].rules += entries
      } else {
        filed.append((field, entries))
      }
    }
    drawers = filed.map { Drawer(vocabulary.field($0.field), $0.rules) }
    self.others = others
  }

  private static func best(_ terms: [(field: String, values: [String])]) -> (field: String, values: [String])? {
    for name in preferred {
      if let term = terms.first(where: { $0.field == name }) { return term }
    }
    return terms.first
  }

  /// Calls `body` once with each rule that the event may match.
  func forEachCandidate(_ event: borrowing Alert, _ body: (CompiledRule) -> Void) {
    for drawer in drawers {
      // Only an array can bring the same rule twice; it can only where an earlier value found rules.
      var earlier: (first: Int, others: [Int])?
      event.forEachValue(drawer.field) { value in
        guard value.isScalar, let number = value.withText({ drawer.values.number(of: $0) }) else { return false }
        for rule in drawer.rules[number] {
          if let earlier,
            ([earlier.first] + earlier.others).contains(where: { drawer.rules[$0].contains { $0 === rule } })
          {
            continue
          }
          body(rule)
        }
        if earlier == nil { earlier = (number, []) } else { earlier?.others.append(number) }
        return false
      }
    }
    for rule in others { body(rule) }
  }
}
