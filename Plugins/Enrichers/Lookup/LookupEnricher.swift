public import AlertModel
public import PluginKit

/// Adds columns of a table to alerts whose field is in it.
public struct LookupEnricher: Enricher, Explaining, ChangeTelling, FieldAdding {
  public typealias Options = LookupOptions

  public static let manual = Manual(
    name: "lookup",
    summary: "Adds columns of a table, found by any field.",
    discussion: """
      Keys are compared exactly, as networks (the smallest that holds the address counts), or with `*` (the key with the \
      most other characters counts). Cells that are empty add nothing. Keys that come twice are refused.
      """,
    example: """
      enrichers:
        - lookup:
            table: Examples/networks.csv
            field: source.ip
            match: cidr
            add:
              weir.network.owner: owner
      """)

  public var addedFieldNames: [String] {
    options.add.keys.sorted() + options.unknown.keys.sorted() + (options.under.map { [$0 + ".*"] } ?? [])
  }

  let options: LookupOptions
  let context: PluginContext
  private let fields: [Field]
  private let unknown: [AddedField]
  private var loaded: Loaded?

  private struct Loaded: Sendable {
    let table: Table
    let key: Int
    let keys: TableKeys
    let rows: RowFields
  }

  public init(options: LookupOptions, context: PluginContext) throws {
    self.options = options
    self.context = context
    fields = options.field.map(context.vocabulary.field)
    unknown = options.unknown.sorted { $0.key < $1.key }.map { AddedField($0.key, text: $0.value) }
    var mistakes = SettingMistakes()
    for (names, setting) in [(Array(options.add.keys), options.$add), (Array(options.unknown.keys), options.$unknown)] {
      for name in names.sorted() {
        guard let mistake = AddedName.mistake(in: name) else { continue }
        mistakes.note(ConfigurationError("'\(name)' \(mistake)", at: setting.place(of: name)))
      }
    }
    if let under = options.under, let mistake = AddedName.mistake(in: under) {
      mistakes.note(options.$under.error("'\(under)' \(mistake)"))
    }
    if options.field.isEmpty { mistakes.note(options.$field.error("name the field that is looked up")) }
    if options.add.isEmpty, options.under == nil {
      mistakes.note(
        options.$table.error("nothing would be added; say which columns with 'add', or 'under' for all of them"))
    }
    try mistakes.throwAny()
  }

  public mutating func load() throws {
    let table = try Table(contentsOf: options.table, context.files)
    var mistakes = SettingMistakes()
    var names: [(column: Int, field: String)] = []
    for (field, name) in options.add.sorted(by: { $0.key < $1.key }) {
      let place = options.$add.place(of: field)
      let found = mistakes.collect { () throws(ConfigurationError) in try column(name, of: table, at: place) }
      if let found { names.append((found, field)) }
    }
    let key = try mistakes.finish { () throws(ConfigurationError) in
      guard let name = options.key else { return 0 }
      return try column(name, of: table, at: options.$key.place)
    }
    if let under = options.under {
      let taken = Set(names.map(\.column))
      for column in table.columns.indices where column != key && !taken.contains(column) {
        names.append((column, "\(under).\(ColumnName.fieldName(table.columns[column]))"))
      }
    }
    loaded = Loaded(
      table: table, key: key, keys: try TableKeys(table, column: key, match: options.match),
      rows: try RowFields(table, names, context.vocabulary))
  }

  private func column(_ name: String, of table: Table, at place: SourcePlace) throws(ConfigurationError) -> Int {
    if let column = table.column(name) { return column }
    let suggestion = Suggestion.closest(to: name, in: table.columns).map { "; did you mean '\($0)'?" }
    let columns = table.columns.map { "'\($0)'" }.joined(separator: ", ")
    throw ConfigurationError(
      "the table '\(table.file)' has no column '\(name)'\(suggestion ?? "; it has \(columns)")", at: place)
  }

  public func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment {
    guard let loaded else { throw EnrichmentFailure("the table '\(options.table.text)' is not loaded") }
    let (row, hasValue) = row(of: alert, loaded.keys)
    let added = row.map(loaded.rows.fields) ?? (hasValue ? unknown : [])
    return added.isEmpty ? .nothing : .fields(added)
  }

  public func explain(_ alert: borrowing Alert) -> [DecisionExplanation] {
    guard let loaded else { return [] }
    let (row, hasValue) = row(of: alert, loaded.keys)
    guard hasValue else { return [] }
    return [
      DecisionExplanation(
        subject: "table '\(options.table.text)'", place: row.map(loaded.table.place), holds: row != nil,
        conclusion: row == nil ? "does not have the alert's \(options.field.joined(separator: ", "))" : "has the value",
        conditions: [])
    ]
  }

  public func changes(since earlier: LookupEnricher) -> [String] {
    guard let loaded, let before = earlier.loaded else { return [] }
    return loaded.table.changes(key: loaded.key, since: before.table, key: before.key)
  }

  /// The row of the first value that is in the table, and whether there was any value.
  private func row(of alert: borrowing Alert, _ keys: TableKeys) -> (row: Int?, hasValue: Bool) {
    var row: Int?
    var hasValue = false
    for field in fields where row == nil {
      alert.forEachValue(field) { value in
        guard value.isScalar, !value.bytes.isEmpty else { return false }
        hasValue = true
        row = value.withText(keys.row)
        return row != nil
      }
    }
    return (row, hasValue)
  }
}
