public import AlertModel
internal import Synchronization

/// The formats of a gateway, in order of priority: tells which one a document is of, takes alerts out of their envelopes,
/// and answers what an alert's format says about it.
///
/// A format is named by its place in `formats`, which is also its place in `vocabulary.tables`. Everything here is
/// prepared once; looking at a document allocates nothing.
public struct FormatSet: Sendable {
  /// The formats; the last one takes every document that no other does.
  public let formats: [Format]

  /// The formats' tables, for preparing fields. Every table also has `_index` and `_id` of an Elasticsearch hit.
  public let vocabulary: Vocabulary

  private let envelopes: [(envelope: Envelope, format: Int?)]
  /// The shapes of all formats but the last, behind them those of all envelopes: a document that is of a format is no
  /// envelope, whatever else it has.
  private let shapes: ShapeIndex
  private let prepared: BorrowingArray<PreparedFormat>
  private let chosenPaths = ChosenPaths()

  /// How many envelopes may lie inside one another; what is inside the last is an alert as it is.
  private static let maximumDepth = 8

  /// - Parameter formats: at least one, in order of priority. The last should be of the shape `.anything`.
  public init(_ formats: [Format]) {
    precondition(!formats.isEmpty, "a FormatSet needs at least one format")
    self.formats = formats
    let vocabulary = Vocabulary(
      formats.map { $0.fields.adding(["_index": .envelope("_index"), "_id": .envelope("_id")]) })
    self.vocabulary = vocabulary
    let own = formats.indices.flatMap { place in
      formats[place].envelopes.map { (envelope: $0, format: $0.isOwn ? place : nil) }
    }
    envelopes = own + Envelope.common.map { (envelope: $0, format: nil) }
    shapes = ShapeIndex(formats.dropLast().map(\.shape) + envelopes.map(\.envelope.shape), vocabulary)
    prepared = BorrowingArray(formats.map { PreparedFormat($0, vocabulary) })
  }

  /// The place of the format of that name.
  public func place(of name: String) -> Int? { formats.firstIndex { $0.name == name } }

  /// Calls `body` with each alert in a document: with the document itself, or with what its envelopes hold.
  ///
  /// The elements of an array are documents each. An alert need not be an object: whoever asked refuses what is not.
  /// - Parameters:
  ///   - index: filled anew with each alert, which holds until `body` returns. Without one, fields are searched for.
  ///   - body: receives the alert, the innermost envelope that it was taken out of, and its format's place.
  /// - Returns: how many alerts there were. An envelope or array with nothing in it has none.
  @discardableResult
  public func forEachAlert(
    in root: JSONNode, index: DocumentIndex? = nil,
    _ body: (_ alert: Document, _ envelope: JSONNode?, _ format: Int) -> Void
  ) -> Int {
    visit(root, envelope: nil, index, depth: 0, body)
  }

  /// Weir's severity of an alert, by its format's rule.
  public func severity(of alert: Document, envelope: JSONNode?, format: Int, arena: TextArena) -> Severity {
    prepared.ask(format) { $0.severity.severity(of: alert, envelope: envelope, arena: arena) }
  }

  /// Appends the detector's own id of an alert as the inside of a JSON string.
  ///
  /// - Returns: false where the detector has none; nothing is appended then.
  public func appendID(
    of alert: Document, envelope: JSONNode?, format: Int, arena: TextArena, to json: inout [UInt8]
  ) -> Bool {
    prepared.ask(format) { format in
      let visit = format.id?.forEachValue(
        in: alert, envelope: envelope, scratch: arena, emptyIsMissing: true
      ) { value in
        guard value.isScalar else { return false }
        // However the detector escaped it, the same id is written the same.
        value.withText { JSONEscapes.appendInside($0, to: &json) }
        return true
      }
      return visit == .stopped
    }
  }

  /// The fields that identify who did it, prepared.
  public func actorFields(of format: Int) -> [ActorField] { prepared.ask(format, \.actors) }

