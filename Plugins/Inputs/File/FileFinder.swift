internal import Glibc
internal import PluginKit

/// Finds the files that the settings name.
struct FileFinder: Sendable {
  /// One regular file.
  struct Found: Equatable, Sendable {
    let path: String
    let identity: FileIdentity
    let size: Int64
    /// When it was changed last, in nanoseconds since 1970.
    let modified: Int64

    init(path: String, _ status: stat) {
      self.path = path
      identity = FileIdentity(status)
      size = Int64(status.st_size)
      modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
  }

  /// Why a name cannot be read.
  struct Problem: Equatable, Sendable {
    let path: String
    let reason: String
    /// True where nothing is there, which may yet come.
    var isAbsence = false
  }

  private let patterns: [PathPattern]
  private let excluded: [PathPattern]
  private let isLiteral: Bool

  /// - Parameter isLiteral: true where the paths are names and never patterns: arguments that a shell has expanded.
  init(paths: [String], exclude: [String], isLiteral: Bool) {
    patterns = paths.map(PathPattern.init)
    excluded = exclude.map(PathPattern.init)
    self.isLiteral = isLiteral
  }

  /// The files in the order in which they are read, each once, and what is wrong with the others.
  func find() -> (files: [Found], problems: [Problem]) {
    var files: [Found] = []
    var problems: [Problem] = []
    var seen: Set<[UInt8]> = []
    for pattern in patterns {
      // A file may have brackets in its name.
      let isName = isLiteral || !pattern.isPattern || access(pattern.text, F_OK) == 0
      let names = isName ? [pattern.text] : pattern.expand()
      if names.isEmpty {
        problems.append(
          Problem(path: pattern.text, reason: "no file matches this pattern; check 'paths'", isAbsence: true))
      }
      if !isLiteral, !names.isEmpty, names.allSatisfy(isExcluded) {
        problems.append(
          Problem(path: pattern.text, reason: "'exclude' leaves out all that this names", isAbsence: true))
      }
      for name in names where isLiteral || (!isExcluded(name) && seen.insert(Array(name.utf8)).inserted) {
        switch Self.look(at: name) {
        case .success(let file): files.append(file)
        case .failure(let refusal):
          problems.append(Problem(path: name, reason: refusal.reason, isAbsence: refusal.isAbsence))
        }
      }
    }
    return (files, problems)
  }

  /// What the settings may not mean: folders that a pattern matches, and of which nothing is read. One line a pattern.
  ///
  /// - Parameter found: what `find` found.
  func doubts(_ found: [Found]) -> [String] { isLiteral ? [] : patterns.compactMap { doubt(about: $0, found) } }

  private func doubt(about pattern: PathPattern, _ found: [Found]) -> String? {
    // `**` enters folders.
    guard pattern.isPattern, !pattern.text.contains("**"), access(pattern.text, F_OK) != 0 else { return nil }
    let folders = PathPattern(pattern.text + "/.").expand().map { String($0.dropLast("/.".count)) }
    let isRead = found.map(\.path) + self.folders.map { $0 + "/" }
    let passedOver = folders.filter { folder in
      !isExcluded(folder) && !isRead.contains { $0.hasPrefix(folder + "/") }
    }
    guard let first = passedOver.first else { return nil }
    let more = passedOver.count > 1 ? " and \(passedOver.count - 1) more" : ""
    return "'\(pattern.text)' matches the folder '\(first)'\(more), of which nothing is read; to read the files in it, "
      + "add '\(first)/*.ndjson' to 'paths'"
  }

  private func isExcluded(_ path: String) -> Bool { excluded.contains { $0.matches(path) } }

  /// The paths and patterns, from the root of the file system.
  var sources: [String] { patterns.map { Self.absolute($0.text) } }

  /// True where a file is one to read, or was before log rotation put something behind its name: `a.log.1` of `a.log`.
  func names(_ path: String) -> Bool {
    let path = Self.absolute(path)
    let wanted = sources.map(PathPattern.init)
    let unwanted = excluded.map { PathPattern(Self.absolute($0.text)) }
    let folder = path.lastIndex(of: "/") ?? path.startIndex
    var end = path.endIndex
    while end > folder {
      let name = String(path[..<end])
      let isWanted = wanted.contains { $0.text == name || $0.matches(name) }
      if isWanted, !unwanted.contains(where: { $0.matches(name) }) { return true }
      end = path.index(before: end)
    }
    return false
  }

  private static func absolute(_ path: String) -> String {
    var start = ""
    if !path.hasPrefix("/"), let folder = getcwd(nil, 0) {
      start = String(cString: folder) + "/"
      free(folder)
    }
    return "/" + (start + path).split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  private struct Refusal: Error {
    let reason: String
    var isAbsence = false
  }

  /// The folders in which files may appear: those that the fixed beginnings of the patterns name.
  var folders: Set<String> {
    Set(patterns.map(\.fixedFolder))
  }

  /// The regular files in a file's folder whose names begin with its name: what log rotation leaves behind.
  static func siblings(of path: String) -> [Found] {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let base = slash.map { String(path[path.index(after: $0)...]) } ?? path
    return PathPattern.names(in: folder).filter { $0.hasPrefix(base) }.compactMap { name in
      guard case .success(let file) = look(at: folder + name) else { return nil }
      return file
    }
  }

  private static func look(at path: String) -> Result<Found, Refusal> {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return .failure(Refusal(reason: openFailure(errno), isAbsence: errno == ENOENT))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      return .success(Found(path: path, status))
    case S_IFDIR:
      let below = path.hasSuffix("/") ? path + "**" : path + "/**"
      return .failure(Refusal(reason: "it is a folder; to read the files below it, write '\(below)' under 'paths'"))
    case S_IFIFO:
      return .failure(Refusal(reason: "it is a pipe; hand it over as standard input: < \(path)"))
    default:
      return .failure(Refusal(reason: "it is no regular file; hand it over as standard input: < \(path)"))
    }
  }

  /// Why a file cannot be opened, and what to do.
  static func openFailure(_ code: Int32) -> String {
    let reason = "it cannot be opened: \(String(cString: strerror(code)))"
    return switch code {
    case ENOENT: reason + "; check the name"
    case EACCES: reason + "; let the user that runs weir read it"
    case EMFILE: reason + "; raise the limit with 'ulimit -n'"
    default: reason
    }
  }
}
