public import PluginKit

/// Settings of `rule_info`.
public struct RuleInfoOptions: PluginOptions {
  @Setting("The rule files: names, or patterns such as `rules/**/*.toml`, of TOML files in the form Elastic publishes.")
  public var rules: [FilePath]

  @Setting(
    "Which severity the alert has from here on, where its rule is known: its own (`keep`), or that of the `rule`.")
  public var severity: SeverityChoice = .keep

  public init() {}
}

/// Whose severity an alert has.
public enum SeverityChoice: String, CaseIterable, SettingValue {
  case keep, rule
}
