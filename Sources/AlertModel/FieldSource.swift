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

  /// The same text for every alert of the format.
  case constant(String)

  /// Text worked out from the document: the closure appends it to the buffer, unescaped, and says what kind of value it
  /// is; nil for no value. For what the other cases cannot say.
  case computed(@Sendable (_ alert: JSONNode, _ envelope: JSONNode?, _ text: inout [UInt8]) -> FieldValue.Kind?)

  /// An object that exists where any of these has a value: what a prefix of several fields' names stands for.
  case prefix([FieldSource])

  public init(stringLiteral path: String) { self = .path(FieldPath(path)) }

  /// What `name.suffix` means where this is what `name` means; nil where nothing lies below.
  func appending(_ suffix: String) -> FieldSource? {
    switch self {
    case .path(let path): return .path(FieldPath(path.name + "." + suffix))
    case .envelope(let path): return .envelope(FieldPath(path.name + "." + suffix))
    case .first(let sources):
      let below = sources.compactMap { $0.appending(suffix) }
      return below.isEmpty ? nil : .first(below)
    case .all(let sources):
      let below = sources.compactMap { $0.appending(suffix) }
      return below.isEmpty ? nil : .all(below)
    case .constant, .computed, .prefix: return nil
    }
  }

  /// Calls `body` with each value that is not null until it returns true. Returns what became of it.
  func forEachValue(
    in alert: JSONNode, envelope: JSONNode?, scratch: TextArena, emptyIsMissing: Bool, _ body: (FieldValue) -> Bool
  ) -> Visit {
    var visit = Visit.nothing
    switch self {
    case .path(let path):
      visit.follow(path, in: alert, emptyIsMissing: emptyIsMissing, body)
    case .envelope(let path):
      if let envelope { visit.follow(path, in: envelope, emptyIsMissing: emptyIsMissing, body) }
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
    case .constant(let text):
      visit = body(scratch.keep(.string) { $0.append(contentsOf: text.utf8) }) ? .stopped : .found
    case .computed(let compute):
      var kind: FieldValue.Kind?
      let value = scratch.keep(.string) { kind = compute(alert, envelope, &$0) }
      if let kind {
        visit = body(FieldValue(kind: kind, bytes: value.bytes)) ? .stopped : .found
      }
    case .prefix(let sources):
      let exists = sources.contains { source in
        source.forEachValue(
          in: alert, envelope: envelope, scratch: scratch, emptyIsMissing: emptyIsMissing, { _ in true }) == .stopped
      }
      if exists { visit = body(FieldValue(kind: .object, bytes: UnsafeRawBufferPointer(start: nil, count: 0))) ? .stopped : .found }
    }
    return visit
  }
}

/// What became of a walk over values.
enum Visit: Equatable {
  /// There was no value.
  case nothing
  /// There were values, and all were looked at.
  case found
  /// There were values, and the visitor stopped at one.
  case stopped

  mutating func follow(_ path: FieldPath, in root: JSONNode, emptyIsMissing: Bool, _ body: (FieldValue) -> Bool) {
    path.forEachValue(in: root) { node in
      let value = node.value
      if value.kind == .null { return false }
      if emptyIsMissing, value.bytes.isEmpty || node.isEmptyContainer { return false }
      self = .found
      guard body(value) else { return false }
      self = .stopped
      return true
    }
  }
}
