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
    let bytes = try bytes(of: file, limit: ByteCount(bytes: TreeLimits.data.bytes))
    return file.path.lowercased().hasSuffix(".json")
      ? try JSONTree.read(bytes, file: file.path) : try YAMLTree.read(bytes, file: file.path, limits: .data)
  }

  public func warn(_ message: String, at place: SourcePlace) {
    noted.withLock { $0.append(Diagnostic(.warning, message, at: place)) }
  }
}
