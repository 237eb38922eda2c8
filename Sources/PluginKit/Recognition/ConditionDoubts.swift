internal import AlertModel
public import KQL

/// Finds in conditions what no alert can have: a field that nothing provides, a value outside a field's list of values,
/// parts that exclude each other; and what was probably written in another language (`ForeignSyntax`).
///
/// Alerts may hold fields of their own beside those that formats name, so that a field is unknown is no mistake yet. It is
/// doubted below `event`, `user`, `cloud`, `source`, `rule`, `threat` and `weir`, where neither ECS, nor a format, nor a
/// plugin of the configuration has it; anywhere else, where a part of its name is found nowhere and a field that there is
/// differs from it in that part alone, by a slip.
public struct ConditionDoubts {
  private let names: [String]
  private let parts: Set<String>
  /// The detectors' own names.
  private let paths: Set<String>
  /// By the first part of a name: the names that there can be. A beginning that is not here may have any.
  private let closed: [String: FieldNames]
  /// False where plugins may add fields that nobody knows of.
  private let knowsAll: Bool
  private let contradictions: Contradictions
  /// What was found about names before.
  private var known: [String: String?] = [:]

  /// Fields that have one value in every format.
  private static let singleFields: Set<String> = [
    "@timestamp", "event.action", "event.kind", "event.outcome", "event.provider", "event.dataset", "event.module",
    "event.risk_score", "data_stream.dataset", "cloud.provider", "cloud.region", "cloud.account.id", "rule.id",
    "rule.name", "user.name", "user.id",
  ]

  /// - Parameter added: the names of the fields that plugins of the configuration add, `.*` at the end for all below; nil
  ///   where that is not known, so that a field is doubted only where its name is nearly that of another one.
  public init(_ formats: FormatSet, added: [String]? = []) {
    var names: Set<String> = ["severity"]
    var written: [String] = []
    for format in formats.formats {
      names.formUnion(format.fields.names)
      for name in format.fields.names { format.fields[name]?.collectPaths(into: &written) }
    }
    self.names = names.sorted()
    paths = Set(written)
    parts = Set(names.flatMap { $0.split(separator: ".").map(String.init) })
    knowsAll = added != nil
    let provided = self.names + written + (added ?? [])
    var closed: [String: FieldNames] = [:]
    for (beginning, fields) in ECSNames.fields {
      let all = (fields + (ECSNames.detectorsOwn[beginning] ?? [])).map { beginning + "." + $0 } + provided
      closed[beginning] = FieldNames(all.filter { $0.hasPrefix(beginning + ".") })
    }
    closed["weir"] = FieldNames(ECSNames.weirsOwn + provided.filter { $0.hasPrefix("weir.") })
    self.closed = closed
    let several = formats.formats.flatMap { format in
      format.fields.names.filter { format.fields[$0]?.mayHaveSeveral ?? false }
    }
    contradictions = Contradictions(singleFields: Self.singleFields.subtracting(several))
  }

  /// What is doubtful, each as the end of a sentence: `asks for 'user.nmae', …`.
  public mutating func about(_ expression: KQLExpression) -> [String] {
    var doubts = expression.fieldNames.compactMap { doubt(aboutField: $0) }
    let (names, paths) = (names, paths)
    doubts += ForeignSyntax.doubts(about: expression) { paths.contains($0) || names.contains($0) }
    collect(aboutValuesOf: expression, .required, into: &doubts)
    for finding in contradictions.findings(in: expression) {
      doubts.append("\((finding.concernsAll ? Weight.required : .alternative).beginning): \(finding.reason)")
    }
    return doubts
  }

  // MARK: Fields

  private mutating func doubt(aboutField name: String) -> String? {
    if let known = known[name] { return known }
    let doubt = newDoubt(aboutField: name)
    known[name] = doubt
    return doubt
  }

  private func newDoubt(aboutField written: String) -> String? {
    guard !written.contains(where: { $0 == "*" || $0 == " " || $0 == "=" }) else { return nil }
    let name = Field.base(of: written)
    if let beginning = name.split(separator: ".").first, let all = closed[String(beginning)] {
      // Detectors' own names have capital letters, ECS has none.
      guard name.contains("."), !name.contains(where: \.isUppercase), !all.has(name) else { return nil }
      let meant = Suggestion.closest(to: name, in: all.names).map { "; did you mean '\($0)'?" }
      guard knowsAll || meant != nil else { return nil }
      return "asks for '\(name)', which no format provides\(meant ?? ", nor does ECS know it")"
    }
    if !name.contains("."), !names.contains(name), !paths.contains(name),
      let meant = Suggestion.closest(to: name, in: ["severity"])
    {
      return "asks for '\(name)', which no format provides; did you mean '\(meant)'?"
    }
    let isMadeOfKnownParts = name.split(separator: ".").allSatisfy { parts.contains(String($0)) }
    guard !isMadeOfKnownParts, name.contains("."), let meant = nearName(name) else { return nil }
    return "asks for '\(name)', which no format provides; did you mean '\(meant)'?"
  }

