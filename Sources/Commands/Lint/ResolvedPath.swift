internal import Glibc

/// Names of files as the system finds them.
enum ResolvedPath {
  /// The path without links, `.`, `..` and doubled slashes, as far as there is something on the way; the rest by its text.
  static func of(_ path: String) -> String {
    let working = path.hasPrefix("/") ? "" : (text { getcwd(nil, 0) } ?? "")
    let parts = (working + "/" + path).split(separator: "/").map(String.init).filter { $0 != "." }
    for count in (0...parts.count).reversed() {
      guard let known = text({ realpath("/" + parts[..<count].joined(separator: "/"), nil) }) else { continue }
      var resolved = known.split(separator: "/").map(String.init)
      for part in parts[count...] {
        if part == ".." { _ = resolved.popLast() } else { resolved.append(part) }
      }
      return "/" + resolved.joined(separator: "/")
    }
    return path
  }

  /// True for a device, a pipe or a socket, also where `/dev/stderr` is a file just now: several may write there.
  static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    return path.hasPrefix("/dev/") || stat(path, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  /// A text that the C library allocated; nil where it says none.
  private static func text(_ make: () -> UnsafeMutablePointer<CChar>?) -> String? {
    guard let text = make() else { return nil }
    defer { free(text) }
    return String(cString: text)
  }
}
