public import PluginKit
internal import Synchronization

/// Files for one plugin; remembers which it has read.
public final class RecordedFiles: ConfigurationFiles {
  private let base: any ConfigurationFiles
  private let noted = Mutex(FileDependencies())

  public init(_ base: any ConfigurationFiles) {
    self.base = base
  }

  /// What has been read so far.
  public var dependencies: FileDependencies { noted.withLock { $0 } }

  public func bytes(of file: FilePath, limit: ByteCount) throws(ConfigurationError) -> [UInt8] {
    noted.withLock { $0.add(file.path) }
    return try base.bytes(of: file, limit: limit)
  }

  public func tree(of file: FilePath) throws(ConfigurationError) -> LocatedNode {
    noted.withLock { $0.add(file.path) }
    return try base.tree(of: file)
  }

  public func elements(
    of file: FilePath, _ body: (LocatedNode) -> Void
  ) throws(ConfigurationError) -> LocatedNode? {
    noted.withLock { $0.add(file.path) }
    return try base.elements(of: file, body)
  }

  public func found(by search: @escaping @Sendable () -> [String]) -> [String] {
    let found = base.found(by: search)
    noted.withLock { $0.add(search, found: found) }
    return found
  }

  public func warn(_ message: String, at place: SourcePlace) { base.warn(message, at: place) }
}
