public import AlertModel
public import PluginKit
internal import RuleFiles

/// Adds what rule files say about the rule that an alert names.
public struct RuleInfoEnricher: Enricher, Explaining, FieldAdding, ChangeTelling {
  public typealias Options = RuleInfoOptions

  public static let manual = Manual(
    name: "rule_info",
    summary: "Adds what rule files say about an alert's rule: score, ATT&CK, references, triage guide.",
    discussion: """
      The rule is found by `rule.id` or `rule.uuid`, else by `rule.name`, where one rule has that name. Fields that the \
      alert has already stay as they are. The rule's severity is added as `weir.rule.severity`, its score as `event.risk_score`. With `severity: rule` the \
      alert takes the rule's severity, for the enrichers behind and for routes.
      """,
    example: """
      enrichers:
        - rule_info:
            rules: Plugins/Detectors/ElasticRules/Rules/*.toml

      """)

  /// One rule's fields, each with the name to look whether the alert has it.
  public var addedFieldNames: [String] { RuleFields.names + ["weir.rule.severity"] }

  private struct Entry: Sendable {
    let name: String
    let severity: Severity
    let place: SourcePlace
    let fields: [(field: Field, added: AddedField)]
  }

  private let options: RuleInfoOptions
  private let context: PluginContext
  private let ids: [Field]
  private let name: Field
  private var entries: [Entry] = []
  private var byID = KeyIndex()
  private var byName: [String: Int?] = [:]
  private var marks: [RuleMark] = []

  public init(options: RuleInfoOptions, context: PluginContext) throws {
    guard !options.rules.isEmpty else {
      throw options.$rules.error("there is no rule file; name one, or a pattern such as rules/*.toml")
    }
    self.options = options
    self.context = context
    ids = ["rule.id", "rule.uuid"].map(context.vocabulary.field)
    name = context.vocabulary.field("rule.name")
  }

  public mutating func load() throws {
    for rule in try RuleFiles(options.rules, context.files).rules {
      marks.append(RuleMark(rule))
      byID.insert(rule.id)
      // A name that two rules have names neither.
      byName.updateValue(byName.keys.contains(rule.name) ? nil : entries.count, forKey: rule.name)
      let severity = AddedField("weir.rule.severity", text: rule.severity.description)
      let fields = (RuleFields.fields(of: rule) + [severity]).filter { $0.path.name != "rule.id" }
      let vocabulary = context.vocabulary
      entries.append(
        Entry(
          name: rule.name, severity: rule.severity, place: rule.place,
          fields: fields.map { (vocabulary.field($0.path.name), $0) }))
    }
  }

  public func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment {
    guard let number = number(of: alert) else { return .nothing }
    var added: [AddedField] = []
    for (field, value) in entries[number].fields {
      // A name that only repeats the id is no name.
      let isIDAgain = value.path.name == "rule.name" && alert.text(field) == alert.text(ids[0])
      if isIDAgain || alert.first(field) == nil { added.append(value) }
    }
    if options.severity == .rule { return .assess(entries[number].severity, added) }
    return added.isEmpty ? .nothing : .fields(added)
  }

  public func changes(since earlier: RuleInfoEnricher) -> [String] {
    RuleMark.changes(marks, since: earlier.marks)
  }

  public func explain(_ alert: borrowing Alert) -> [DecisionExplanation] {
    guard let number = number(of: alert) else { return [] }
    let entry = entries[number]
    return [
      DecisionExplanation(
        subject: "rule '\(entry.name)'", place: entry.place, holds: true, conclusion: "is the alert's rule",
        conditions: [])
    ]
  }

  private func number(of alert: borrowing Alert) -> Int? {
    for field in ids {
      if let number = alert.first(field)?.withText({ byID.number(of: $0) }) { return number }
    }
    return alert.text(name).flatMap { byName[$0] ?? nil }
  }
}
