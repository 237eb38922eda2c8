internal import AlertModel
internal import CZlib
internal import Glibc
internal import PluginKit

/// When a file makes room for a new one, what it is called then, and how many are kept.
struct Rotation: Sendable {
  /// The most bytes; nil for any number.
  let size: Int64?
  /// Seconds; nil for never.
  let period: Int64?
  let keep: Int?
  let isCompressing: Bool
  let permissions: FilePermissions

  /// True where the file has to go before more is written, because of its age.
  func isOver(_ file: AppendingFile, at now: Int64) -> Bool {
    guard let period, file.size > 0 else { return false }
    return file.lastWritten / period != now / period
  }

  /// Gives a file another name: `alerts.ndjson.20261121T031947Z`, with a number where that is taken.
  ///
  /// - Parameter moment: what the name says.
  /// - Returns: 0, or the error's code.
  func moveAway(_ path: String, at moment: Timestamp) -> Int32 {
    let digits = moment.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" }
    let name = "\(path).\(digits)Z"
    var number = 1
    var free = name
    while access(free, F_OK) == 0 || access(free + ".gz", F_OK) == 0 {
      number += 1
      free = "\(name)-\(number)"
    }
    return rename(path, free) == 0 ? 0 : errno
  }

  /// Compresses rotated files and removes those that are too many. Slow.
  ///
  /// - Returns: what could not be done.
  func tidy(_ path: String) -> [String] {
    var problems: [String] = []
    if isCompressing {
      for name in rotated(path) where !name.hasSuffix(".gz") {
        if let problem = compress(name) { problems.append(problem) }
      }
    }
    guard let keep else { return problems }
    for name in rotated(path).dropLast(keep) where unlink(name) != 0 {
      problems.append("'\(name)' cannot be removed: \(String(cString: strerror(errno)))")
    }
    return problems
  }

  /// The rotated files of a path, the oldest first.
  func rotated(_ path: String) -> [String] {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let base = (slash.map { String(path[path.index(after: $0)...]) } ?? path) + "."
    var found: [(key: (String, Int), path: String)] = []
    for name in PathPattern.names(in: folder) {
      guard name.hasPrefix(base), let key = Self.key(name.dropFirst(base.count)) else { continue }
      found.append((key, folder + name))
    }
    return found.sorted { $0.key < $1.key }.map(\.path)
  }

  /// The moment and the number in `20261121T031947Z-2.gz`; nil for other endings.
  private static func key(_ ending: Substring) -> (String, Int)? {
    let stem = ending.hasSuffix(".gz") ? ending.dropLast(3) : ending
    let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
    let moment = Array(parts[0].utf8)
    guard parts.count <= 2, moment.count == 16, moment[8] == UInt8(ascii: "T"), moment[15] == UInt8(ascii: "Z"),
      (Array(moment[..<8]) + Array(moment[9..<15])).allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }),
      let number = parts.count == 2 ? Int(parts[1]) : 1
    else { return nil }
    return (String(parts[0]), number)
  }

  /// Replaces a file by its compressed copy; the file stays until the copy is complete.
  private func compress(_ path: String) -> String? {
    func failure() -> String { "'\(path)' cannot be compressed: \(String(cString: strerror(errno)))" }
    let source = open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { return failure() }
    defer { close(source) }
    let partial = path + ".gz.partial"
    let target = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(permissions.bits))
    guard target >= 0 else { return failure() }
    fchmod(target, mode_t(permissions.bits))
    guard let stream = gzdopen(dup(target), "wb6") else {
      close(target)
      return failure()
    }
    defer { close(target) }
    var isWhole = true
    withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { room in
      while true {
        let count = read(source, room.baseAddress, room.count)
        if count < 0, errno == EINTR { continue }
        isWhole = isWhole && count >= 0
        guard count > 0, isWhole else { return }
        isWhole = gzwrite(stream, room.baseAddress, UInt32(count)) == Int32(count)
      }
    }
    isWhole = gzclose(stream) == Z_OK && isWhole
    guard isWhole, fsync(target) == 0, rename(partial, path + ".gz") == 0 else {
      let problem = failure()
      unlink(partial)
      return problem
    }
    unlink(path)
    return nil
  }
}
