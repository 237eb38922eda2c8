internal import CSimdjson

/// A field that an enricher adds to an alert: a name and a JSON value, made once and added to many alerts.
public struct AddedField: Sendable {
  /// The ECS name, or a name under `weir`.
  public let path: FieldPath

  /// The value as JSON.
  public let json: [UInt8]

  private let nodes: [weir_json_node]

  /// - Parameter json: one JSON value.
  /// - Throws: `JSONError` where it is not.
  public init(_ name: String, json: [UInt8]) throws(JSONError) {
    path = FieldPath(name)
    self.json = json
    nodes = try Self.parse(json)
  }

  /// A field whose value is a string.
  public init(_ name: String, text: String) {
    path = FieldPath(name)
    var quoted: [UInt8] = []
    JSONEscapes.appendQuoted(text, to: &quoted)
    json = quoted
    // A quoted string always parses.
    nodes = (try? Self.parse(quoted)) ?? []
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

  func withRoot<Result>(_ body: (JSONNode) -> Result) -> Result? {
    json.withUnsafeBytes { bytes in
      nodes.withUnsafeBufferPointer { nodes in
        guard let start = bytes.baseAddress, let node = nodes.baseAddress else { return nil }
        return body(JSONNode(bytes: start.assumingMemoryBound(to: UInt8.self), node: node))
      }
    }
  }
}
