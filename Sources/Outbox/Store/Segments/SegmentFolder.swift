internal import Glibc

/// The segment files of a state folder, by number. Numbers ascend and are not used twice while a file has them.
struct SegmentFolder: Sendable {
  let folder: String

  private static let prefix = "outbox-"
  private static let suffix = ".segments"

  /// `outbox-000007.segments`
  static func name(_ number: Int64) -> String {
    let digits = String(number)
    return prefix + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + suffix
  }

  func path(_ number: Int64) -> String { folder + "/" + Self.name(number) }

  /// The numbers of the files that are there, ascending.
  var numbers: [Int64] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var numbers: [Int64] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) else { continue }
      if let number = Int64(name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)), number > 0 {
        numbers.append(number)
      }
    }
    return numbers.sorted()
  }

  func remove(_ number: Int64) { unlink(path(number)) }

  /// Gives a file a second name, under which it stays when the first one goes.
  func keep(_ number: Int64, as other: String) { _ = link(path(number), folder + "/" + other) }

  /// Puts the names of files on the disk: only then do new ones survive a power failure.
  func sync() throws(OutboxError) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, fsync(descriptor) == 0 else {
      throw .inputOutput("the system failed to sync the state folder '\(folder)': \(String(cString: strerror(errno)))")
    }
  }
}
