/// The name of a file or folder, or a pattern of such names.
public struct FilePath: SettingValue, Hashable, ExpressibleByStringLiteral {
  /// The path to open: relative names start from the folder of the configuration file.
  public let path: String
  /// As it was written.
  public let text: String
  /// Where it was written.
  public let place: SourcePlace

  /// - Parameter folder: where a relative path starts from; nil for the working directory.
  public init(_ text: String, in folder: String? = nil, at place: SourcePlace = LocatedNode.nowhere) {
    self.text = text
    self.place = place
    if let folder, !folder.isEmpty, folder != ".", !text.hasPrefix("/") {
      path = folder.hasSuffix("/") ? folder + text : folder + "/" + text
    } else {
      path = text
    }
  }

  public init(stringLiteral text: String) { self.init(text) }

  /// The folder that it is in.
  public var folder: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  public static var typeName: String { "the name of a file" }
  public static var schema: SchemaNode { ["type": "string", "minLength": 1] }

  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> FilePath? {
    guard let scalar = reader.scalar(node, as: Self.self) else { return nil }
    let text = scalar.text.text
    guard !text.isEmpty, !text.utf8.contains(0) else {
      let fault = text.isEmpty ? "empty" : "text with a NUL in it"
      reader.report("expected \(typeName), but it is \(fault)", at: node.place)
      return nil
    }
    return FilePath(text, in: reader.folder, at: node.place)
  }

  public var written: SchemaNode { .text(text) }
}
