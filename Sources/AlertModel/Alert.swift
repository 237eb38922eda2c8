/// One alert on its way: the detector's bytes, what its format makes of them, and what enrichers have added so far.
///
/// A field is looked up by name in this order, and the first place that has a value other than null answers: fields
/// added by enrichers, the format's table of ECS names, the detector's document (dotted keys and nested objects alike), unless
/// the format hides the name there (`FieldTable.hides`).
///
/// An alert borrows its memory from the worker that parses it. It cannot be copied or kept.
public struct Alert: ~Copyable {
  /// The detector's document, and where its fields are.
  public let document: Document

  /// The detector's document.
  public var root: JSONNode { document.root }

  /// The document that this alert was unwrapped from, where there was one.
  public let envelope: JSONNode?

  /// The place of the alert's format in `Vocabulary.tables`.
  public let table: Int

  /// Weir's severity: by the format's rule, or what an enricher lowered it to.
  public private(set) var severity: Severity

  /// What the severity was before an enricher lowered it.
  public private(set) var undemotedSeverity: Severity

  /// What enrichers have added, in their order.
  public private(set) var added: [AddedField] = []

  /// A bit for the first part of every added name, which rules most fields out at once.
  private(set) var addedHeads: UInt64 = 0

  static func bit(of path: FieldPath) -> UInt64 { PathView.bit(ofHead: path.head) }

  /// What conditions can ask for although it is not part of the alert: where it was read from.
  package let ambient: [AddedField]

  private let vocabulary: Vocabulary
  private let emptyIsMissing: Bool
  private let arena: TextArena

  /// - Parameters:
  ///   - table: the place of the alert's format in `vocabulary.tables`.
  ///   - ambient: fields that conditions can ask for, but that are never written.
  ///   - arena: memory for texts that are worked out; reset by whoever makes the next alert.
  public init(
    _ document: Document, envelope: JSONNode? = nil, table: Int, severity: Severity, ambient: [AddedField] = [],
    vocabulary: Vocabulary, arena: TextArena
  ) {
    self.ambient = ambient
    self.document = document
    self.envelope = envelope
    self.table = table
    self.severity = severity
    undemotedSeverity = severity
    self.vocabulary = vocabulary
    emptyIsMissing = vocabulary.tables[table].emptyIsMissing
    self.arena = arena
  }

  /// Adds what an enricher returned. A field that was added before stays as it is.
  public mutating func add(_ fields: consuming [AddedField]) {
    for field in fields.indices { addedHeads |= Self.bit(of: fields[field].path) }
    if added.isEmpty {
      added = fields
      return
    }
    for field in fields where !added.contains(where: { $0.path == field.path }) { added.append(field) }
  }

  /// Takes up which rule made the alert, where a Weir wrote that on it and nobody else can have.
  public mutating func takeUpEarlierNotes() {
    guard !vocabulary.tables[table].holdsEvent else { return }
    let fields = vocabulary.earlierNotes.fields(of: document)
    if !fields.isEmpty { add(fields) }
  }

  /// Sets the severity to what an enricher found.
  public mutating func assess(_ severity: Severity) {
    self.severity = severity
    undemotedSeverity = severity
  }

  /// Lowers the severity; a higher one than the alert has changes nothing.
  public mutating func lowerSeverity(to other: Severity) {
    severity = min(severity, other)
  }

  /// Calls `body` with each value of the field that is not null, until it returns true.
  ///
  /// The elements of an array are values each; an object is one value of kind `object`.
  /// - Returns: true where `body` returned true.
  @discardableResult
  public func forEachValue(_ field: Field, _ body: (FieldValue) -> Bool) -> Bool {
    forEachValue(field.traces[table], of: { field }, body)
  }

  /// - Parameter field: asked for only where its trace is not enough: to take it up costs a reference.
  @inline(__always)
  func forEachValue(_ trace: FieldTrace, of field: () -> Field, _ body: (FieldValue) -> Bool) -> Bool {
    if addedHeads & trace.head != 0 {
      let visit = Self.visit(added, field(), body)
      if visit != .nothing { return visit == .stopped }
    }
    if !ambient.isEmpty {
      let visit = Self.visit(ambient, field(), body)
      if visit != .nothing { return visit == .stopped }
    }
    var visit = Visit.nothing
    if !visit.follow(trace.source, in: document, emptyIsMissing: emptyIsMissing, body) {
      visit = visitSource(of: field(), body)
    }
    if visit != .nothing { return visit == .stopped }
    switch document.place(trace.own) {
    case .missing: return false
    case .node(let node) where !node.isArray: visit.visit(node, emptyIsMissing: false, body)
    case .unknown where trace.own == FieldTrace.hidden: return false
    case .node, .unknown: visit.follow(field().path, in: document, emptyIsMissing: false, body)
    }
    return visit == .stopped
  }

