internal import Glibc

/// Which file a path leads to: where somebody removes or moves it, what was opened goes on being written, and is gone with
/// the process.
struct FileIdentity: Sendable, Equatable {
  private let device: UInt
  private let node: UInt

  /// Nil where there is none.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, node) = (UInt(status.st_dev), UInt(status.st_ino))
  }
}
