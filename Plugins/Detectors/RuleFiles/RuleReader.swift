internal import AlertModel
internal import PluginKit

/// Reads one rule from its TOML; notes every problem that it meets.
struct RuleReader {
  private let file: String
  private let source: String
  private(set) var errors: [Diagnostic] = []

  init(file: String, source: String) {
    self.file = file
    self.source = source
  }

  /// The rule; nil after having noted what is wrong.
  mutating func rule() -> DetectionRule? {
    let document: TOMLNode
    do throws(TOMLNode.Fault) {
      document = try TOMLNode(parsing: source)
    } catch {
      report("not TOML: \(error.message)", line: error.line, column: error.column)
      return nil
    }
    guard let rule = document["rule"], rule.members != nil else {
      report("not a detection rule: there is no [rule] table")
      return nil
    }
    let id = required("rule_id", rule)
    let name = required("name", rule)
    let type = required("type", rule)
    let severity = severity(rule)
    let riskScore = riskScore(rule)
    let language = rule["language"]?.string ?? (type == "eql" || type == "esql" ? type : "")
    var unsupported: [String] = []
    for key in ["severity_mapping", "risk_score_mapping", "exceptions_list"] {
      let entries = rule[key]?.elements ?? []
      // Published rules carry mappings without a value; those say nothing.
      if entries.contains(where: { $0["value"]?.scalarText != "" || key == "exceptions_list" }) {
        unsupported.append("\(key) is not applied")
      }
    }
    if let rule = rule["building_block_type"]?.string {
      unsupported.append("building_block_type '\(rule)' is not applied")
    }
    guard errors.isEmpty else { return nil }
    let filters = (rule["filters"]?.elements ?? []).compactMap(RuleFilter.init)
    let made = DetectionRule(
      id: id, name: name, description: rule["description"]?.string ?? "", severity: severity, riskScore: riskScore,
      threats: (rule["threat"]?.elements ?? []).map(Self.threat), references: Self.texts(rule["references"]),
      falsePositives: Self.texts(rule["false_positives"]).map { $0.trimmed },
      note: rule["note"]?.string ?? "", type: type, language: language,
      query: locatedQuery(rule["query"]?.string ?? ""), threshold: type == "threshold" ? threshold(rule) : nil,
      newTerms: type == "new_terms" ? newTerms(rule) : nil, filters: filters, suppression: suppression(rule),
      lookback: lookback(rule), interval: interval(rule), variables: variables(document), unsupported: unsupported,
      place: SourcePlace(file: file), fingerprint: source.hashValue)
    return errors.isEmpty ? made : nil
  }

  // MARK: Members

  private mutating func required(_ key: String, _ rule: TOMLNode) -> String {
    guard let value = rule[key] else {
      report("the rule has no \(key)", near: "[rule]")
      return ""
    }
    guard let text = value.string, !text.isEmpty else {
      report("\(key) must be text, but it is \(value.string == nil ? value.kindName : "empty")", near: key)
      return ""
    }
    return text
  }

  private mutating func severity(_ rule: TOMLNode) -> Severity {
    let text = required("severity", rule)
    guard !text.isEmpty else { return .medium }
    if let severity = Severity(name: text) { return severity }
    report("'\(text)' is not a severity; use low, medium, high or critical", near: "severity")
    return .medium
  }

  private mutating func riskScore(_ rule: TOMLNode) -> Double {
    guard let value = rule["risk_score"] else {
      report("the rule has no risk_score", near: "[rule]")
      return 0
    }
    guard let score = value.double, (0...100).contains(score) else {
      report("risk_score must be a number from 0 to 100", near: "risk_score")
      return 0
    }
    return score
  }

  private static func threat(_ node: TOMLNode) -> DetectionRule.Threat {
    let techniques = node["technique"]?.elements ?? []
    return DetectionRule.Threat(
      framework: node["framework"]?.string ?? "", tactic: node["tactic"].map(entry),
      techniques: techniques.map(entry),
      subtechniques: techniques.flatMap { $0["subtechnique"]?.elements ?? [] }.map(entry))
  }

  private static func entry(_ node: TOMLNode) -> DetectionRule.Threat.Entry {
    DetectionRule.Threat.Entry(
      id: node["id"]?.string ?? "", name: node["name"]?.string ?? "", reference: node["reference"]?.string ?? "")
  }

  private static func texts(_ node: TOMLNode?) -> [String] {
    if let text = node?.string { return [text] }
    return node?.elements?.compactMap(\.string) ?? []
  }

