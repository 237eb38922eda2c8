internal import Glibc

/// A file name, or a pattern of such names: `*` and `?` within a name, `[abc]`, and `**` for any number of folders.
///
/// `*` does not match a dot at the beginning of a name, as in a shell; `**` does not enter folders whose names begin so.
public struct PathPattern: Sendable {
  /// The pattern as written.
  public let text: String
  private let components: [String]

  /// - Parameter text: a name or a pattern; a relative one starts from the working directory.
  public init(_ text: String) {
    self.text = text
    components = text.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
  }

  /// True where the text is more than a name.
  public var isPattern: Bool { text.contains { "*?[".contains($0) } }

  /// The folder in which everything that matches is, or is below.
  public var fixedFolder: String {
    let fixed = components.dropLast().prefix { !PathPattern($0).isPattern }
    let folder = (text.hasPrefix("/") ? "/" : "") + fixed.joined(separator: "/")
    return folder.isEmpty ? "." : folder
  }

  /// The names of all files and folders that match, in the order of their bytes.
  public func expand() -> [String] {
    var found: [String] = []
    expand(in: text.hasPrefix("/") ? "/" : "", components[...], into: &found)
    // By their bytes: names that Unicode takes for the same are different files.
    return Set(found.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// True where a path is one that `expand` would find.
  public func matches(_ path: String) -> Bool {
    guard path.hasPrefix("/") == text.hasPrefix("/") else { return false }
    return Self.matches(path.split(separator: "/").map(String.init)[...], components[...])
  }

  private func expand(in folder: String, _ rest: ArraySlice<String>, into found: inout [String]) {
    guard let first = rest.first else { return }
    let below = rest.dropFirst()
    if first == "**" {
      // Any number of folders, none included; at the end of a pattern, every file below.
      let next = below.isEmpty ? ["*"][...] : below
      expand(in: folder, next, into: &found)
      for name in Self.names(in: folder) where !name.hasPrefix(".") {
        let path = folder + name
        if Self.isFolder(path, followingLinks: false) { expand(in: path + "/", rest, into: &found) }
      }
      return
    }
    guard PathPattern(first).isPattern else {
      let path = folder + first
      if below.isEmpty {
        if Self.exists(path) { found.append(path) }
      } else {
        expand(in: path + "/", below, into: &found)
      }
      return
    }
    for name in Self.names(in: folder) where Self.matches(name, first) {
      let path = folder + name
      if below.isEmpty {
        // A folder is no file that a pattern could mean.
        if !Self.isFolder(path, followingLinks: true) { found.append(path) }
      } else if Self.isFolder(path, followingLinks: true) {
        expand(in: path + "/", below, into: &found)
      }
    }
  }

  private static func matches(_ path: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
    guard let first = pattern.first else { return path.isEmpty }
    let below = pattern.dropFirst()
    if first == "**" {
      if matches(path, below.isEmpty ? ["*"] : below) { return true }
      guard let name = path.first, !name.hasPrefix(".") else { return false }
      return matches(path.dropFirst(), pattern)
    }
    guard let name = path.first, matches(name, first) else { return false }
    return matches(path.dropFirst(), below)
  }

  private static func matches(_ name: String, _ pattern: String) -> Bool {
    fnmatch(pattern, name, FNM_PERIOD) == 0
  }

  /// The names of everything in a folder, in the order of their bytes; none where it cannot be read.
  public static func names(in folder: String) -> [String] {
    guard let handle = opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func isFolder(_ path: String, followingLinks: Bool) -> Bool {
    var status = stat()
    let result = followingLinks ? stat(path, &status) : lstat(path, &status)
    return result == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }
}
