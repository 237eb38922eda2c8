public import PluginKit
internal import Synchronization

/// The files of a test's configuration, kept in memory.
public final class InMemoryFiles: ConfigurationFiles {
  private let contents: [String: [UInt8]]
  private let trees: [String: LocatedNode]
  private let noted = Mutex<[Diagnostic]>([])

  /// - Parameters:
  ///   - contents: files by path, for plugins that read bytes.
  ///   - trees: YAML and JSON files by path, for plugins that read trees: `["list.yaml": ["entries": [...]]]`.
  public init(_ contents: [String: String] = [:], trees: [String: LocatedNode] = [:]) {
    self.contents = contents.mapValues { Array($0.utf8) }
    self.trees = trees
  }

  /// What plugins warned of, in order.
  public var warnings: [Diagnostic] { noted.withLock { $0 } }

  public func bytes(of file: FilePath, limit: ByteCount) throws(ConfigurationError) -> [UInt8] {
    guard let bytes = contents[file.path] else { throw missing(file) }
    guard bytes.count <= limit.bytes else {
      throw ConfigurationError("'\(file.text)' is larger than \(limit.settingText)", at: file.place)
    }
    return bytes
  }

  public func tree(of file: FilePath) throws(ConfigurationError) -> LocatedNode {
    guard let tree = trees[file.path] else { throw missing(file) }
    return tree
  }

  public func warn(_ message: String, at place: SourcePlace) {
    noted.withLock { $0.append(Diagnostic(.warning, message, at: place)) }
  }

  private func missing(_ file: FilePath) -> ConfigurationError {
    ConfigurationError("cannot read '\(file.text)': No such file or directory", at: file.place)
  }
}
