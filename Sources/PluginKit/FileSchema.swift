/// The schema of files that a plugin's settings name, for editors.
public struct FileSchema: Sendable {
  /// What such a file is called in commands: `allowlist`.
  public let name: String
  /// A title, such as `Weir allowlist`.
  public let title: String
  /// What may stand in it.
  public let schema: SchemaNode

  public init(name: String, title: String, schema: SchemaNode) {
    self.name = name
    self.title = title
    self.schema = schema
  }
}

/// A plugin that reads files of a form of its own.
public protocol FileSchemaProviding: Plugin {
  static var fileSchemas: [FileSchema] { get }
}
