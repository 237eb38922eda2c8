public import AlertModel
public import PluginKit

/// One detection rule, as its file says it.
///
/// The form is that of Elastic's detection rules (https://github.com/elastic/detection-rules, `rules/**/*.toml`;
/// https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule).
public struct DetectionRule: Sendable {
  /// `rule_id`.
  public let id: String
  /// Its name, for people.
  public let name: String
  public let description: String
  /// What its alerts count as.
  public let severity: Severity
  /// 0 to 100.
  public let riskScore: Double
  /// What it says of ATT&CK, in the rule's order.
  public let threats: [Threat]
  /// Links for whoever looks into it.
  public let references: [String]
  /// What is known to set it off without cause.
  public let falsePositives: [String]
  /// The triage guide, Markdown; empty where there is none.
  public let note: String
  /// `query`, `threshold`, `new_terms`, `eql`, `esql` and so on.
  public let type: String
  /// `kuery`, `lucene`, `eql` or `esql`; empty where the type needs none.
  public let language: String
  /// The query as written.
  public let query: LocatedText
  /// `[rule.threshold]`, for rules of that type.
  public let threshold: Threshold?
  /// `[rule.new_terms]`, for rules of that type.
  public let newTerms: NewTerms?
  /// `[[rule.filters]]`.
  public let filters: [RuleFilter]
  /// `[rule.alert_suppression]`.
  public let suppression: Suppression?
  /// How far back a run of the rule looks (`from = "now-60m"`).
  public let lookback: Duration
  /// How often Elastic would run the rule.
  public let interval: Duration
  /// `[weir.variables]`: what `${name}` in the query stands for where the configuration does not say.
  public let variables: [String: String]
  /// What the rule asks for that Weir does not do, a sentence's end each: `severity_mapping is not applied`.
  public let unsupported: [String]
  /// The rule's file.
  public let place: SourcePlace
  /// The same for the same text of the file; another in each process.
  public let fingerprint: Int

  /// One entry of `[[rule.threat]]`.
  public struct Threat: Sendable {
    /// `MITRE ATT&CK`, or another.
    public let framework: String
    /// The tactic; nil where only techniques are named.
    public let tactic: Entry?
    /// The techniques, without their subtechniques.
    public let techniques: [Entry]
    /// The subtechniques of all its techniques.
    public let subtechniques: [Entry]

    /// A tactic or a technique.
    public struct Entry: Sendable {
      /// `TA0005`, `T1562`, `T1562.008`.
      public let id: String
      /// The name that goes with the id.
      public let name: String
      /// The page about it.
      public let reference: String
    }
  }

  /// Alerts when so many events with the same values come within the lookback.
  public struct Threshold: Sendable {
    /// Up to five fields; none counts all events together.
    public let fields: [String]
    /// So many events at least.
    public let count: Int
    /// Fields that must have so many distinct values among these events.
    public let cardinality: [Cardinality]

    /// How many different values of a field there must be among the events.
    public struct Cardinality: Sendable {
      /// The field whose values are counted.
      public let field: String
      /// So many different ones at least.
      public let count: Int
    }
  }

  /// Alerts on values that did not come within the history.
  public struct NewTerms: Sendable {
    /// One to three fields, whose values count together.
    public let fields: [String]
    /// How far back a term must not have been seen.
    public let history: Duration
  }

  /// One alert for the same values within a time.
  public struct Suppression: Sendable {
    /// The fields by which alerts are the same.
    public let fields: [String]
    /// Nil means once each run, that is, each `interval`.
    public let duration: Duration?
    /// True where events without these fields are alerts each.
    public let keepsIncomplete: Bool
  }
}