  /// The field that differs in one part, and there hardly. ECS has many fields that no format provides: `process.pid` is
  /// no `process.name`, nor `agent.id` an `event.id`.
  private func nearName(_ name: String) -> String? {
    let parts = name.split(separator: ".")
    for (index, part) in parts.enumerated() where index > 0 || !ECSNames.fieldSets.contains(String(part)) {
      func rest(_ parts: [Substring]) -> [Substring] { Array(parts[..<index] + parts[(index + 1)...]) }
      let others = names.map { $0.split(separator: ".") }.filter {
        $0.count == parts.count && rest($0) == rest(parts)
      }
      guard let meant = Suggestion.closest(to: String(part), in: others.map { String($0[index]) }) else { continue }
      return (parts[..<index] + [meant[...]] + parts[(index + 1)...]).joined(separator: ".")
    }
    return nil
  }

  // MARK: Values

  /// What a part means for the whole condition.
  private enum Weight {
    case required, alternative, excluded

    var beginning: String {
      switch self {
      case .required: "can never hold"
      case .alternative: "has a part that can never hold"
      case .excluded: "excludes what there never is"
      }
    }
  }

  private func collect(aboutValuesOf expression: KQLExpression, _ weight: Weight, into doubts: inout [String]) {
    switch expression.kind {
    case .and(let parts): for part in parts { collect(aboutValuesOf: part, weight, into: &doubts) }
    case .or(let parts):
      let weight = weight == .required ? Weight.alternative : weight
      for part in parts { collect(aboutValuesOf: part, weight, into: &doubts) }
    case .not(let part): collect(aboutValuesOf: part, weight == .excluded ? .alternative : .excluded, into: &doubts)
    case .is(let field?, let value):
      guard let allowed = ECSNames.values[field.text], !Self.isMet(value, by: allowed) else { return }
      let list = allowed.joined(separator: ", ")
      doubts.append("\(weight.beginning): '\(field.text)' is never '\(value.text)', only \(list)")
    case .is(nil, _), .range, .nested: break
    }
  }

  private static func isMet(_ value: KQLLiteral, by allowed: [String]) -> Bool {
    switch value {
    case .text(let text), .phrase(let text): allowed.contains(text)
    case .boolean: false
    case .wildcard(let pattern): allowed.contains { Wildcard.matches(pattern.segments.joined(separator: "*"), $0) }
    case .template, .null: true
    }
  }
}

/// Names of fields; one that ends in `.*` stands for all below it.
private struct FieldNames {
  let names: [String]
  private let exact: Set<String>
  private let open: [String]

  init(_ names: [String]) {
    open = names.filter { $0.hasSuffix(".*") }.map { String($0.dropLast()) }
    self.names = Set(names.filter { !$0.hasSuffix(".*") }).sorted()
    exact = Set(self.names)
  }

  /// True for one of the names, for the object that one of them is in, and for what is inside one of them.
  func has(_ name: String) -> Bool {
    exact.contains(name) || open.contains { name.hasPrefix($0) || $0 == name + "." }
      || names.contains { $0.hasPrefix(name + ".") || name.hasPrefix($0 + ".") }
  }
}

extension FieldSource {
  /// Appends the names that the value has in the detector's document.
  func collectPaths(into names: inout [String]) {
    switch self {
    case .path(let path), .renamed(let path, _, _): names.append(path.name)
    case .first(let sources), .all(let sources), .prefix(let sources):
      for source in sources { source.collectPaths(into: &names) }
    case .firstInEach(let objects, let paths): names += paths.map { objects.name + "." + $0.name }
    case .list(let source), .time(let source), .addresses(let source), .mapped(_, _, let source),
      .only(_, of: _, _, let source):
      source.collectPaths(into: &names)
    case .envelope, .constant, .computed: break
    }
  }

  /// True where the format says that there may be several values.
  fileprivate var mayHaveSeveral: Bool {
    switch self {
    case .all, .firstInEach, .list, .prefix, .addresses: true
    case .first(let sources): sources.contains(where: \.mayHaveSeveral)
    case .time(let source), .mapped(_, _, let source), .only(_, of: _, _, let source): source.mayHaveSeveral
    case .path, .renamed, .envelope, .constant, .computed: false
    }
  }
}
