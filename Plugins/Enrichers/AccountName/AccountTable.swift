internal import AlertModel
internal import PluginKit

/// The table of accounts, found by id.
final class AccountTable: Sendable {
  private let table: Table
  private let key: Int
  private let keys: TableKeys
  /// By role.
  private let fields: BorrowingArray<RowFields>

  init(
    _ options: AccountNameOptions, _ files: any ConfigurationFiles, _ vocabulary: Vocabulary
  ) throws(ConfigurationError) {
    let table = try Table(contentsOf: options.accounts, files)
    let key = try Self.column(
      options.key, options.$key, among: ["account_id", "id", "account", "accountid", "key"], of: table,
      what: "account id")
    let name = try Self.column(
      options.name, options.$name, among: ["name", "account_name", "accountname", "value"], of: table,
      what: "account's name")
    self.table = table
    self.key = key
    keys = try TableKeys(table, column: key, match: .exact)
    let fields = try AccountRole.allCases.map { role throws(ConfigurationError) in
      let columns = table.columns.indices.compactMap { column -> (column: Int, field: String)? in
        if column == key { return role == .own ? nil : (column, role.prefix + ".id") }
        if column == name { return (column, role.prefix + ".name") }
        return (column, role.prefix + "." + ColumnName.fieldName(table.columns[column]))
      }
      return try RowFields(table, columns, vocabulary)
    }
    self.fields = BorrowingArray(fields)
    Self.warnOfOddIDs(table, key, files)
  }

  func changes(since earlier: AccountTable) -> [String] {
    table.changes(key: key, since: earlier.table, key: earlier.key)
  }

  func row(_ id: UnsafeRawBufferPointer) -> Int? { keys.row(for: id) }

  func fields(ofRow row: Int, as role: AccountRole) -> [AddedField] {
    fields.ask(role.rawValue) { $0.fields(ofRow: row) }
  }

  func place(ofRow row: Int) -> SourcePlace { table.place(ofRow: row) }

  private static func column(
    _ given: String?, _ setting: SettingLocation, among usual: [String], of table: Table, what: String
  ) throws(ConfigurationError) -> Int {
    let columns = table.columns.map { "'\($0)'" }.joined(separator: ", ")
    if let given {
      guard let column = table.column(given) else {
        throw setting.error("the table '\(table.file)' has no column '\(given)'; it has \(columns)")
      }
      return column
    }
    for name in usual {
      if let column = table.columns.firstIndex(where: { $0.lowercased() == name }) { return column }
    }
    throw ConfigurationError(
      "no column holds the \(what); it has \(columns), and \(usual.map { "'\($0)'" }.joined(separator: ", ")) are looked for",
      at: SourcePlace(file: table.file, line: 1, column: 1))
  }

  /// A spreadsheet that took ids for numbers drops their leading zeros, or writes 1.11122E+11.
  private static func warnOfOddIDs(_ table: Table, _ key: Int, _ files: any ConfigurationFiles) {
    var warnings = 0
    for row in 0..<table.rowCount where warnings < 20 {
      let isShort = table.withCell(row: row, column: key) { id in
        let digits = id.allSatisfy { (0x30...0x39).contains($0) }
        let exponent = id.contains(UInt8(ascii: "+")) && id.contains { $0 | 0x20 == UInt8(ascii: "e") }
        return exponent || (digits && (9..<12).contains(id.count))
      }
      guard isShort else { continue }
      warnings += 1
      files.warn(
        "'\(table.text(row: row, column: key))' looks like an account id that a spreadsheet took for a number; "
          + "AWS account ids have 12 digits", at: table.place(ofRow: row))
    }
  }
}
