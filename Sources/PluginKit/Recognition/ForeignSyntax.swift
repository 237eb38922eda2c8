internal import AlertModel
internal import KQL

/// Finds in conditions what KQL takes for text although something else was meant: `user.name = alice` is a text without a
/// field, `not user.name: (alice, bob)` asks for the one value `alice, bob`, `weir.severity >= high` goes by the alphabet.
///
/// Below `not` such a mistake holds wherever it should not.
enum ForeignSyntax {
  /// What is doubtful, each as the end of a sentence.
  ///
  /// - Parameter isField: whether an alert can have a field of that name.
  static func doubts(about expression: KQLExpression, isField: (String) -> Bool) -> [String] {
    switch expression.kind {
    case .and(let parts), .or(let parts): return parts.flatMap { doubts(about: $0, isField: isField) }
    case .not(let part), .nested(_, let part): return doubts(about: part, isField: isField)
    case .is(nil, let text): return doubt(aboutText: text, isField).map { [$0] } ?? []
    case .is(let field?, let value): return [doubt(aboutName: field), doubt(about: value)].compactMap { $0 }
    case .range(let field, let comparison, let value):
      return [doubt(aboutName: field), doubt(about: value), doubt(aboutBound: value, of: field, comparison)]
        .compactMap { $0 }
    }
  }

  private static let operators: Set<Character> = ["=", "<", ">", "!", "~"]
  private static let verbs: Set<String> = ["is", "in", "like", "contains", "matches", "equals"]
  private static let keywords: Set<String> = ["and", "or", "not"]

  private static func doubt(aboutText literal: KQLLiteral, _ isField: (String) -> Bool) -> String? {
    guard let text = unquoted(literal) else { return nil }
    if keywords.contains(text.lowercased()) {
      return "looks for the text '\(text)' in every field; what was to come behind it is missing"
    }
    let words = text.split(separator: " ").map(String.init)
    guard let first = words.first else { return nil }
    let name = String(first.prefix { !operators.contains($0) })
    let isComparison = words.contains { $0.contains(where: operators.contains) } && !name.isEmpty
    let isSentence = words.count > 1 && (isField(name) || name.contains(".") && verbs.contains(words[1].lowercased()))
    guard isComparison || isSentence else { return nil }
    let meant = query(for: name, text.dropFirst(name.count)).map { "; did you mean '\($0)'?" }
    return "looks for the text '\(text)' in every field, as there is no colon\(meant ?? "")"
  }

  /// What was meant by a field's name and what stands behind it, an operator or a verb and values: ` != alice`,
  /// ` in [a, b]`. Nil where there is no value.
  private static func query(for name: String, _ rest: Substring) -> String? {
    let comparison = rest.prefix { operators.contains($0) || $0 == " " }
    var words = rest.dropFirst(comparison.count).split(separator: " ")
    if let verb = words.first, verbs.contains(verb.lowercased()) { words.removeFirst() }
    let value = words.joined(separator: " ")
    guard !value.isEmpty else { return nil }
    let list = value.split { "[],".contains($0) }.map { $0.trimmingPrefix(" ") }
    let isList = value.hasPrefix("[") && list.count > 1
    return (comparison.contains("!") ? "not " : "") + "\(name): "
      + (isList ? "(\(list.joined(separator: " or ")))" : value)
  }

  private static func doubt(aboutName literal: KQLLiteral) -> String? {
    guard let name = unquoted(literal), name.contains(where: { operators.contains($0) || $0 == " " }) else {
      return nil
    }
    return "asks for a field that is called '\(name)'; between a field and its value stands ':', '<', '<=', '>' or '>='"
  }

  private static func doubt(about literal: KQLLiteral) -> String? {
    if literal.isBrokenNetwork { return "asks for '\(literal.text)', which is no network" }
    guard let text = unquoted(literal) else { return nil }
    if text.split(separator: " ").contains("&&") {
      return "asks for the one value '\(text)'; KQL has no '&&', several are written (one and another)"
    }
    if text.contains("|") || text.contains(",") && !text.contains("=") || text.hasPrefix("[") {
      return
        "asks for the one value '\(text)'; several are written (one or another), and one with such characters in \""
    }
    if text.hasPrefix("'") && text.hasSuffix("'") && text.count > 1 {
      return "asks for the value \(text), its quotation marks included; those of KQL are \""
    }
    if text.hasPrefix("/"), text.hasSuffix("/"), text.contains(".*") || text.contains("\\") {
      return "asks for '\(text)' as it is written; KQL has no regular expressions, only '*'"
    }
    let words = text.lowercased().split(separator: " ")
    if words.count > 1, let last = words.last, keywords.contains(String(last)) {
      return "asks for the value '\(text)'; what was to come behind '\(last)' is missing"
    }
    return nil
  }

  private static func doubt(
    aboutBound literal: KQLLiteral, of field: KQLLiteral, _ comparison: KQLRangeOperator
  ) -> String? {
    let text = literal.text
    if field.text != "severity", Severity(name: text) != nil {
      return "compares '\(field.text)' with '\(text)' by the alphabet; "
        + "did you mean 'severity \(comparison.rawValue) \(text)'?"
    }
    if text.contains("/"), IPNetwork(text) != nil {
      return "compares with the text '\(text)'; a network is asked for with ':'"
    }
    guard text.hasPrefix("now"), text.wholeMatch(of: /now([+-][0-9]{0,9}[yMwdhHms]|\/[yMwdhHms])*/) == nil else {
      return nil
    }
    return "compares with the text '\(text)', which is no date math; a day ago is 'now-1d'"
  }

  private static func unquoted(_ literal: KQLLiteral) -> String? {
    switch literal {
    case .text, .wildcard: literal.text
    case .phrase, .null, .boolean, .template: nil
    }
  }
}

extension KQLLiteral {
  /// True for what is written like a network in CIDR notation and is none: `10.0.0.0/33`.
  fileprivate var isBrokenNetwork: Bool {
    switch self {
    case .text(let text), .phrase(let text):
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[1].isEmpty, parts[1].allSatisfy({ $0.isASCII && $0.isNumber }) else {
        return false
      }
      let isIPv4 = parts[0].count { $0 == "." } == 3 && parts[0].allSatisfy { $0.isNumber || $0 == "." }
      let isIPv6 = parts[0].contains("::") && parts[0].allSatisfy { $0.isHexDigit || $0 == ":" }
      guard isIPv4 || isIPv6 else { return false }
      guard let address = IPAddress(String(parts[0])), let length = Int(parts[1]) else { return true }
      return length > address.bitCount
    case .wildcard, .null, .boolean, .template: return false
    }
  }
}
