internal import AlertModel
internal import Glibc
internal import Logging
internal import PluginKit
internal import Synchronization

/// A file of lines that are kept for a while: appended, each written whole or not at all.
///
/// A file that was moved or removed is made anew. At `rotateSize` bytes the file is renamed to `PATH.1`, that one to
/// `PATH.2`, and so on; `PATH.9` goes, and so do those in which nothing was written for `maxAge`.
final class RotatingFile: Sendable {
  /// At how many bytes a file is renamed: 100 MiB, so that all together have 1 GiB at the most.
  static let rotateSize = 100 << 20
  /// How many renamed files are kept.
  static let kept = 9

  let path: String
  /// What messages call the lines, in the plural.
  private let content: String
  private let maxAge: Duration
  private let rotateSize: Int
  /// True where lines are on the disk once they are appended.
  private let isSynced: Bool
  private let clock: any GatewayClock
  private let logger: Logger
  private let file = Mutex(OpenFile())

  private struct OpenFile {
    var descriptor: Int32 = -1
    var identity: FileIdentity?
  }

  init(
    _ path: String, of content: String, maxAge: Duration, rotateSize: Int = RotatingFile.rotateSize,
    isSynced: Bool, clock: any GatewayClock, logger: Logger
  ) {
    self.isSynced = isSynced
    self.path = path
    self.content = content
    self.maxAge = maxAge
    self.rotateSize = rotateSize
    self.clock = clock
    self.logger = logger
  }

  deinit {
    file.withLock { if $0.descriptor >= 0 { close($0.descriptor) } }
  }

  /// Appends lines, all or none of them. Blocks while it writes.
  func append(_ lines: [UInt8]) throws(FileError) {
    let failure = file.withLock { file -> FileError? in
      do throws(FileError) {
        try write(lines, to: &file)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  private func write(_ lines: [UInt8], to file: inout OpenFile) throws(FileError) {
    var status = stat()
    let isInPlace = stat(path, &status) == 0 && FileIdentity(status) == file.identity
    if isInPlace, status.st_size > 0, Int(status.st_size) + lines.count > rotateSize { rotate() }
    if !isInPlace || stat(path, &status) != 0 { try open(&file, &status) }
    var written = 0
    while written < lines.count {
      let count = lines.withUnsafeBytes { bytes in
        Glibc.write(file.descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let failure = FileError("cannot write to", path, errno)
        // Half a line would spoil the next one.
        if written > 0 { _ = ftruncate(file.descriptor, status.st_size) }
        throw failure
      }
      written += count
    }
    guard !isSynced || fdatasync(file.descriptor) == 0 else { throw FileError("cannot write to", path, errno) }
  }

  /// Opens the file; makes it where there is none.
  private func open(_ file: inout OpenFile, _ status: inout stat) throws(FileError) {
    if file.descriptor >= 0 { close(file.descriptor) }
    // Alerts may hold secrets: only the owner and the group read them.
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC
    file = OpenFile(descriptor: Glibc.open(path, flags, 0o640))
    if file.descriptor < 0, errno == ENOENT {
      for slash in path.indices.dropFirst() where path[slash] == "/" { mkdir(String(path[..<slash]), 0o750) }
      file.descriptor = Glibc.open(path, flags, 0o640)
    }
    guard file.descriptor >= 0, fstat(file.descriptor, &status) == 0 else {
      throw FileError("cannot open", path, errno)
    }
    file.identity = FileIdentity(status)
    var last: UInt8 = 0x0A
    guard status.st_size > 0, pread(file.descriptor, &last, 1, status.st_size - 1) == 1, last != 0x0A else { return }
    // A process that was killed while it wrote left half a line.
    last = 0x0A
    guard Glibc.write(file.descriptor, &last, 1) == 1 else {
      close(file.descriptor)
      file = OpenFile()
      throw FileError("cannot write to", path, errno)
    }
    status.st_size += 1
  }

  /// Makes room for a new file. Where that fails, the old one goes on.
  private func rotate() {
    let oldest = "\(path).\(Self.kept)"
    if access(oldest, F_OK) == 0 {
      logger.warning("there are more \(content) than are kept: '\(oldest)' is removed")
      unlink(oldest)
    }
    for number in stride(from: Self.kept - 1, through: 1, by: -1) {
      rename("\(path).\(number)", "\(path).\(number + 1)")
    }
    rename(path, "\(path).1")
    removeOld()
  }

  private func removeOld() {
    let oldest = (clock.now - maxAge).nanoseconds / 1_000_000_000
    for number in 1...Self.kept {
      var status = stat()
      let old = "\(path).\(number)"
      guard stat(old, &status) == 0, status.st_mtim.tv_sec < oldest else { continue }
      logger.warning("the \(content) in '\(old)' are older than \(maxAge) and are removed")
      unlink(old)
    }
  }
}

/// A file that could not be used, with the system's reason.
struct FileError: Error, CustomStringConvertible {
  let description: String

  init(_ what: String, _ path: String, _ code: Int32) {
    description = "\(what) \(path): \(String(cString: strerror(code)))"
  }
}
