internal import AlertModel
internal import KQL
internal import PluginKit

/// A condition that can tell which values met it, once it is known to hold.
struct MatchedCondition: Sendable {
  let condition: Condition
  private let parts: [Part]

  /// One part of the condition that is about one field.
  private struct Part: Sendable {
    let condition: Condition
    let field: Field
    let literal: KQLLiteral?
    let pattern: String
    let isNegated: Bool
  }

  /// - Throws: `KQLError`.
  init(_ query: String, _ vocabulary: Vocabulary) throws(KQLError) {
    condition = try Condition(query, vocabulary: vocabulary)
    var parts: [Part] = []
    Self.collect(condition.expression, negated: false, query: Array(query.utf8), vocabulary, into: &parts)
    self.parts = parts
  }

  /// The fields that must have a value for the condition to hold: those outside `not`.
  var positiveFields: [String] { parts.filter { !$0.isNegated }.map(\.field.name) }

  /// Field, value and pattern of every part that the alert fulfils.
  func matches(of alert: borrowing Alert, now: Timestamp) -> [Suppression.Match] {
    var matches: [Suppression.Match] = []
    for part in parts where part.condition.matches(alert, now: now) != part.isNegated {
      matches.append(
        Suppression.Match(
          field: part.field.name, value: Self.value(of: part, in: alert),
          pattern: part.isNegated ? "not \(part.pattern)" : part.pattern))
    }
    return matches
  }

  private static func value(of part: Part, in alert: borrowing Alert) -> String {
    var found: String?
    alert.forEachValue(part.field) { value in
      let text = value.isScalar ? value.text : ""
      if found == nil { found = text }
      let isIt: Bool
      switch part.literal {
      case .text(let wanted)?, .phrase(let wanted)?: isIt = wanted == text
      case .wildcard(let pattern)?: isIt = Wildcard.matches(pattern.segments.joined(separator: "*"), text)
      default: isIt = true
      }
      if isIt { found = text }
      return isIt
    }
    if found == nil, part.field.name == "severity" { return alert.severity.description }
    return found ?? ""
  }

  private static func collect(
    _ expression: KQLExpression, negated: Bool, query: [UInt8], _ vocabulary: Vocabulary, into parts: inout [Part]
  ) {
    switch expression.kind {
    case .and(let all), .or(let all):
      for part in all { collect(part, negated: negated, query: query, vocabulary, into: &parts) }
    case .not(let part):
      collect(part, negated: !negated, query: query, vocabulary, into: &parts)
    case .is(let field?, let value):
      add(field, value, "\(value.text)", expression, negated, query, vocabulary, &parts)
    case .range(let field, let comparison, let value):
      add(field, nil, "\(comparison.rawValue) \(value.text)", expression, negated, query, vocabulary, &parts)
    case .nested(let field, _):
      let source = String(decoding: query[expression.range], as: UTF8.self)
      add(field, nil, source, expression, negated, query, vocabulary, &parts)
    case .is(nil, _):
      break
    }
  }

  private static func add(
    _ field: KQLLiteral, _ literal: KQLLiteral?, _ pattern: String, _ expression: KQLExpression, _ negated: Bool,
    _ query: [UInt8], _ vocabulary: Vocabulary, _ parts: inout [Part]
  ) {
    let source = String(decoding: query[expression.range], as: UTF8.self)
    // In a list of values the range is that of the value alone.
    let whole = (try? Condition(source, vocabulary: vocabulary)).flatMap { condition in
      condition.fieldNames.contains(field.text) ? condition : nil
    }
    let name = KQLEscapes.unquoted(field.text)
    guard let condition = whole ?? (try? Condition("\(name): \(source)", vocabulary: vocabulary)) else { return }
    parts.append(
      Part(
        condition: condition, field: vocabulary.field(field.text), literal: literal, pattern: pattern,
        isNegated: negated))
  }
}
