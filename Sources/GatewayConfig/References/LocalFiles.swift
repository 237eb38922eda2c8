public import PluginKit
internal import Synchronization

/// Files of this machine, for plugins.
public final class LocalFiles: ConfigurationFiles {
  private let noted = Mutex<[Diagnostic]>([])

  public init() {}

  /// What plugins warned of so far.
  public var warnings: [Diagnostic] { noted.withLock { $0 } }

  public func bytes(of file: FilePath, limit: ByteCount) throws(ConfigurationError) -> [UInt8] {
    do {
      return try FileReading.read(file.path, limit: limit.bytes).bytes
    } catch {
      throw ConfigurationError("cannot read \(VisibleText.quoted(file.path)): \(error.reason)", at: file.place)
    }
  }

  public func tree(of file: FilePath) throws(ConfigurationError) -> LocatedNode {
    let bytes = try treeBytes(of: file)
    return Self.isJSON(file)
      ? try JSONTree.read(bytes, file: file.path) : try YAMLTree.read(bytes, file: file.path, limits: .data)
  }

  public func elements(
    of file: FilePath, _ body: (LocatedNode) -> Void
  ) throws(ConfigurationError) -> LocatedNode? {
    guard Self.isJSON(file) else {
      return try YAMLTree.readElements(try treeBytes(of: file), file: file.path, limits: .data, body)
    }
    return try tree(of: file).handOver(body)
  }

  private func treeBytes(of file: FilePath) throws(ConfigurationError) -> [UInt8] {
    try bytes(of: file, limit: ByteCount(bytes: TreeLimits.data.bytes))
  }

  private static func isJSON(_ file: FilePath) -> Bool { file.path.lowercased().hasSuffix(".json") }

  public func warn(_ message: String, at place: SourcePlace) {
    noted.withLock { $0.append(Diagnostic(.warning, message, at: place)) }
  }
}
