public import PluginKit

/// Settings of `lookup`.
public struct LookupOptions: PluginOptions {
  @Setting("The table: CSV, JSON or YAML by the ending of its name.")
  public var table: FilePath

  @Setting(
    "The field of the alert whose value is looked up, by its ECS name; of several, the first that is in the table.")
  public var field: [String]

  @Setting("The column that is compared with the field; the first column where it is not given.")
  public var key: String?

  @Setting("How keys are compared: `exact`, `cidr` (networks) or `wildcard`.")
  public var match: TableMatch = .exact

  @Setting("Which fields are added: names of fields, and the column for each.")
  public var add: [String: String] = [:]

  @Setting("A name below which every further column is added, such as `weir.asset`.")
  public var under: String?

  @Setting("Fields and texts to add where the table does not have the value.")
  public var unknown: [String: String] = [:]

  public init() {}
}
