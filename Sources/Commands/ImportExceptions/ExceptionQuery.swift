internal import AlertModel
internal import KQL
internal import PluginKit

/// Says an exception's entries in KQL, so that the query matches exactly the alerts that Kibana takes out.
///
/// What Kibana asks Elasticsearch is in its source, `packages/kbn-lists-plugin` and before it `x-pack/plugins/lists`,
/// `build_exception_filter.ts`: `match` is a phrase, `match_any` any of several, `wildcard` Lucene's wildcards, `nested`
/// one object; what is `excluded` must not hold, which a missing field does not either; all entries must hold.
struct ExceptionQuery {
  /// The values of value lists by id: exports name them only.
  let valueLists: [String: [String]]

  /// Why an exception cannot be said in KQL.
  struct Refusal: Error, Equatable {
    let reason: String
  }

  /// The query of an item, without the rules that it belongs to.
  func text(of item: ExceptionItem) throws(Refusal) -> String {
    guard !item.tests.isEmpty else {
      throw Refusal(reason: "it has no entries, so it would hold everything back")
    }
    var parts: [KQLExpression] = []
    if let systems = Self.systems(item.systems) { parts.append(systems) }
    for test in item.tests { parts.append(try expression(test, isInner: false)) }
    return Self.all(parts).description
  }

  private func expression(_ test: ExceptionItem.Test, isInner: Bool) throws(Refusal) -> KQLExpression {
    guard !test.field.isEmpty else { throw Refusal(reason: "an entry has no field") }
    let unsaid = [
      (".caseless", "it ignores case, and KQL does not"),
      (".text", "it is analysed text, and KQL compares whole values"),
    ]
    for (suffix, reason) in unsaid where test.field.hasSuffix(suffix) {
      throw Refusal(reason: "the field '\(test.field)' cannot be asked: \(reason)")
    }
    guard test.field != "severity" || isInner else {
      throw Refusal(reason: "the field 'severity' means Weir's own severity in conditions, not that of the document")
    }
    let positive = try positive(test)
    switch test.sign {
    case "included", nil: return positive
    case "excluded": return KQLExpression(.not(positive))
    case let sign?: throw Refusal(reason: "the operator '\(sign)' of the entry on \(test.field) is unknown")
    }
  }

  private func positive(_ test: ExceptionItem.Test) throws(Refusal) -> KQLExpression {
    let field = KQLLiteral.text(test.field)
    switch test.type {
    case "match":
      guard test.values.count == 1 else { throw Refusal(reason: "the entry on \(test.field) has no single value") }
      return KQLExpression(.is(field: field, .phrase(test.values[0])))
    case "match_any":
      guard !test.values.isEmpty else { throw Refusal(reason: "the entry on \(test.field) has no values") }
      return Self.any(test.values.map { KQLExpression(.is(field: field, .phrase($0))) })
    case "exists":
      return KQLExpression(.is(field: field, .wildcard(KQLPattern(segments: ["", ""]))))
    case "wildcard":
      guard !test.values.isEmpty else { throw Refusal(reason: "the entry on \(test.field) has no value") }
      var patterns: [KQLExpression] = []
      for value in test.values { patterns.append(KQLExpression(.is(field: field, try wildcard(value, test.field)))) }
      return Self.any(patterns)
    case "nested":
      guard !test.inner.isEmpty else { throw Refusal(reason: "the nested entry on \(test.field) has no entries") }
      var inner: [KQLExpression] = []
      for part in test.inner { inner.append(try expression(part, isInner: true)) }
      return KQLExpression(.nested(field: field, Self.all(inner)))
    case "list":
      return try valueList(test, field)
    default:
      throw Refusal(reason: "the type '\(test.type)' of the entry on \(test.field) is unknown")
    }
  }

  /// Lucene's wildcards: `*`, `?`, and a backslash before what stands for itself
  /// (https://lucene.apache.org/core/9_0_0/core/org/apache/lucene/search/WildcardQuery.html).
  private func wildcard(_ text: String, _ field: String) throws(Refusal) -> KQLLiteral {
    var segments = [""]
    var isEscaped = false
    for character in text {
      if isEscaped {
        segments[segments.count - 1].append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "*" {
        segments.append("")
      } else if character == "?" {
        throw Refusal(reason: "the pattern '\(text)' on \(field) has '?' for one character, which KQL cannot say")
      } else {
        segments[segments.count - 1].append(character)
      }
    }
    if isEscaped { segments[segments.count - 1].append("\\") }
    guard segments.count > 1 else { return .phrase(segments[0]) }
    if segments.first?.first?.isWhitespace == true || segments.last?.last?.isWhitespace == true {
      throw Refusal(reason: "the pattern '\(text)' on \(field) has white space at an end, which KQL does not keep")
    }
    // Several stars are as good as one; a lone star asks whether there is a value, as in Lucene.
    let kept = segments.enumerated().filter { $0.offset == 0 || $0.offset == segments.count - 1 || !$0.element.isEmpty }
    return .wildcard(KQLPattern(segments: kept.map(\.element)))
  }

  private func valueList(_ test: ExceptionItem.Test, _ field: KQLLiteral) throws(Refusal) -> KQLExpression {
    guard let list = test.valueList else { throw Refusal(reason: "the entry on \(test.field) names no value list") }
    guard let values = valueLists[list.id] else {
      throw Refusal(
        reason: "the values of the value list '\(list.id)' are not in the export; give them with "
          + "--values '\(list.id)=FILE', one a line")
    }
    guard ["keyword", "ip", "ip_range"].contains(list.type) else {
      throw Refusal(reason: "value lists of type '\(list.type)' cannot be compared with whole values")
    }
    guard !values.isEmpty else { throw Refusal(reason: "the value list '\(list.id)' is empty") }
    var tests: [KQLExpression] = []
    for value in values {
      let texts = list.type == "ip_range" ? try networks(value, list.id) : [value]
      tests += texts.map { KQLExpression(.is(field: field, .phrase($0))) }
    }
    return Self.any(tests)
  }

  /// A range of addresses as networks: with a comparison for each end, two values of one field would meet it together.
  private func networks(_ value: String, _ list: String) throws(Refusal) -> [String] {
    let ends = value.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard ends.count > 1 else { return [value] }
    guard ends.count == 2, let first = IPAddress(ends[0]), let last = IPAddress(ends[1]),
      let networks = IPNetwork.networks(from: first, through: last)
    else { throw Refusal(reason: "'\(value)' in the value list '\(list)' is no range of addresses") }
    return networks.map(\.description)
  }

  /// Kibana compares `host.os.type`, or `host.os.name` whatever its case; these are the spellings that agents write.
  private static func systems(_ systems: [String]) -> KQLExpression? {
    guard !systems.isEmpty else { return nil }
    let names = systems.flatMap { system -> [String] in
      let spellings =
        [system, system.capitalized, system.uppercased()] + (system == "macos" ? ["macOS", "MacOS"] : [])
      return spellings.enumerated().filter { spellings.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    }
    let types = systems.map { KQLExpression(.is(field: .text("host.os.type"), .phrase($0))) }
    return any([any(types), any(names.map { KQLExpression(.is(field: .text("host.os.name"), .phrase($0))) })])
  }

  static func all(_ parts: [KQLExpression]) -> KQLExpression {
    parts.count == 1 ? parts[0] : KQLExpression(.and(parts))
  }
  static func any(_ parts: [KQLExpression]) -> KQLExpression { parts.count == 1 ? parts[0] : KQLExpression(.or(parts)) }
}
