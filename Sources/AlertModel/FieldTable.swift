/// One format's vocabulary: where each ECS field's value stands in the detector's document.
public struct FieldTable: Sendable {
  /// The ECS names, in the order in which the format lists them.
  public private(set) var names: [String] = []

  /// True where a value that is null, `""`, `{}` or `[]` counts as missing when it is asked for by its ECS name.
  public let emptyIsMissing: Bool

  /// True where a document holds the fields of the event that it is about beside the detector's own. What stands under
  /// `weir` there may be the event's, whose author must not say of which rule and severity the alert is.
  public let holdsEvent: Bool

  /// The first parts of names that mean something else in the detector's documents than in ECS, such as OCSF's `user`, who is
  /// whom something was done to. What stands in a document under such a name does not answer for the ECS field: where the
  /// table has no value for it, there is none.
  public let hides: [String: Hiding]

  /// Which documents mean something else by a name.
  public enum Hiding: Sendable {
    case always
    /// Those that have one of these.
    case beside([String])
  }

  private var sources: [String: FieldSource] = [:]

  /// - Parameter fields: names and sources; where a name comes twice, the later source counts.
  public init(
    emptyIsMissing: Bool = false, holdsEvent: Bool = false, hides: [String: Hiding] = [:],
    _ fields: KeyValuePairs<String, FieldSource>
  ) {
    self.init(
      emptyIsMissing: emptyIsMissing, holdsEvent: holdsEvent, hides: hides, pairs: fields.map { ($0.key, $0.value) })
  }

  /// - Parameter pairs: names and sources; where a name comes twice, the later source counts.
  public init(
    emptyIsMissing: Bool = false, holdsEvent: Bool = false, hides: [String: Hiding] = [:],
    pairs: [(name: String, source: FieldSource)]
  ) {
    self.emptyIsMissing = emptyIsMissing
    self.holdsEvent = holdsEvent
    self.hides = hides
    for (name, source) in pairs { list(name, source) }
  }

  private mutating func list(_ name: String, _ source: FieldSource) {
    if sources.updateValue(source.passingOverOthers, forKey: name) == nil { names.append(name) }
  }

  /// Where the table says that `name` is: by that name itself, below a name that it lists, or as a prefix of several; then,
  /// where some documents mean something else by it, under its own name in the others.
  public subscript(name: String) -> FieldSource? {
    let source = listed(name)
    guard case .beside(let paths)? = hiding(name) else { return source }
    let label = "there is no " + paths.map { "`\($0)`" }.joined(separator: " or ")
    let own = FieldSource.only(
      label, of: paths, { !$0.hasNode(among: paths.indices) }, .path(FieldPath(name)))
    return source.map { .first([$0, own]) } ?? own
  }

  private func listed(_ name: String) -> FieldSource? {
    if let source = sources[name] { return source }
    // By bytes: every field of a configuration is asked for in every format's table when Weir starts.
    let utf8 = name.utf8
    var end = utf8.endIndex
    while let dot = utf8[..<end].lastIndex(of: UInt8(ascii: ".")) {
      if let source = sources[String(name[..<dot])],
        let below = source.appending(String(name[utf8.index(after: dot)...]))
      {
        return below
      }
      end = dot
    }
    let prefix = name + "."
    let below = names.filter { $0.hasPrefix(prefix) }.compactMap { sources[$0] }
    return below.isEmpty ? nil : .prefix(below)
  }

  /// Which of the detector's documents mean something else by that name than ECS does; nil where none do.
  func hiding(_ name: String) -> Hiding? {
    hides.isEmpty ? nil : hides[String(name.prefix { $0 != "." })]
  }

  /// True where the document means something else by that name than ECS does.
  func isHidden(_ name: String, in document: Document) -> Bool {
    switch hiding(name) {
    case nil: false
    case .always: true
    case .beside(let paths): FieldParts(document, paths.map { FieldPath($0) }).hasNode(among: paths.indices)
    }
  }

  /// The same table with further fields behind its own; a name that it has already keeps its source.
  package func adding(_ fields: KeyValuePairs<String, FieldSource>) -> FieldTable {
    var table = self
    for (name, source) in fields where sources[name] == nil { table.list(name, source) }
    return table
  }
}
