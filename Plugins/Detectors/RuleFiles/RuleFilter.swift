/// One entry of `[[rule.filters]]`, a query of Elasticsearch, as KQL.
public enum RuleFilter: Sendable, Equatable {
  /// A condition in KQL that must hold as well.
  case kql(String)
  /// A filter that KQL has no words for, and why.
  case unsupported(String)

  /// - Parameter filter: the entry as TOML has it.
  init?(_ filter: TOMLNode) {
    let meta = filter["meta"]
    if meta?["disabled"]?.bool == true { return nil }
    let isNegated = meta?["negate"]?.bool == true
    let query = filter["query"] ?? filter
    switch Self.condition(query) {
    case .success(let condition): self = .kql(isNegated ? "not (\(condition))" : "(\(condition))")
    case .failure(let reason): self = .unsupported(reason.text)
    }
  }

  private struct Reason: Error { let text: String }

  private static func condition(_ query: TOMLNode) -> Result<String, Reason> {
    if let exists = query["exists"]?["field"]?.string { return .success("\(name(exists)): *") }
    for kind in ["match_phrase", "match", "term", "terms"] {
      guard let members = query[kind]?.members else { continue }
      let tests = members.compactMap { test($0.key, $0.value) }
      guard !tests.isEmpty, tests.count == members.count else { break }
      return .success(tests.joined(separator: " and "))
    }
    if let members = query["wildcard"]?.members { return wildcard(members) }
    if let members = query["range"]?.members { return range(members) }
    if let bool = query["bool"] { return boolean(bool) }
    let kinds = query.members?.map(\.key).filter { $0 != "meta" && $0 != "$state" } ?? []
    return .failure(Reason(text: "a filter of kind '\(kinds.first ?? "unknown")' cannot be applied"))
  }

  /// `field: "value"`, `field: ("a" or "b")`; nil for values of other shapes.
  private static func test(_ field: String, _ value: TOMLNode) -> String? {
    let value = value["query"] ?? value["value"] ?? value
    if let text = value.scalarText { return "\(name(field)): \(quoted(text))" }
    guard let elements = value.elements else { return nil }
    let texts = elements.compactMap(\.scalarText)
    guard texts.count == elements.count, !texts.isEmpty else { return nil }
    return "\(name(field)): (\(texts.map(quoted).joined(separator: " or ")))"
  }

  private static func wildcard(_ members: [(key: String, value: TOMLNode)]) -> Result<String, Reason> {
    var tests: [String] = []
    for (field, value) in members {
      guard let pattern = (value["value"] ?? value["wildcard"] ?? value).string else {
        return .failure(Reason(text: "a wildcard filter without a pattern cannot be applied"))
      }
      if pattern.contains("?") {
        return .failure(Reason(text: "the wildcard filter on \(field) has '?', which cannot be applied"))
      }
      if value["case_insensitive"]?.bool == true, pattern.contains(where: \.isLetter) {
        return .failure(Reason(text: "the wildcard filter on \(field) ignores case, which cannot be applied"))
      }
      tests.append("\(name(field)): \(unquoted(pattern))")
    }
    return .success(tests.joined(separator: " and "))
  }

  private static func range(_ members: [(key: String, value: TOMLNode)]) -> Result<String, Reason> {
    let operators = ["gt": ">", "gte": ">=", "lt": "<", "lte": "<="]
    var tests: [String] = []
    for (field, value) in members {
      for (key, bound) in value.members ?? [] {
        guard let sign = operators[key], let text = bound.scalarText else {
          return .failure(Reason(text: "the range filter on \(field) has '\(key)', which cannot be applied"))
        }
        tests.append("\(name(field)) \(sign) \(quoted(text))")
      }
    }
    return .success(tests.joined(separator: " and "))
  }

  /// `must`, `filter`, `should` and `must_not`.
  private static func boolean(_ query: TOMLNode) -> Result<String, Reason> {
    var parts: [String] = []
    do {
      for key in ["must", "filter"] { parts += try clauses(query[key]).map { "(\($0))" } }
      let alternatives = try clauses(query["should"])
      // Beside others that must hold, `should` must only where that is said (Elasticsearch's reference, "Boolean query").
      if !alternatives.isEmpty, parts.isEmpty || query["minimum_should_match"] != nil {
        parts.append("(\(alternatives.map { "(\($0))" }.joined(separator: " or ")))")
      }
      parts += try clauses(query["must_not"]).map { "not (\($0))" }
    } catch let reason as Reason {
      return .failure(reason)
    } catch {
      return .failure(Reason(text: "\(error)"))
    }
    if let minimum = query["minimum_should_match"]?.scalarText, minimum != "1" {
      return .failure(Reason(text: "a filter with minimum_should_match \(minimum) cannot be applied"))
    }
    return parts.isEmpty
      ? .failure(Reason(text: "an empty bool filter cannot be applied")) : .success(parts.joined(separator: " and "))
  }

  private static func clauses(_ node: TOMLNode?) throws -> [String] {
    guard let node else { return [] }
    return try (node.elements ?? [node]).map { try condition($0).get() }
  }

  private static func name(_ field: String) -> String { unquoted(field) }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  /// A literal without quotes, in which only `*` keeps its meaning
  /// (https://www.elastic.co/docs/explore-analyze/query-filter/languages/kql).
  private static func unquoted(_ text: String) -> String {
    var literal = ""
    for character in text {
      if "\\():<>\"{}".contains(character) { literal.append("\\") }
      literal.append(character)
    }
    return literal
  }
}
