internal import CSimdjson

/// A view of one value of a parsed document: where it stands in the source bytes, and what it contains.
///
/// A view borrows. It is valid only until its parser parses again or the bytes go away, so it is never stored beyond
/// the alert that it came from.
public struct JSONNode {
  /// The first byte of the document.
  let bytes: UnsafePointer<UInt8>
  /// This value's entry in the document's list of nodes.
  let node: UnsafePointer<weir_json_node>

  /// What the value is.
  public var kind: FieldValue.Kind { FieldValue.Kind(rawValue: node.pointee.kind) ?? .null }

  /// The value's text: a string's inside as written, without its quotes; of anything else the JSON as written.
  public var value: FieldValue {
    FieldValue(kind: kind, isEscaped: node.pointee.escaped != 0, bytes: inside)
  }

  /// The value as the detector wrote it, quotes included.
  public var source: UnsafeRawBufferPointer {
    guard kind == .string else { return inside }
    return UnsafeRawBufferPointer(start: inside.baseAddress! - 1, count: inside.count + 2)
  }

  /// Where `source` begins, in bytes from the start of the document.
  public var offset: Int { Int(node.pointee.start) - (kind == .string ? 1 : 0) }

  /// True for `{}` and `[]`.
  public var isEmptyContainer: Bool { (isObject || isArray) && node.pointee.span == 1 }

  var isObject: Bool { node.pointee.kind == FieldValue.Kind.object.rawValue }
  var isArray: Bool { node.pointee.kind == FieldValue.Kind.array.rawValue }

  private var inside: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: bytes + Int(node.pointee.start), count: Int(node.pointee.end &- node.pointee.start))
  }

  /// The members of an object in the order in which they were written, repeated keys included; empty for anything else.
  public var members: Members {
    Members(bytes: bytes, cursor: node + 1, end: isObject ? node + Int(node.pointee.span) : node + 1)
  }

  /// The elements of an array; empty for anything else.
  public var elements: Elements {
    Elements(bytes: bytes, cursor: node + 1, end: isArray ? node + Int(node.pointee.span) : node + 1)
  }

  /// One member of an object. `key` is a string.
  public struct Member {
    /// The member's name.
    public let key: JSONNode
    /// The member's value.
    public var value: JSONNode { JSONNode(bytes: key.bytes, node: key.node + 1) }
  }

  /// Walks the members of an object.
  public struct Members: Sequence, IteratorProtocol {
    let bytes: UnsafePointer<UInt8>
    var cursor: UnsafePointer<weir_json_node>
    let end: UnsafePointer<weir_json_node>

    public mutating func next() -> Member? {
      guard cursor < end else { return nil }
      defer { cursor += Int(cursor.pointee.span) }
      return Member(key: JSONNode(bytes: bytes, node: cursor))
    }
  }

  /// Walks the elements of an array.
  public struct Elements: Sequence, IteratorProtocol {
    let bytes: UnsafePointer<UInt8>
    var cursor: UnsafePointer<weir_json_node>
    let end: UnsafePointer<weir_json_node>

    public mutating func next() -> JSONNode? {
      guard cursor < end else { return nil }
      defer { cursor += Int(cursor.pointee.span) }
      return JSONNode(bytes: bytes, node: cursor)
    }
  }
}
