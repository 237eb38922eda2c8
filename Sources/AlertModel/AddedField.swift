internal import CSimdjson

/// A field that an enricher adds to an alert: a name and a JSON value, made once and added to many alerts.
public struct AddedField: Sendable {
  /// Everything behind one reference: fields are copied for every alert.
  private final class Storage: Sendable {
    let path: FieldPath
    let json: [UInt8]
    let nodes: [weir_json_node]

    init(_ path: FieldPath, _ json: [UInt8], _ nodes: [weir_json_node]) {
      self.path = path
      self.json = json
      self.nodes = nodes
    }
  }

  private let storage: Storage

  /// The ECS name, or a name under `weir`.
  public var path: FieldPath { storage.path }

  /// What can be asked of the path, valid as long as the field or its keeper is kept.
  var view: PathView { storage.path.view }
  var keeper: any AnyObject & Sendable { storage }

  /// The value as JSON.
  public var json: [UInt8] { storage.json }

  /// - Parameter json: one JSON value.
  /// - Throws: `JSONError` where it is not.
  public init(_ name: String, json: [UInt8]) throws(JSONError) {
    try self.init(FieldPath(name), json: json)
  }

  /// - Parameter json: one JSON value.
  /// - Throws: `JSONError` where it is not.
  public init(_ path: FieldPath, json: [UInt8]) throws(JSONError) {
    storage = Storage(path, json, try Self.parse(json))
  }

  /// A field whose value is a string.
  public init(_ name: String, text: String) { self.init(FieldPath(name), text: text) }

  /// A field whose value is a string.
  public init(_ path: FieldPath, text: String) {
    var quoted: [UInt8] = []
    JSONEscapes.appendQuoted(text, to: &quoted)
    // What a parser would make of a string.
    let node = weir_json_node(
      start: 1, end: UInt32(quoted.count - 1), span: 1, kind: FieldValue.Kind.string.rawValue,
      escaped: quoted.contains(UInt8(ascii: "\\")) ? 1 : 0, key: 0)
    storage = Storage(path, quoted, [node])
  }

  private static func parse(_ json: [UInt8]) throws(JSONError) -> [weir_json_node] {
    let parser = DocumentParser()
    let result = json.withUnsafeBytes { bytes -> Result<[weir_json_node], JSONError> in
      do throws(JSONError) {
        let root = try parser.parse(bytes)
        return .success(Array(UnsafeBufferPointer(start: root.node, count: Int(root.node.pointee.span))))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  func withJSON(_ body: (UnsafeRawBufferPointer) -> Void) { storage.json.withUnsafeBytes(body) }

  func withRoot<Result>(_ body: (JSONNode) -> Result) -> Result? {
    storage.json.withUnsafeBytes { bytes in
      storage.nodes.withUnsafeBufferPointer { nodes in
        guard let start = bytes.baseAddress, let node = nodes.baseAddress else { return nil }
        return body(JSONNode(bytes: start.assumingMemoryBound(to: UInt8.self), node: node))
      }
    }
  }
}
