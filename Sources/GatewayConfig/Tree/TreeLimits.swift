/// How much a YAML or JSON file may hold. Each limit's error names it.
public struct TreeLimits: Sendable {
  /// The most bytes of a file.
  public var bytes: Int
  /// How deeply lists and mappings may be nested.
  public var depth: Int
  /// How many times `*name` may stand in a file.
  public var aliases: Int
  /// How many values all aliases together may stand for.
  public var aliasedValues: Int

  /// For the configuration itself.
  public static let configuration = TreeLimits(bytes: 4 << 20, depth: 64, aliases: 1000, aliasedValues: 100_000)

  /// For the files that settings name: tables can be large.
  public static let data = TreeLimits(bytes: 256 << 20, depth: 64, aliases: 1000, aliasedValues: 100_000)
}
