public import AlertModel
public import PluginKit

/// Adds the names of cloud accounts, and whatever else a table says about them.
public struct AccountNameEnricher: Enricher, Explaining, ChangeTelling, FieldAdding {
  public typealias Options = AccountNameOptions

  public static let manual = Manual(
    name: "account_name",
    summary: "Adds the names of cloud accounts from a table.",
    discussion: """
      The account of the alert (`cloud.account.id`) gives `cloud.account.name`, and every further column of the table \
      `cloud.account.<column>`. Where an alert knows other accounts, they are added too: the account that a CloudTrail \
      record was delivered to as `weir.recipient_account.*`, that of the actor's ARN as `weir.actor_account.*`, that of \
      a resource as `weir.resource_account.*`, each with its `id`. Account ids are text: leading zeros count.
      """,
    example: """
      enrichers:
        - account_name:
            accounts: Examples/accounts.csv
            unknown: not in accounts.csv
      """)

  /// Every column of the table may come in, for each account.
  public var addedFieldNames: [String] { AccountRole.allCases.map { $0.prefix + ".*" } }

  private let options: AccountNameOptions
  private let context: PluginContext
  private let fields: AccountFields
  private let unknown: [AddedField]
  private var accounts: AccountTable?
  /// The same, which `accounts` keeps, for every alert: to ask it takes no reference.
  private var asked: Unmanaged<AccountTable>?

  public init(options: AccountNameOptions, context: PluginContext) throws {
    self.options = options
    self.context = context
    fields = AccountFields(context.vocabulary)
    unknown = options.unknown.map { [AddedField(context.vocabulary.path("cloud.account.name"), text: $0)] } ?? []
  }

  public mutating func load() throws {
    let accounts = try AccountTable(options, context.files, context.vocabulary)
    self.accounts = accounts
    asked = .passUnretained(accounts)
  }

  public func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment {
    guard let asked else { throw EnrichmentFailure("the table of accounts is not loaded") }
    return asked._withUnsafeGuaranteedRef { accounts in
      fields.withIDs(of: alert) { ids in
        var added: [AddedField] = []
        for place in 0..<ids.count {
          if let row = accounts.row(ids[place]) {
            let fields = accounts.fields(ofRow: row, as: ids.role(of: place))
            if added.isEmpty { added = fields } else { added += fields }
          } else if place == 0 {
            added = unknown
          }
        }
        return added.isEmpty ? .nothing : .fields(added)
      }
    }
  }

  public func changes(since earlier: AccountNameEnricher) -> [String] {
    guard let accounts, let before = earlier.accounts else { return [] }
    return accounts.changes(since: before)
  }

  public func explain(_ alert: borrowing Alert) -> [DecisionExplanation] {
    guard let accounts else { return [] }
    return fields.withIDs(of: alert) { ids in
      (0..<ids.count).map { place in
        let id = String(decoding: ids[place], as: UTF8.self)
        let row = accounts.row(ids[place])
        return DecisionExplanation(
          subject: "account \(id)", place: row.map(accounts.place), holds: row != nil,
          conclusion: row == nil ? "is not in \(options.accounts.text)" : "is in \(options.accounts.text)",
          conditions: [])
      }
    }
  }
}
