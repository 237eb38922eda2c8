internal import Glibc

/// Keeps files whose names come from alerts below one folder: no symbolic link may lead out of it.
struct Confinement {
  /// What the configuration itself says, up to the last folder before the first field: links up to there are its own.
  let folder: String

  /// Why the file may not be written to; nil where it may.
  func objection(to path: String) -> String? {
    var end = path.utf8.index(path.startIndex, offsetBy: folder.utf8.count, limitedBy: path.endIndex) ?? path.endIndex
    while end < path.endIndex {
      end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
      var status = stat()
      let component = String(path[..<end])
      guard lstat(component, &status) == 0 else { return nil }
      if status.st_mode & S_IFMT == S_IFLNK {
        let place = folder.isEmpty ? "the folder" : "'\(folder)'"
        return
          "'\(component)' is a symbolic link, and a field in 'path' must not lead out of \(place); put a folder in its "
          + "place"
      }
    }
    return nil
  }
}
