public import PluginKit

/// Settings of `account_name`.
public struct AccountNameOptions: PluginOptions {
  @Setting(
    """
    The table of accounts: CSV, JSON or YAML by the ending of its name, or the output of \
    `aws organizations list-accounts`.
    """)
  public var accounts: FilePath

  @Setting(
    "The column that holds the account id. Where it is not given, the first of `account_id`, `id`, `account` and `key`, in small or capital letters."
  )
  public var key: String?

  @Setting(
    "The column that holds the account's name. Where it is not given, the first of `name`, `account_name` and `value`, in small or capital letters."
  )
  public var name: String?

  @Setting(
    "What to add as `cloud.account.name` where the table does not have the alert's account. Where it is not given, nothing is added."
  )
  public var unknown: String?

  public init() {}
}
