public import PluginKit

/// Settings of `elastic_rules`.
public struct ElasticRulesOptions: PluginOptions {
  @Setting("The rule files: names, or patterns such as `rules/**/*.toml`, of TOML files in the form Elastic publishes.")
  public var rules: [FilePath]

  @Setting("What `${name}` in a rule's query stands for, as KQL; in place of what the rule's file says.")
  public var variables: [String: String] = [:]

  @Setting(
    """
    For how long, in the time of the events, `new_terms` rules only learn which values are usual. With `0s`, the first \
    event with any value is an alert.
    """)
  public var learnFor: Duration = .zero

  @Setting(
    """
    How many groups or values each `threshold`, `new_terms` or suppressing rule remembers at least; beyond, those not \
    seen for longest are forgotten.
    """)
  public var remembered: Int = 100_000

  public init() {}
}
