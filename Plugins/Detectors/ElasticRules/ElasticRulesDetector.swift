public import AlertModel
public import PluginKit
internal import RuleFiles

/// Runs Elastic's detection rules over events.
public struct ElasticRulesDetector: Detector {
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

  private let options: ElasticRulesOptions
  private let context: PluginContext
  private let messageField: Field
  private var shared = SharedConditions()
  private var index = RuleIndex([], Vocabulary())

  public init(options: ElasticRulesOptions, context: PluginContext) throws {
    guard !options.rules.isEmpty else {
      throw options.$rules.error("there is no rule file; name one, or a pattern such as rules/*.toml")
    }
    guard options.remembered >= 2 else { throw options.$remembered.error("at least 2 must be remembered") }
    self.options = options
    self.context = context
    messageField = context.vocabulary.field("message")
  }

  public mutating func load() throws {
    let rules = try RuleFiles(options.rules, context.files).rules
    var compiler = RuleCompiler(options: options, context: context)
    let compiled = rules.compactMap { compiler.compile($0) }
    compiler.warnOfUnusedVariables()
    guard compiler.errors.isEmpty else { throw ConfigurationError(compiler.errors) }
    shared = compiler.shared
    index = RuleIndex(compiled, context.vocabulary)
  }

  public func detect(_ event: borrowing Alert, into detections: inout [Detection]) {
    let now = LazyTime(clock: context.clock)
    var isNamed: Bool?
    shared.withAnswers(now) { answers in
      index.forEachCandidate(event) { rule in
        guard answers.allHold(rule.parts, of: event, in: shared), rule.makesAlert(event, now) else { return }
        if isNamed == nil { isNamed = event.first(messageField) != nil }
        detections.append(isNamed == true ? rule.detection : rule.detectionWithMessage)
      }
    }
  }
}
