internal import Glibc

/// The names of files that a pattern finds: `*`, `?` and `[abc]` within a name, and `**` for any number of folders.
///
/// As in a shell, `*` and `**` leave out names that begin with a dot.
struct RuleGlob {
  private let components: [Substring]
  private let start: String

  init(_ pattern: String) {
    components = pattern.split(separator: "/")
    start = pattern.hasPrefix("/") ? "/" : ""
  }

  /// True where the text is more than one file's name.
  static func isPattern(_ text: some StringProtocol) -> Bool { text.contains { "*?[".contains($0) } }

  /// The files, in the order of their names.
  func files() -> [String] {
    var found: Set<String> = []
    collect(start, components[...], into: &found)
    return found.sorted()
  }

  private func collect(_ folder: String, _ rest: ArraySlice<Substring>, into found: inout Set<String>) {
    guard let first = rest.first else { return }
    let below = rest.dropFirst()
    if first == "**" {
      collect(folder, below.isEmpty ? ["*"] : below, into: &found)
      for name in Self.names(in: folder) where !name.hasPrefix(".") && Self.kind(folder + name) == .folder {
        collect(folder + name + "/", rest, into: &found)
      }
      return
    }
    let names = Self.isPattern(first) ? Self.names(in: folder).filter { Self.matches($0, first) } : [String(first)]
    for name in names {
      switch Self.kind(folder + name) {
      case .folder: collect(folder + name + "/", below, into: &found)
      case .file: if below.isEmpty { found.insert(folder + name) }
      case nil: break
      }
    }
  }

  private static func matches(_ name: String, _ pattern: Substring) -> Bool {
    fnmatch(String(pattern), name, FNM_PERIOD) == 0
  }

  private static func names(in folder: String) -> [String] {
    guard let handle = opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private enum Kind { case file, folder }

  private static func kind(_ path: String) -> Kind? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }
}
