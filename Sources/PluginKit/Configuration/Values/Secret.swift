/// Text that must never be shown: it prints as `***` however it is printed.
public struct Secret: SettingValue, Equatable {
  private let text: String

  public init(_ text: String) {
    self.text = text
  }

  /// The text, for whoever sends it where it belongs.
  public func reveal() -> String { text }

  public static var typeName: String { "a secret text, best given as ${NAME} or ${file:/path}" }
  public static var schema: SchemaNode { ["type": "string", "minLength": 1, "writeOnly": true] }

  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> Secret? {
    guard let scalar = reader.scalar(node, as: Self.self) else { return nil }
    guard !scalar.text.text.isEmpty else {
      reader.report("expected \(typeName), but it is empty", at: node.place)
      return nil
    }
    if !scalar.text.isReference, mayHoldSecret(scalar.text.text) { reader.noteWrittenSecret(at: node.place) }
    return Secret(scalar.text.text)
  }

  public var written: SchemaNode { .null }

  /// False for the address of a server and nothing else: no user, no path, no query.
  private static func mayHoldSecret(_ text: String) -> Bool {
    for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
      let rest = text.dropFirst(scheme.count)
      let server = rest.hasSuffix("/") ? rest.dropLast() : rest
      return server.contains { "/@?#".contains($0) }
    }
    return true
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "***" }
  public var debugDescription: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
