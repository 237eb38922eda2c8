internal import AlertModel
internal import KQL
internal import PluginKit

/// Tells what a condition rests on: whether it can hold by nothing but what an attacker can choose.
///
/// Of an `and`, one part that nobody can choose is enough; of an `or`, every part needs one. A part that only asks whether
/// a field is there, one that nearly every value meets, one without a field, one whose field's name has wildcards, and
/// everything below `not` are nothing to rest on, nor are severity and time. Neither is the name of a session, which whoever
/// assumes a role chooses.
struct Footing {
  private let formats: FormatSet?
  private let count: Int
  private let nowhere: [Bool]
  private var firmByField: [String: [Bool]] = [:]

  /// Fields that every alert has, and that say neither who nor what.
  private static let general: Set<String> = ["severity", "@timestamp"]

  /// True for a part that asks for nothing but those.
  static func isGeneral(_ part: KQLExpression) -> Bool {
    !part.containsFreeText && part.fieldNames.allSatisfy { general.contains(Field.base(of: $0)) }
  }

  /// True for a condition that nearly every alert meets, whoever chooses what is in it: it names no value at all, or only
  /// severity and time, or it is an `or` with such a side.
  static func isMetByNearlyAll(_ expression: KQLExpression) -> Bool {
    switch expression.kind {
    case .and(let parts): return parts.allSatisfy(isMetByNearlyAll)
    case .or(let parts): return parts.contains(where: isMetByNearlyAll)
    case .not: return true
    case .is, .range, .nested: return !expression.asksForValue || isGeneral(expression)
    }
  }

  /// - Parameter count: how many formats there are.
  init(_ formats: FormatSet?, count: Int) {
    self.formats = formats
    self.count = count
    nowhere = Array(repeating: false, count: count)
  }

  /// By format: true where there is a condition, and it rests on something that nobody can choose.
  mutating func isFirm(_ expression: KQLExpression?) -> [Bool] {
    guard let expression else { return nowhere }
    switch expression.kind {
    case .and(let parts):
      return parts.reduce(nowhere) { firm, part in zip(firm, isFirm(part)).map { $0 || $1 } }
    case .or(let parts):
      return parts.reduce(Array(repeating: true, count: count)) { firm, part in zip(firm, isFirm(part)).map { $0 && $1 }
      }
    case .is(let field?, let value):
      if value.isMetByNearlyAll { return nowhere }
      if case .wildcard(let pattern) = value, isIdentity(field),
        ActorPattern.isMetBySessionName(pattern.segments) || ActorPattern.goesBeyondRole(pattern.segments)
      {
        return nowhere
      }
      return isFirm(field: field)
    case .range(let field, let comparison, let value):
      return value.isLowest(for: comparison) ? nowhere : isFirm(field: field)
    case .nested(let field, let inner): return inner.asksForValue ? isFirm(field: field) : nowhere
    case .not, .is(nil, _): return nowhere
    }
  }

  /// Whether the field can hold a session's ARN or unique id. Who issued a session is its role.
  private func isIdentity(_ field: KQLLiteral) -> Bool {
    let parts = field.text.lowercased().split(separator: ".")
    guard let last = parts.last, !parts.contains(where: { $0.hasSuffix("issuer") }) else { return false }
    return ["arn", "principalid", "principal_id"].contains(last) || parts == ["user", "id"]
  }

  private mutating func isFirm(field: KQLLiteral) -> [Bool] {
    if case .wildcard = field { return nowhere }
    if let known = firmByField[field.text] { return known }
    let name = Field.base(of: field.text)
    if Self.general.contains(name) { return nowhere }
    let firm = (0..<count).map { format in
      !ChosenFields.contains(name) && formats?.isSpoofable(name, in: format) != true
    }
    firmByField[field.text] = firm
    return firm
  }
}

extension KQLExpression {
  /// True where there must be a value that is told from others.
  var asksForValue: Bool {
    switch kind {
    case .and(let parts): parts.contains(where: \.asksForValue)
    case .or(let parts): parts.allSatisfy(\.asksForValue)
    case .is(_, let value): !value.isMetByNearlyAll
    case .range(_, let comparison, let value): !value.isLowest(for: comparison)
    case .nested(_, let inner): inner.asksForValue
    case .not: false
    }
  }
}

extension KQLLiteral {
  /// True for `>= 0`, `> ""` and the like, which nearly every value meets.
  func isLowest(for comparison: KQLRangeOperator) -> Bool {
    guard comparison == .greater || comparison == .greaterOrEqual else { return false }
    return text.isEmpty || Double(text).map { $0 <= 0 } ?? false
  }

  /// True where nearly every value is what is asked for: `*`, `*a*`, `0.0.0.0/0`.
  var isMetByNearlyAll: Bool {
    switch self {
    case .wildcard(let pattern):
      // One letter with wildcards on both its sides is in most names.
      pattern.segments.allSatisfy(\.isEmpty)
        || pattern.segments.joined().count < 2 && pattern.segments.first == "" && pattern.segments.last == ""
    case .text(let text), .phrase(let text):
      // The network of half of all addresses, or of all: no path, which has neither dots nor colons in front of that.
      (text.hasSuffix("/0") || text.hasSuffix("/1")) && text.contains { $0 == "." || $0 == ":" }
        && text.dropLast(2).allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" }
    case .null, .boolean, .template: false
    }
  }
}

/// Fields whose value whoever acts can choose, by their ECS names.
enum ChosenFields {
  private static let prefixes = ["user_agent.", "client.user_agent."]
  private static let names: Set<String> = [
    "source.domain", "host.name", "host.hostname", "agent.name", "process.name", "process.title", "userAgent",
    "process.command_line", "process.args", "url.original", "url.query", "http.request.referrer",
  ]

  static func contains(_ field: String) -> Bool {
    names.contains(field) || prefixes.contains { field.hasPrefix($0) }
  }
}
