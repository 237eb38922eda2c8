public import AlertModel
public import PluginKit
internal import RuleFiles

/// Runs Elastic's detection rules over events.
public struct ElasticRulesDetector: Detector, StatefulPlugin, Explaining, FieldAdding, ChangeTelling {
  public typealias Options = ElasticRulesOptions

  public static let manual = Manual(
    name: "elastic_rules",
    summary: "Turns events into alerts by detection rules in the form that Elastic publishes.",
    discussion: """
      Rules in KQL of the types `query`, `threshold` and `new_terms` run, over documents in ECS and, through the \
      format's field names, over raw records such as CloudTrail's. Rules in other languages are loaded for information, \
      and `check` names them. An event may match several rules; each match is an alert. A rule's `index` is not looked \
      at: all events of the input are.
      """,
    example: """
      detect:
        - elastic_rules:
            rules: Plugins/Detectors/ElasticRules/Rules/*.toml
            variables:
              log_bucket: "*logs"

      """)

  public var addedFieldNames: [String] { RuleFields.names + ["message", "weir.rule.id", "weir.rule.name"] }

  private let options: ElasticRulesOptions
  let context: PluginContext
  private let messageField: Field
  private(set) var set: RuleSet
  private var marks: [RuleMark] = []

  public init(options: ElasticRulesOptions, context: PluginContext) throws {
    guard !options.rules.isEmpty else {
      throw options.$rules.error("there is no rule file; name one, or a pattern such as rules/*.toml")
    }
    guard options.remembered >= 2 else { throw options.$remembered.error("at least 2 must be remembered") }
    self.options = options
    self.context = context
    messageField = context.vocabulary.field("message")
    set = RuleCompiler(options: options, context: context).build()
  }

  public mutating func load() throws {
    let rules = try RuleFiles(options.rules, context.files).rules
    var compiler = RuleCompiler(options: options, context: context)
    for rule in rules { compiler.add(rule) }
    compiler.warnOfUnusedVariables()
    guard compiler.errors.isEmpty else { throw ConfigurationError(compiler.errors) }
    set = compiler.build()
    marks = rules.map(RuleMark.init)
  }

  /// The names of the rules that run.
  package var ruleNames: [String] { self.set.rules.map(\.name) }

  public func changes(since earlier: ElasticRulesDetector) -> [String] {
    RuleMark.changes(marks, since: earlier.marks)
  }

  public func detect(_ event: borrowing Alert, into detections: inout [Detection]) {
    let now = LazyTime(clock: context.clock)
    var hasMessage: Bool?
    set.forEachMatch(event, now) { rule in
      let isNamed = hasMessage ?? (event.first(messageField) != nil)
      hasMessage = isNamed
      if let detection = rule.detection(of: event, hasMessage: isNamed, now) { detections.append(detection) }
    }
  }
}
