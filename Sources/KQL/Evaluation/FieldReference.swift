internal import AlertModel

/// A field of a query, prepared for looking it up in an alert, or in an object of the alert that the query is inside of.
struct FieldReference: Sendable {
  let field: Field
  private let path: FieldPath
  private let name: [UInt8]
  /// The name with its `.keyword` or `.text`: where a document has such a field, that is meant.
  private let written: FieldPath?

  init(_ name: String, _ vocabulary: Vocabulary) {
    field = vocabulary.field(name)
    path = FieldPath(field.name)
    self.name = Array(field.name.utf8)
    written = name == field.name ? nil : vocabulary.path(name)
  }

  /// Calls `body` with each value that is not null, until it returns true.
  ///
  /// - Parameter scope: the object of a `field:{ … }`; nil for all of the alert.
  @inline(__always)
  @discardableResult
  func forEachValue(in alert: borrowing Alert, _ scope: JSONNode?, _ body: (FieldValue) -> Bool) -> Bool {
    if let written, let stopped = visit(written, in: scope.map { Document($0) } ?? alert.document, body) {
      return stopped
    }
    if let scope { return path.forEachValue(in: scope) { $0.kind != .null && body($0.value) } }
    return alert.forEachValue(field, body)
  }

  /// Nil where the document has no such field.
  private func visit(_ written: FieldPath, in document: Document, _ body: (FieldValue) -> Bool) -> Bool? {
    var isThere = false
    let stopped = written.forEachValue(in: document) { node in
      guard node.kind != .null else { return false }
      isThere = true
      return body(node.value)
    }
    return isThere ? stopped : nil
  }

  /// Calls `body` with each object at the field, until it returns true.
  func forEachObject(in alert: borrowing Alert, _ scope: JSONNode?, _ body: (JSONNode) -> Bool) -> Bool {
    if let scope { return path.forEachValue(in: scope) { $0.kind == .object && body($0) } }
    return alert.forEachNode(field) { $0.kind == .object && body($0) }
  }

  /// True where there is a value at the field or below it.
  func exists(in alert: borrowing Alert, _ scope: JSONNode?) -> Bool {
    if forEachValue(in: alert, scope, { ValueTest.exists.accepts($0, now: Timestamp(nanoseconds: 0)) }) { return true }
    if scope == nil, alert.hides(field) { return false }
    return name.withUnsafeBytes { (scope ?? alert.root).hasField(below: $0) }
  }
}

extension JSONNode {
  /// True where a dotted key leads on from `name` to a value: `a.b` lies below `a`.
  fileprivate func hasField(below name: UnsafeRawBufferPointer) -> Bool {
    switch kind {
    case .array: return elements.contains { $0.hasField(below: name) }
    case .object:
      return members.contains { member in member.key.value.withText { member.value.hasField($0, below: name) } }
    case .string, .number, .true, .false, .null: return false
    }
  }

  /// The same for a value under a key.
  private func hasField(_ key: UnsafeRawBufferPointer, below name: UnsafeRawBufferPointer) -> Bool {
    let common = Swift.min(key.count, name.count)
    guard key.count != name.count, common > 0, key[0] == name[0],
      UnsafeRawBufferPointer(rebasing: key[..<common]).hasSameBytes(
        as: UnsafeRawBufferPointer(rebasing: name[..<common]))
    else { return false }
    let dot = UInt8(ascii: ".")
    guard key.count < name.count else { return key[common] == dot && (value.kind.isScalar || value.hasContent) }
    return name[common] == dot && hasField(below: UnsafeRawBufferPointer(rebasing: name[(common + 1)...]))
  }
}

extension FieldValue.Kind {
  fileprivate var isScalar: Bool { self != .object && self != .array && self != .null }
}