  private mutating func threshold(_ rule: TOMLNode) -> DetectionRule.Threshold? {
    guard let threshold = rule["threshold"], let count = threshold["value"]?.double, count >= 1, count <= 1_000_000
    else {
      report("a threshold rule needs [rule.threshold] with a value of at least 1", near: "[rule.threshold]")
      return nil
    }
    let cardinality = (threshold["cardinality"]?.elements ?? []).compactMap { entry in
      entry["field"]?.string.map { field in
        let count = entry["value"]?.double ?? 1
        return DetectionRule.Threshold.Cardinality(field: field, count: (1...100_000).contains(count) ? Int(count) : 1)
      }
    }
    return DetectionRule.Threshold(
      fields: Self.texts(threshold["field"]).filter { !$0.isEmpty }, count: Int(count), cardinality: cardinality)
  }

  private mutating func newTerms(_ rule: TOMLNode) -> DetectionRule.NewTerms? {
    let terms = rule["new_terms"]
    let fields = Self.texts(terms?["value"] ?? rule["new_terms_fields"])
    let starts = terms?["history_window_start"]?.elements?.first?["value"] ?? rule["history_window_start"]
    guard !fields.isEmpty else {
      report("a new_terms rule needs [rule.new_terms] with a list of fields as its value", near: "[rule.new_terms]")
      return nil
    }
    guard let history = starts?.string.flatMap(ElasticDuration.sinceNow) else {
      report(
        "a new_terms rule needs [[rule.new_terms.history_window_start]] with a value such as \"now-14d\"",
        near: "[rule.new_terms]")
      return nil
    }
    return DetectionRule.NewTerms(fields: fields, history: history)
  }

  private mutating func suppression(_ rule: TOMLNode) -> DetectionRule.Suppression? {
    guard let node = rule["alert_suppression"] else { return nil }
    var duration: Duration?
    if let length = node["duration"] {
      duration = ElasticDuration.length((length["value"]?.scalarText ?? "") + (length["unit"]?.string ?? ""))
      if duration == nil {
        report("alert_suppression.duration needs a value and a unit of s, m or h", near: "[rule.alert_suppression")
      }
    }
    return DetectionRule.Suppression(
      fields: Self.texts(node["group_by"]), duration: duration,
      keepsIncomplete: node["missing_fields_strategy"]?.string == "doNotSuppress")
  }

  /// Elastic's own default is `now-6m`.
  private mutating func lookback(_ rule: TOMLNode) -> Duration {
    guard let text = rule["from"]?.string else { return .seconds(360) }
    if let duration = ElasticDuration.sinceNow(text) { return duration }
    report("from must be like \"now-60m\", but it is \"\(text)\"", near: "from")
    return .seconds(360)
  }

  /// Elastic's own default is `5m`.
  private mutating func interval(_ rule: TOMLNode) -> Duration {
    guard let text = rule["interval"]?.string else { return .seconds(300) }
    if let duration = ElasticDuration.length(text) { return duration }
    report("interval must be like \"5m\", but it is \"\(text)\"", near: "interval")
    return .seconds(300)
  }

  private mutating func variables(_ document: TOMLNode) -> [String: String] {
    var variables: [String: String] = [:]
    for (name, value) in document["weir"]?["variables"]?.members ?? [] {
      if let text = value.string {
        variables[name] = text
      } else {
        report("the variable '\(name)' must be text, but it is \(value.kindName)", near: "[weir.variables]")
      }
    }
    return variables
  }

  // MARK: Places

  /// The query with the places of its lines, where it stands in the file as it is.
  private func locatedQuery(_ query: String) -> LocatedText {
    guard !query.isEmpty, let range = source.firstRange(of: query) else {
      return LocatedText(query, at: place(near: "query"))
    }
    let before = source[..<range.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
    var line = before.count
    var column = (before.last?.unicodeScalars.count ?? 0) + 1
    var offset = 0
    var runs: [LocatedText.Run] = []
    for text in query.split(separator: "\n", omittingEmptySubsequences: false) {
      runs.append(LocatedText.Run(offset: offset, line: line, column: column))
      offset += text.utf8.count + 1
      line += 1
      column = 1
    }
    return LocatedText(
      query, at: SourcePlace(file: file, line: runs[0].line, column: runs[0].column), runs: runs)
  }

  private func place(near key: String) -> SourcePlace {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      let text = line.drop { $0 == " " || $0 == "\t" }
      guard text.hasPrefix(key),
        key.hasPrefix("[") || text.dropFirst(key.count).first.map({ " =\t".contains($0) }) == true
      else { continue }
      return SourcePlace(file: file, line: number + 1, column: line.count - text.count + 1)
    }
    return SourcePlace(file: file, line: 1, column: 1)
  }

  private mutating func report(_ message: String, near key: String) {
    errors.append(Diagnostic(.error, message, at: place(near: key)))
  }

  private mutating func report(_ message: String, line: Int = 1, column: Int = 1) {
    errors.append(Diagnostic(.error, message, at: SourcePlace(file: file, line: line, column: column)))
  }
}

extension String {
  fileprivate var trimmed: String {
    let isSpace: (Character) -> Bool = \.isWhitespace
    return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}
