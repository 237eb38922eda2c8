public import PluginKit

/// Settings of `rule_info`.
public struct RuleInfoOptions: PluginOptions {
  @Setting("The rule files: names, or patterns such as `rules/**/*.toml`, of TOML files in the form Elastic publishes.")
  public var rules: [FilePath]

  public init() {}
}