  /// True where an attacker can choose the value of that field, by its ECS name or its name in the detector's document, in
  /// alerts of one format.
  public func isSpoofable(_ field: String, in format: Int) -> Bool {
    formats[format].isSpoofable(field)
      || chosenPaths.paths(of: formats[format], at: format).contains { field == $0 || field.hasPrefix($0 + ".") }
  }

  private func visit(
    _ node: JSONNode, envelope: JSONNode?, _ index: DocumentIndex?, depth: Int,
    _ body: (Document, JSONNode?, Int) -> Void
  ) -> Int {
    var count = 0
    if node.kind == .array, depth < Self.maximumDepth {
      for element in node.elements { count += visit(element, envelope: envelope, index, depth: depth + 1, body) }
      return count
    }
    let document = index?.document(node) ?? Document(node)
    let last = formats.count - 1
    let found = shapes.first(of: document, index)
    guard let found, found >= last, node.kind == .object, depth < Self.maximumDepth,
      envelopes[found - last].envelope.opens(node)
    else {
      // The last format takes what no other does.
      body(document, envelope, min(found ?? last, last))
      return 1
    }
    let (opened, format) = envelopes[found - last]
    opened.path.forEachNode(in: node) { contents in
      count += visit(contents, in: node, ofFormat: format, index, depth: depth + 1, body)
      return false
    }
    return count
  }

  /// Visits what an envelope holds.
  private func visit(
    _ contents: JSONNode, in envelope: JSONNode, ofFormat format: Int?, _ index: DocumentIndex?, depth: Int,
    _ body: (Document, JSONNode?, Int) -> Void
  ) -> Int {
    guard let format else { return visit(contents, envelope: envelope, index, depth: depth, body) }
    func take(_ alert: JSONNode) {
      body(index?.document(alert) ?? Document(alert), envelope, format)
    }
    guard contents.kind == .array else {
      take(contents)
      return 1
    }
    var count = 0
    for element in contents.elements {
      take(element)
      count += 1
    }
    return count
  }
}

/// A field that identifies who did it, prepared for looking it up.
public struct ActorField: Sendable {
  /// The field, prepared for looking it up.
  public let field: Field
  /// True where whoever acts can choose the value.
  public let isSpoofable: Bool

  /// The ECS name.
  public var name: String { field.name }
}

/// What a format says about its alerts, prepared for looking it up.
private final class PreparedFormat: Sendable {
  let severity: PreparedSeverity
  let id: PreparedSource?
  let actors: [ActorField]

  init(_ format: Format, _ vocabulary: Vocabulary) {
    severity = PreparedSeverity(format.severity, vocabulary)
    id = format.id.map(vocabulary.prepared)
    actors = format.actors.map { ActorField(field: vocabulary.field($0.field), isSpoofable: $0.isSpoofable) }
  }
}

/// By format, worked out when first asked for: where in the detector's documents stands what an attacker can choose, and nothing
/// besides.
private final class ChosenPaths: Sendable {
  private let known = Mutex<[Int: [String]]>([:])

  func paths(of format: Format, at place: Int) -> [String] {
    known.withLock { known in
      if let paths = known[place] { return paths }
      let paths = format.chosenPaths
      known[place] = paths
      return paths
    }
  }
}

extension Format {
  /// The names, in the detector's documents, of the fields that are spoofable by their ECS names, and of no other field.
  fileprivate var chosenPaths: [String] {
    func paths(_ names: [String]) -> [String] {
      var paths: [String] = []
      for name in names { fields[name]?.collectPaths(into: &paths) }
      return paths
    }
    func isChosen(_ name: String) -> Bool { isSpoofable(name) || spoofable.contains(name + ".*") }
    let chosen = Set(fields.names.filter(isChosen))
    let others = Set(paths(fields.names.filter { !chosen.contains($0) }))
    return paths(fields.names.filter(chosen.contains)).filter { !others.contains($0) }
  }

  /// True where an attacker can choose the value of that field, by its ECS name.
  public func isSpoofable(_ field: String) -> Bool {
    if actors.contains(where: { $0.field == field && $0.isSpoofable }) || spoofable.contains(field) { return true }
    return spoofable.contains { $0.hasSuffix(".*") && field.hasPrefix($0.dropLast()) }
  }
}
