internal import Glibc
internal import PluginKit

/// What tells one state of a file from another without reading it. Symbolic links are followed.
public struct FileStamp: Sendable, Equatable, CustomStringConvertible {
  private let identity: FileIdentity
  private let size: Int64
  /// Nanoseconds since 1970: when the contents, and when anything about the file, changed.
  private let modified: Int64
  private let changed: Int64

  /// Nil where there is no such file.
  public init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    identity = FileIdentity(status)
    size = Int64(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
  }

  public var description: String { "\(identity.device)-\(identity.inode)-\(size)-\(modified)-\(changed)" }
}
