internal import CSimdjson

/// Parses JSON documents, one at a time, into views that borrow its memory.
///
/// A parser belongs to one thread. Its buffers grow to the largest document seen and are used again for the next.
public final class DocumentParser {
  /// How deeply objects and arrays may be nested; the same as simdjson's default.
  public static let maximumDepth = 1024

  private let handle: OpaquePointer?

  public convenience init() { self.init(remembersKeys: false) }

  /// - Parameter remembersKeys: for documents whose layout is asked for.
  init(remembersKeys: Bool) {
    handle = weir_json_parser_create(UInt32(Self.maximumDepth), remembersKeys)
  }

  deinit {
    if let handle { weir_json_parser_destroy(handle) }
  }

  /// Parses and validates the one JSON value in `bytes`; white space around it is allowed.
  ///
  /// - Returns: the root. It and every node reached from it are valid until the next call, and only while `bytes` is.
  /// - Throws: `JSONError` with the reason and the offset. For `.trailingContent` the offset is where the next document
  ///   may start.
  public func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONNode {
    guard let handle else { throw JSONError(.noMemory, offset: 0) }
    guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { throw JSONError(.empty, offset: 0) }
    var nodes: UnsafePointer<weir_json_node>?
    var count: UInt32 = 0
    var offset: UInt32 = 0
    let error = weir_json_parse(handle, base, bytes.count, &nodes, &count, &offset)
    guard error == WEIR_JSON_OK, let nodes else {
      throw JSONError(JSONError.Reason(rawValue: error.rawValue) ?? .noMemory, offset: Int(offset))
    }
    return JSONNode(bytes: base, node: nodes)
  }

  /// What is known of the layout of the document that was parsed last; only of a parser that remembers keys.
  var lastLayout: weir_json_layout {
    guard let handle else { return weir_json_layout() }
    return weir_json_last_layout(handle)
  }
}
