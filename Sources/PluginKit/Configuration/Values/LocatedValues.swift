extension LocatedText: SettingValue {
  public static var typeName: String { "text" }
  public static var schema: SchemaNode { ["type": ["string", "number", "boolean"]] }
  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> LocatedText? {
    reader.scalar(node, as: Self.self)?.text
  }
  public var written: SchemaNode { .text(text) }
}

/// Whatever was written, for plugins that read it themselves.
extension LocatedNode: SettingValue {
  public static var typeName: String { "any value" }
  public static var schema: SchemaNode { .object([]) }
  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> LocatedNode? { node }
  public var written: SchemaNode { .null }
}
