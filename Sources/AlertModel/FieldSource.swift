/// Where a format finds the value of one ECS field.
///
/// A string literal is a path into the detector's document: `"user.name": "userIdentity.userName"`.
public indirect enum FieldSource: Sendable, ExpressibleByStringLiteral {
  /// The values at a path of the detector's document.
  case path(FieldPath)

  /// The values at a path of the envelope that the alert was unwrapped from.
  case envelope(FieldPath)

  /// The values of the first source that has any.
  case first([FieldSource])

  /// The values of all sources, one after the other.
  case all([FieldSource])

  /// In each of the objects at a path, the values at the first path in it where there are any: of what an alert names in
  /// several ways, each object in its own.
  case firstInEach(FieldPath, [FieldPath])

  /// The same values, of a field that ECS always writes as an array.
  case list(FieldSource)

  /// The objects at a path, whose members have other names in ECS: detector's name to ECS name. Others keep theirs.
  /// Where they are elements of an array, the view has those that `arrange` returns, in its order.
  case renamed(FieldPath, [String: String], arrange: @Sendable ([JSONNode]) -> [JSONNode])

  /// The moments that the values tell, as `2026-11-21T03:19:47.000Z`; see `Timestamp.init(detectorTime:)`.
  case time(FieldSource)

  /// Those of the values that are IP addresses.
  case addresses(FieldSource)

  /// What a closure makes of each value: it appends a text, unescaped, and says what kind of value it is; nil leaves the
  /// value out. The label says in words what it does, for the reference.
  case mapped(String, @Sendable (_ value: FieldValue, _ text: inout [UInt8]) -> FieldValue.Kind?, FieldSource)

  /// The values where what stands at some paths meets a condition. The label says which, for the reference.
  case only(String, of: [FieldPath], @Sendable (_ parts: FieldParts) -> Bool, FieldSource)

  /// The same text for every alert of the format.
  case constant(String)

  /// Text worked out from what stands at some paths: the closure appends it to the buffer, unescaped, and says what kind
  /// of value it is; nil for no value. For what the other cases cannot say. The label says in words what it does, for the
  /// reference.
  case computed(String, of: [FieldPath], @Sendable (_ parts: FieldParts, _ text: inout [UInt8]) -> FieldValue.Kind?)

  /// An object that exists where any of these has a value: what a prefix of several fields' names stands for.
  case prefix([FieldSource])

  public init(stringLiteral path: String) { self = .path(FieldPath(path)) }

  /// The values at a path of the envelope.
  public static func envelope(_ path: String) -> FieldSource { .envelope(FieldPath(path)) }

  /// The first values in each of the objects at a path; the others are named from there.
  public static func firstInEach(_ objects: String, _ paths: [String]) -> FieldSource {
    .firstInEach(FieldPath(objects), paths.map { FieldPath($0) })
  }

  /// Text worked out from what stands at paths that are named as in the document.
  public static func computed(
    _ label: String, of paths: [String],
    _ compute: @escaping @Sendable (_ parts: FieldParts, _ text: inout [UInt8]) -> FieldValue.Kind?
  ) -> FieldSource {
    .computed(label, of: paths.map { FieldPath($0) }, compute)
  }

  /// The values where what stands at paths, named as in the document, meets a condition.
  public static func only(
    _ label: String, of paths: [String], _ condition: @escaping @Sendable (_ parts: FieldParts) -> Bool,
    _ source: FieldSource
  ) -> FieldSource {
    .only(label, of: paths.map { FieldPath($0) }, condition, source)
  }

  /// The same source; of several places for addresses, or for times, the first that has one counts, whatever stands in those
  /// before it: `N/A`, a host's name, or a time that nobody can read.
  var passingOverOthers: FieldSource {
    switch self {
    case .addresses(.first(let sources)): .first(sources.map { .addresses($0) })
    case .time(.first(let sources)): .first(sources.map { .time($0) })
    default: self
    }
  }

  /// What `name.suffix` means where this is what `name` means; nil where nothing lies below.
  func appending(_ suffix: String) -> FieldSource? {
    switch self {
    case .path(let path): return .path(FieldPath(path.name + "." + suffix))
    case .envelope(let path): return .envelope(FieldPath(path.name + "." + suffix))
    case .renamed(let path, let names, _):
      let kept = FieldSource.path(FieldPath(path.name + "." + suffix))
      guard let name = names.first(where: { suffix == $0.value || suffix.hasPrefix($0.value + ".") }) else {
        return kept
      }
      return .all([.path(FieldPath(path.name + "." + name.key + suffix.dropFirst(name.value.count))), kept])
    case .first(let sources):
      let below = sources.compactMap { $0.appending(suffix) }
      return below.isEmpty ? nil : .first(below)
    case .all(let sources):
      let below = sources.compactMap { $0.appending(suffix) }
      return below.isEmpty ? nil : .all(below)
    case .firstInEach(let objects, let paths):
      return .firstInEach(objects, paths.map { FieldPath($0.name + "." + suffix) })
    case .list(let source): return source.appending(suffix)
    case .only(let label, let parts, let condition, let source):
      return source.appending(suffix).map { .only(label, of: parts, condition, $0) }
    case .time, .addresses, .mapped, .constant, .computed, .prefix: return nil
    }
  }

  /// The same source with its paths made known, so that an index finds them.
  func known(among paths: KnownPaths) -> FieldSource {
    switch self {
    case .path(let path): .path(paths.path(path.name))
    case .envelope, .constant: self
    case .computed(let label, let parts, let compute): .computed(label, of: parts.map { paths.path($0.name) }, compute)
    case .first(let sources): .first(sources.map { $0.known(among: paths) })
    case .all(let sources): .all(sources.map { $0.known(among: paths) })
    case .firstInEach(let objects, let inner): .firstInEach(paths.path(objects.name), inner)
    case .list(let source): .list(source.known(among: paths))
    case .renamed(let path, let names, let arrange): .renamed(paths.path(path.name), names, arrange: arrange)
    case .time(let source): .time(source.known(among: paths))
    case .addresses(let source): .addresses(source.known(among: paths))
    case .mapped(let label, let map, let source): .mapped(label, map, source.known(among: paths))
    case .only(let label, let parts, let condition, let source):
      .only(label, of: parts.map { paths.path($0.name) }, condition, source.known(among: paths))
    case .prefix(let sources): .prefix(sources.map { $0.known(among: paths) })
    }
  }

  /// Calls `body` with each value that is not null until it returns true. Returns what became of it.
  ///
  /// - Parameter emptyIsMissing: whether `""`, `{}` and `[]` are passed over.
  package func forEachValue(
    in alert: Document, envelope: JSONNode?, scratch: TextArena, emptyIsMissing: Bool, _ body: (FieldValue) -> Bool
  ) -> Visit {
    var visit = Visit.nothing
    switch self {
    case .path(let path), .renamed(let path, _, _):
      visit.follow(path, in: alert, emptyIsMissing: emptyIsMissing, body)
    case .envelope(let path):
      if let envelope { visit.follow(path, in: Document(envelope), emptyIsMissing: emptyIsMissing, body) }
    case .first(let sources):
      for source in sources where visit == .nothing {
        visit = source.forEachValue(
          in: alert, envelope: envelope, scratch: scratch, emptyIsMissing: emptyIsMissing, body)
      }
    case .all(let sources):
      for source in sources where visit != .stopped {
        let other = source.forEachValue(
          in: alert, envelope: envelope, scratch: scratch, emptyIsMissing: emptyIsMissing, body)
        if other != .nothing { visit = other }
      }
    case .firstInEach(let objects, let paths):
      objects.forEachValue(in: alert) { object in
        for path in paths {
          var inner = Visit.nothing
          inner.follow(path, in: Document(object), emptyIsMissing: emptyIsMissing, body)
          if inner == .nothing { continue }
          visit = inner
          break
        }
        return visit == .stopped
      }
    case .list(let source):
      visit = source.forEachValue(in: alert, envelope: envelope, scratch: scratch, emptyIsMissing: emptyIsMissing, body)
    case .time(let source):
      _ = source.forEachValue(in: alert, envelope: envelope, scratch: scratch, emptyIsMissing: emptyIsMissing) {
        value in
        guard let time = Timestamp(detectorTime: value) else { return false }
        visit = body(scratch.keep(.string) { time.append(to: &$0) }) ? .stopped : .found
        return visit == .stopped
      }
    case .addresses(let source):
      _ = source.forEachValue(in: alert, envelope: envelope, scratch: scratch, emptyIsMissing: emptyIsMissing) {
        value in
        guard IPAddress(value.bytes) != nil else { return false }
        visit = body(value) ? .stopped : .found
        return visit == .stopped
      }
    case .mapped(_, let map, let source):
      _ = source.forEachValue(in: alert, envelope: envelope, scratch: scratch, emptyIsMissing: emptyIsMissing) {
        value in
        var kind: FieldValue.Kind?
        let text = scratch.keep(.string) { kind = map(value, &$0) }
        guard let kind else { return false }
        visit = body(FieldValue(kind: kind, bytes: text.bytes)) ? .stopped : .found
        return visit == .stopped
      }
    case .only(_, let parts, let condition, let source):
      guard condition(FieldParts(alert, parts)) else { break }
      visit = source.forEachValue(in: alert, envelope: envelope, scratch: scratch, emptyIsMissing: emptyIsMissing, body)
    case .constant(let text):
      visit = body(scratch.keep(.string) { $0.append(contentsOf: text.utf8) }) ? .stopped : .found
    case .computed(_, let parts, let compute):
      var kind: FieldValue.Kind?
      let value = scratch.keep(.string) { kind = compute(FieldParts(alert, parts), &$0) }
      if let kind {
        visit = body(FieldValue(kind: kind, bytes: value.bytes)) ? .stopped : .found
      }
    case .prefix(let sources):
      let exists = sources.contains { source in
        source.forEachValue(
          in: alert, envelope: envelope, scratch: scratch, emptyIsMissing: emptyIsMissing, { _ in true }) == .stopped
      }
      if exists {
        let object = FieldValue(kind: .object, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
        visit = body(object) ? .stopped : .found
      }
    }
    return visit
  }
}

/// What became of a walk over values.
package enum Visit: Equatable {
  /// There was no value.
  case nothing
  /// There were values, and all were looked at.
  case found
  /// There were values, and the visitor stopped at one.
  case stopped

  @inline(__always)
  mutating func follow(_ path: FieldPath, in document: Document, emptyIsMissing: Bool, _ body: (FieldValue) -> Bool) {
    path.forEachValue(in: document) { node in
      visit(node, emptyIsMissing: emptyIsMissing, body)
      return self == .stopped
    }
  }

  /// Passes on the value of one node, unless it counts as missing.
  @inline(__always)
  mutating func visit(_ node: JSONNode, emptyIsMissing: Bool, _ body: (FieldValue) -> Bool) {
    let value = node.value
    if value.kind == .null { return }
    if emptyIsMissing, value.bytes.isEmpty || node.isEmptyContainer { return }
    self = body(value) ? .stopped : .found
  }
}
