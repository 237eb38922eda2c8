public import AlertModel

/// How one detector's JSON maps to ECS names and to a severity. A value: a table, and a few rules.
public struct Format: Sendable {
  /// The name in configuration and in `weir normalize`, in snake_case: `cloudtrail`.
  public let name: String

  /// The detector's or the data's name as its vendor writes it.
  public let title: String

  /// The vendor's pages (or the source) that the format follows.
  public let references: [String]

  /// What a document of this format has.
  public let shape: Shape

  /// How envelopes of this format are opened; tried in order, the first that fits is taken.
  public let envelopes: [Envelope]

  /// The detector's own unique id for an alert; nil where it has none.
  public let id: FieldSource?

  /// How the detector's severity becomes Weir's.
  public let severity: SeverityRule

  /// Where the ECS fields are.
  public let fields: FieldTable

  /// The fields that identify who did it: what an allowlist's `actors` are compared with.
  public let actors: [Actor]

  /// ECS names, and prefixes ending in `.*`, of what an attacker can choose, besides actors marked so.
  public let spoofable: Set<String>

  /// ECS names of fields that stand in the envelope only and are therefore added to the alert when it is taken out.
  public let carried: [String]

  /// True where the detector's documents are in ECS already.
  public let isECS: Bool

  public init(
    name: String, title: String, references: [String] = [], shape: Shape, envelopes: [Envelope] = [],
    id: FieldSource? = nil, severity: SeverityRule, fields: FieldTable, actors: [Actor] = [],
    spoofable: Set<String> = [], carried: [String] = [],
    isECS: Bool = false
  ) {
    self.name = name
    self.title = title
    self.references = references
    self.shape = shape
    self.envelopes = envelopes
    self.id = id
    self.severity = severity
    self.fields = fields
    self.actors = actors
    self.spoofable = spoofable
    self.carried = carried
    self.isECS = isECS
  }

  /// A field that identifies who did it.
  public struct Actor: Sendable {
    /// The ECS name.
    public let field: String
    /// True where whoever acts can choose the value: a role session's name, a host's own name.
    public let isSpoofable: Bool

    public init(_ field: String, spoofable: Bool = false) {
      self.field = field
      isSpoofable = spoofable
    }
  }
}

/// What a document must have to be of a format.
public indirect enum Shape: Sendable {
  /// There is a value other than null at this path.
  case has(FieldPath)
  /// There is exactly this text at this path (UTF-8).
  case equals(FieldPath, [UInt8])
  /// There is text at this path that begins so (UTF-8).
  case begins(FieldPath, [UInt8])
  /// There is an array at this path.
  case isArray(FieldPath)
  /// There is an object at this path.
  case isObject(FieldPath)
  case all([Shape])
  case any([Shape])
  case not(Shape)
  /// Every document.
  case anything

  /// There is a value other than null at this path.
  public static func has(_ path: String) -> Shape { .has(FieldPath(path)) }
  /// There is exactly this text at this path.
  public static func equals(_ path: String, _ text: String) -> Shape { .equals(FieldPath(path), Array(text.utf8)) }
  /// There is text at this path that begins so.
  public static func begins(_ path: String, _ text: String) -> Shape { .begins(FieldPath(path), Array(text.utf8)) }
  /// There is an array at this path.
  public static func isArray(_ path: String) -> Shape { .isArray(FieldPath(path)) }
  /// There is an object at this path.
  public static func isObject(_ path: String) -> Shape { .isObject(FieldPath(path)) }

  /// There is a value other than null at each of these paths.
  public static func hasAll(_ paths: String...) -> Shape { .all(paths.map { .has($0) }) }

  /// There is a value other than null at one of these paths.
  public static func hasAny(_ paths: String...) -> Shape { .any(paths.map { .has($0) }) }

  /// True where the document has this shape.
  public func matches(_ document: Document) -> Bool {
    switch self {
    case .has(let path): return path.first(in: document) != nil
    case .equals(let path, let text):
      return path.forEachValue(in: document) { node in
        node.kind == .string && node.value.withText { $0.elementsEqual(text) }
      }
    case .begins(let path, let text):
      return path.forEachValue(in: document) { node in
        node.kind == .string && node.value.withText { $0.starts(with: text) }
      }
    case .isArray(let path): return path.forEachNode(in: document) { $0.kind == .array }
    case .isObject(let path): return path.forEachNode(in: document) { $0.kind == .object }
    case .all(let shapes): return shapes.allSatisfy { $0.matches(document) }
    case .any(let shapes): return shapes.contains { $0.matches(document) }
    case .not(let shape): return !shape.matches(document)
    case .anything: return true
    }
  }
}

