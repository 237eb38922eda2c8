public import KQL

/// Finds in conditions what no alert can have: a field whose name is misspelt, a value outside a field's list of values.
///
/// Alerts may hold fields of their own beside those that formats name, so that a field is unknown is no mistake yet: it is
/// doubted where a part of its name is found nowhere and a field that there is has nearly the same name.
public struct ConditionDoubts: Sendable {
  private let names: [String]
  private let parts: Set<String>

  /// Fields that ECS allows only some values for (https://www.elastic.co/docs/reference/ecs/ecs-allowed-values-event-kind
  /// and its neighbours).
  private static let values: [String: [String]] = [
    "event.outcome": ["failure", "success", "unknown"],
    "event.kind": ["alert", "asset", "enrichment", "event", "metric", "state", "pipeline_error", "signal"],
  ]

  public init(_ formats: FormatSet) {
    var names: Set<String> = ["severity"]
    for format in formats.formats { names.formUnion(format.fields.names) }
    self.names = names.sorted()
    parts = Set(names.flatMap { $0.split(separator: ".").map(String.init) })
  }

  /// What is doubtful, each as the end of a sentence: `asks for 'user.nmae', …`.
  public func about(_ expression: KQLExpression) -> [String] {
    expression.fieldNames.compactMap(doubt(aboutField:)) + doubts(aboutValues: expression)
  }

  private func doubt(aboutField name: String) -> String? {
    guard !name.contains("*"), !name.hasPrefix("weir.") else { return nil }
    let isMadeOfKnownParts = name.split(separator: ".").allSatisfy { parts.contains(String($0)) }
    guard !isMadeOfKnownParts, name.contains("."), let meant = Suggestion.closest(to: name, in: names) else {
      return nil
    }
    return "asks for '\(name)', which no format provides; did you mean '\(meant)'?"
  }

  private func doubts(aboutValues expression: KQLExpression) -> [String] {
    switch expression.kind {
    case .and(let parts), .or(let parts): return parts.flatMap(doubts(aboutValues:))
    case .not(let part), .nested(_, let part): return doubts(aboutValues: part)
    case .is(let field?, let value):
      guard let allowed = Self.values[field.text] else { return [] }
      switch value {
      case .text(let text), .phrase(let text):
        return allowed.contains(text)
          ? []
          : ["can never hold: '\(field.text)' is never '\(text)', only \(allowed.joined(separator: ", "))"]
      default: return []
      }
    case .is(nil, _), .range: return []
    }
  }
}
