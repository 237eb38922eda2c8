internal import Glibc

/// A folder that a gateway keeps something in, looked at without making or changing it.
struct FolderToWrite {
  let path: String
  /// What it is: `state folder`.
  let name: String
  /// The setting that names it.
  let setting: String

  /// Why a gateway cannot use it; nil where it can, or can make it.
  var problem: String? {
    var status = stat()
    var nearest = path
    while stat(nearest, &status) != 0 {
      guard errno == ENOENT else { return failure(nearest, errno) }
      nearest = nearest.lastIndex(of: "/").map { $0 == nearest.startIndex ? "/" : String(nearest[..<$0]) } ?? "."
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { return failure(nearest, ENOTDIR) }
    return access(nearest, W_OK | X_OK) == 0 ? nil : failure(nearest, errno)
  }

  private func failure(_ place: String, _ code: Int32) -> String {
    let what =
      place == path
      ? "the \(name) '\(path)' cannot be written to" : "the \(name) '\(path)' cannot be made in '\(place)'"
    let reason = String(cString: strerror(code))
    return "\(what): \(reason); make it writable for this user, or set another one with '\(setting)'"
  }
}
