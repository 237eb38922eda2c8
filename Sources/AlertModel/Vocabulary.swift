internal import Synchronization

/// The field tables of all formats: what turns a name into a field that can be looked up in any alert.
public final class Vocabulary: Sendable {
  /// The tables, in the order that `Alert.table` counts in.
  public let tables: [FieldTable]

  /// Fields by the name that was asked for, by its bytes: keys that Unicode takes for the same are different fields. A long
  /// allowlist names the same few a hundred thousand times.
  private let fields = Mutex<[ByteKey: Field]>([:])

  let paths: KnownPaths

  /// What a Weir may have written on an alert before.
  public let earlierNotes: EarlierNotes

  public init(_ tables: [FieldTable] = []) {
    self.tables = tables
    paths = KnownPaths()
    earlierNotes = EarlierNotes(paths)
  }

  /// The field of that name, prepared. A final `.keyword` or `.text` names the field itself.
  public func field(_ name: String) -> Field {
    let key = ByteKey(name)
    if let known = fields.withLock({ $0[key] }) { return known }
    let field = makeField(name)
    return fields.withLock { known in
      if let other = known[key] { return other }
      known[key] = field
      return field
    }
  }

  private func makeField(_ name: String) -> Field {
    let base = Field.base(of: name)
    return Field(
      path: paths.path(base), sources: tables.map { $0[base]?.known(among: paths) },
      hidden: tables.map { $0.hiding(base) != nil }, among: paths)
  }

  /// Prepares a field's name for looking it up in documents, and for adding the field to them.
  public func path(_ name: String) -> FieldPath { paths.path(name) }

  /// The number of a path that this vocabulary prepared, as `DocumentIndex.firstPossible` takes it.
  package func number(of path: FieldPath) -> Int { path.number(among: paths.identity) }

  /// The same source, its paths prepared for looking them up through an index.
  package func prepared(_ source: FieldSource) -> PreparedSource { PreparedSource(source, among: paths) }
}

/// A field's name, prepared for looking it up in alerts of any format. Made by `Vocabulary.field`, for alerts of that vocabulary
/// and of no other.
public final class Field: Sendable {
  let path: FieldPath
  /// By table: where the format says that this field is.
  let sources: [FieldSource?]
  /// By table.
  let traces: [FieldTrace]

  /// - Parameter hidden: by table, whether what a document has under the name is something else, unless the source says so.
  init(path: FieldPath, sources: [FieldSource?], hidden: [Bool], among known: KnownPaths) {
    self.path = path
    self.sources = sources
    let own = path.number(among: known.identity)
    let head = Alert.bit(of: path)
    traces = zip(sources, hidden).map { source, isHidden in
      FieldTrace(
        source: LeadingNames(source, among: known), own: isHidden ? FieldTrace.hidden : own, head: head)
    }
  }

  /// The name, without a `.keyword` or `.text` suffix.
  public var name: String { path.name }

  /// The name without a `.keyword` or `.text` suffix, under which Elasticsearch indexes a field once more
  /// (https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/multi-fields).
  public static func base(of name: String) -> String {
    for suffix in [".keyword", ".text"] where name.hasSuffix(suffix) && name.count > suffix.count {
      return String(name.dropLast(suffix.count))
    }
    return name
  }
}
