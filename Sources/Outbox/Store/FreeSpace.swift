internal import Glibc

/// How much the disk has left. Commits stop before it is full, since delivering and forgetting needs room too: a full
/// disk would otherwise stay full for ever.
enum FreeSpace {
  /// Bytes that are always left to settlements.
  static let reserve = 1024 * 1024

  /// Bytes that an unprivileged process can still write below the folder; nil where the system does not say.
  static func available(in folder: String) -> Int? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }
}