  @inline(never)
  private func visitSource(of field: Field, _ body: (FieldValue) -> Bool) -> Visit {
    field.sources[table]?.forEachValue(
      in: document, envelope: envelope, scratch: arena, emptyIsMissing: emptyIsMissing, body) ?? .nothing
  }

  /// The field's first value that is not null.
  public func first(_ field: Field) -> FieldValue? {
    var found: FieldValue?
    forEachValue(field) { value in
      found = value
      return true
    }
    return found
  }

  /// The field's first value as text.
  public func text(_ field: Field) -> String? { first(field)?.text }

  /// Calls `body` with each object or value that the field stands for, until it returns true: for conditions that must hold
  /// within one object of an array.
  @discardableResult
  public func forEachNode(_ field: Field, _ body: (JSONNode) -> Bool) -> Bool {
    for candidate in added where candidate.path == field.path {
      if candidate.withRoot({ FieldPath.here.forEachValue(in: $0, body) }) == true { return true }
    }
    if field.sources[table]?.forEachNode(in: document, envelope: envelope, body) == true { return true }
    if field.traces[table].own == FieldTrace.hidden { return false }
    return field.path.forEachValue(in: document, body)
  }

  /// True where the alert's document means something else by the field's name.
  public func hides(_ field: Field) -> Bool {
    field.traces[table].own == FieldTrace.hidden && vocabulary.tables[table].isHidden(field.name, in: document)
  }

  /// True where the field is an object that stands in the document in parts only: `user` where there is a `user.name`.
  public func isInParts(_ field: Field) -> Bool {
    var source = field.sources[table]
    // With the document's own behind them, where only some documents mean something else by the name.
    if case .first(let sources)? = source { source = sources.first }
    guard case .prefix? = source else { return false }
    return first(field) != nil
  }

  /// Calls `body` with the dotted name and the value of every field that holds text, a number or a truth value, until it
  /// returns true: those added, those of the format's table, those of the detector's document. Slow: it visits all.
  @discardableResult
  public func forEachField(_ body: (_ name: String, _ value: FieldValue) -> Bool) -> Bool {
    forEachField(inDocument: body, body)
  }

  /// The same without what stands in the document under names that its format hides: for questions about names.
  @discardableResult
  public func forEachNamedField(_ body: (_ name: String, _ value: FieldValue) -> Bool) -> Bool {
    let fields = vocabulary.tables[table]
    return forEachField(inDocument: { !fields.isHidden($0, in: document) && body($0, $1) }, body)
  }

  private func forEachField(
    inDocument visit: (_ name: String, _ value: FieldValue) -> Bool,
    _ body: (_ name: String, _ value: FieldValue) -> Bool
  ) -> Bool {
    for field in added {
      let stopped = field.withRoot { $0.forEachScalar(under: field.path.name, body) }
      if stopped == true { return true }
    }
    let fields = vocabulary.tables[table]
    for name in fields.names {
      guard let source = fields[name] else { continue }
      let visit = source.forEachValue(
        in: document, envelope: envelope, scratch: arena, emptyIsMissing: fields.emptyIsMissing
      ) { $0.isScalar && body(name, $0) }
      if visit == .stopped { return true }
    }
    return root.forEachScalar(under: "", visit)
  }

  private static func visit(
    _ added: [AddedField], _ field: Field, _ body: (FieldValue) -> Bool
  ) -> Visit {
    let name = field.path
    var visit = Visit.nothing
    for candidate in added where visit != .stopped && candidate.path.head == name.head {
      if candidate.path == name {
        _ = candidate.withRoot { visit.follow(FieldPath.here, in: Document($0), emptyIsMissing: false, body) }
      } else if let rest = name.remainder(below: candidate.path) {
        _ = candidate.withRoot { visit.follow(rest, in: Document($0), emptyIsMissing: false, body) }
      } else if visit == .nothing, candidate.path.remainder(below: name) != nil {
        // The field is an object that Weir added to; the detector's own members, if any, are looked at as well.
        let object = FieldValue(kind: .object, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
        visit = body(object) ? .stopped : .nothing
      }
    }
    return visit
  }
}

extension JSONNode {
  /// Calls `body` with the dotted name and the value of every leaf that is not null, until it returns true.
  package func forEachScalar(under name: String, _ body: (String, FieldValue) -> Bool) -> Bool {
    switch kind {
    case .object:
      return members.contains { member in
        let key = member.key.value.text
        return member.value.forEachScalar(under: name.isEmpty ? key : name + "." + key, body)
      }
    case .array: return elements.contains { $0.forEachScalar(under: name, body) }
    case .null: return false
    case .string, .number, .true, .false: return body(name, value)
    }
  }
}