/// A document that holds alerts: which shape it has, and where the alerts are.
///
/// A document that is of a format is an alert, whatever else it has: what stands at the top of an alert can come out of a
/// log, and must not make something else of it. For the same reason an envelope with nothing in it counts as an alert
/// where it has members that no envelope of its kind has.
public struct Envelope: Sendable {
  /// What the document has that holds the alerts.
  public let shape: Shape
  /// An object, or an array whose elements are the alerts.
  public let path: FieldPath
  /// The names of all members that such a document can have; nil where they are not known.
  public let members: [String]?
  /// True where a document with other members is none, because the shape alone is not telling.
  public let isBare: Bool
  /// True where what it holds is of the envelope's own format, without being recognised on its own.
  public let isOwn: Bool

  /// - Parameters:
  ///   - members: the names of all members that such a document can have.
  ///   - bare: whether a document with other members is none.
  ///   - own: whether what it holds is of the envelope's own format, without being recognised on its own.
  public init(_ shape: Shape, path: String, members: [String]?, bare: Bool = false, own: Bool = false) {
    self.shape = shape
    self.path = FieldPath(path)
    self.members = members
    isBare = bare
    isOwn = own
  }

  /// The envelopes of no single format: what carries alerts from one place to another. Tried after the formats' own.
  public static let common: [Envelope] = [
    Envelope(.all([.has("detail-type"), .has("source"), .isObject("detail")]), path: "detail", members: eventBridge),
    // The answer to an Elasticsearch search, and one hit of it
    // (www.elastic.co/docs/api/doc/elasticsearch/operation/operation-search).
    Envelope(
      .isArray("hits.hits"), path: "hits.hits",
      members: [
        "took", "timed_out", "_scroll_id", "pit_id", "terminated_early", "num_reduce_phases", "_shards", "_clusters",
        "hits", "aggregations", "suggest", "profile",
      ], bare: true),
    Envelope(
      .all([.hasAny("_index", "_id"), .isObject("_source")]), path: "_source",
      members: [
        "_index", "_type", "_id", "_score", "_version", "_seq_no", "_primary_term", "_routing", "_ignored", "_source",
        "_explanation", "_nested", "fields", "sort", "highlight", "inner_hits", "matched_queries",
      ]),
  ]

  /// The members of an event (docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html).
  public static let eventBridge = [
    "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "replay-name",
  ]

  /// Whether the document, which has the shape, is to be opened.
  func opens(_ document: JSONNode) -> Bool {
    if hasKnownMembers(document) { return true }
    return !isBare && path.forEachNode(in: document) { !$0.isEmptyContainer }
  }

  /// Whether each of the members is known, and none comes twice.
  private func hasKnownMembers(_ document: JSONNode) -> Bool {
    guard let members else { return true }
    var seen: Set<String> = []
    return document.members.allSatisfy { member in
      let name = member.key.value.text
      return members.contains(name) && seen.insert(name).inserted
    }
  }
}

/// How a detector's severity becomes Weir's.
public indirect enum SeverityRule: Sendable {
  /// The same for every alert.
  case fixed(Severity)
  /// By the text of a field, compared in lower case; then `otherwise`.
  case words(FieldSource, [String: Severity], otherwise: SeverityRule)
  /// By the number in a field (or its text): the severity of the highest threshold that it reaches; then `otherwise`.
  case thresholds(FieldSource, [(from: Double, Severity)], otherwise: SeverityRule)
}
