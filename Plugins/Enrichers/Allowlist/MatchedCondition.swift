internal import AlertModel
internal import KQL
internal import PluginKit

/// A condition that can tell which values met it, once it is known to hold.
struct MatchedCondition: Sendable {
  let condition: Condition
  private let parts: [Part]
  /// What is asked of fields that say who did it, and from where: each time conditions about one field, any of which its
  /// values may meet.
  private let asksWho: [[Condition]]

  /// One part of the condition that is about one field, or about any.
  private struct Part: Sendable {
    let condition: Condition
    let field: Field
    let pattern: String
    let isNegated: Bool
    /// True where it must have a value that is told from others.
    let asksForValue: Bool
  }

  /// - Throws: `KQLError`.
  init(_ query: String, _ vocabulary: Vocabulary) throws(KQLError) {
    condition = try Condition(query, vocabulary: vocabulary)
    var parts: [Part] = []
    try Self.collect(condition.expression, of: condition, negated: false, vocabulary, into: &parts)
    self.parts = parts
    var asksWho: [[Condition]] = []
    for question in WhoFields.questions(in: condition.expression) {
      var conditions: [Condition] = []
      for leaf in question { conditions.append(try Condition(leaf, of: condition)) }
      asksWho.append(conditions)
    }
    self.asksWho = asksWho
  }

  /// Whether the alert, which the condition holds for, names people, addresses, accounts or hosts besides those that the
  /// condition asks for.
  func namesOthers(_ alert: borrowing Alert, now: Timestamp) -> Bool {
    for question in asksWho where !Condition.areMet(question, byEveryValueIn: alert, now: now) {
      // Something else may have met the condition; then this field need not have any of the values.
      for alternative in question where alternative.matches(alert, now: now) { return true }
    }
    return false
  }

  /// The fields that are asked for a value, and not only whether they are there or nearly so: those outside
  /// `not`.
  var positiveFields: [String] {
    parts.filter { !$0.isNegated && $0.asksForValue }.map(\.field.name)
  }

  /// Field, value and pattern of every part that the alert fulfils; of `field:{ … }`, of each question within.
  func matches(of alert: borrowing Alert, now: Timestamp) -> [Suppression.Match] {
    var matches: [Suppression.Match] = []
    for part in parts where part.condition.matches(alert, now: now) != part.isNegated {
      let pattern = part.isNegated ? "not \(part.pattern)" : part.pattern
      let before = matches.count
      part.condition.forEachMatch(in: alert, now: now) { field, value in
        matches.append(Suppression.Match(field: field, value: value, pattern: pattern))
      }
      if matches.count > before { continue }
      matches.append(
        Suppression.Match(field: part.field.name, value: Self.firstValue(of: part, in: alert), pattern: pattern))
    }
    return matches
  }

  /// What the field has where no value of it is known to fulfil the part: where it must not hold, or asks for the severity.
  private static func firstValue(of part: Part, in alert: borrowing Alert) -> String {
    if part.field.name == "severity" { return alert.severity.description }
    guard let first = alert.first(part.field), first.isScalar else { return "" }
    return first.text
  }

  private static func collect(
    _ expression: KQLExpression, of whole: Condition, negated: Bool, _ vocabulary: Vocabulary, into parts: inout [Part]
  ) throws(KQLError) {
    let field: KQLLiteral
    let pattern: String
    switch expression.kind {
    case .and(let all), .or(let all):
      for part in all { try collect(part, of: whole, negated: negated, vocabulary, into: &parts) }
      return
    case .not(let part): return try collect(part, of: whole, negated: !negated, vocabulary, into: &parts)
    case .is(let name, let value):
      field = name ?? .text("*")
      pattern = value.text
    case .range(let name, let comparison, let value):
      field = name
      pattern = "\(comparison.rawValue) \(value.text)"
    case .nested(let name, _):
      field = name
      pattern = String(decoding: Array(whole.source.utf8)[expression.range], as: UTF8.self)
    }
    let isWhole = expression.range == whole.expression.range
    parts.append(
      Part(
        condition: isWhole ? whole : try Condition(expression, of: whole), field: vocabulary.field(field.text),
        pattern: pattern, isNegated: negated, asksForValue: !expression.containsFreeText && expression.asksForValue))
  }
}
