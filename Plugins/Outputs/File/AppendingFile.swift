internal import Glibc
internal import PluginKit

/// A file to which whole lines are appended, open.
final class AppendingFile {
  /// Why something could not be done.
  struct Failure: Error, Equatable {
    let path: String
    let code: Int32
    /// What could not be done: `opened`, `written`.
    let action: String

    var reason: String {
      let remedy =
        switch code {
        case ENOSPC, EDQUOT: "; free some space"
        case EACCES, EPERM: "; let the user that runs weir write there"
        case EROFS: "; choose a file system that can be written to"
        case EMFILE: "; raise the limit with 'ulimit -n'"
        default: ""
        }
      return "'\(path)' cannot be \(action): \(String(cString: strerror(code)))\(remedy)"
    }
  }

  /// writev(2); tests put a disk that is full in its place.
  typealias Write = @Sendable (Int32, UnsafePointer<iovec>, Int32) -> Int

  static let systemWrite: Write = { writev($0, $1, $2) }

  let path: String
  private let write: Write
  private let descriptor: Int32
  private let identity: FileIdentity
  private let isRegular: Bool
  /// How many bytes the file has, as far as this process knows.
  private(set) var size: Int64
  /// When the file was last written to, in seconds since 1970.
  private(set) var lastWritten: Int64
  /// True where the last line is not complete: a write was cut short, now or in an earlier run.
  private var endsInsideLine: Bool
  /// True where something was written since the last `sync`.
  private(set) var isDirty = false
  private let isNew: Bool

  /// What would keep a file from being opened, as far as that is to be seen without making or changing anything.
  static func obstacle(to path: String) -> Failure? {
    func failure(_ code: Int32) -> Failure { Failure(path: path, code: code, action: "opened") }
    var status = stat()
    if stat(path, &status) == 0 {
      if let code = objection(to: status) { return failure(code) }
      return access(path, W_OK) == 0 ? nil : failure(errno)
    }
    guard errno == ENOENT else { return failure(errno) }
    return FolderObstacle(to: FilePath(path).folder).map { failure($0.code) }
  }

  /// The error that tells what else than a file to write lines to there is; nil where it is one.
  private static func objection(to status: stat) -> Int32? {
    switch status.st_mode & S_IFMT {
    case S_IFREG, S_IFCHR: nil
    case S_IFDIR: EISDIR
    default: ENXIO
    }
  }

  /// Opens the file; makes it and the folders above it where they are missing.
  init(path: String, permissions: FilePermissions, write: @escaping Write) throws(Failure) {
    self.path = path
    self.write = write
    var status = stat()
    if stat(path, &status) == 0, let code = Self.objection(to: status) {
      throw Failure(path: path, code: code, action: "opened")
    }
    var opened = Self.open(path, permissions: permissions)
    if opened.descriptor < 0, errno == ENOENT {
      Self.makeFolders(above: path, permissions: permissions)
      opened = Self.open(path, permissions: permissions)
    }
    guard opened.descriptor >= 0, fstat(opened.descriptor, &status) == 0 else {
      throw Failure(path: path, code: errno, action: "opened")
    }
    descriptor = opened.descriptor
    isNew = opened.isNew
    identity = FileIdentity(status)
    isRegular = status.st_mode & S_IFMT == S_IFREG
    size = Int64(status.st_size)
    lastWritten = Int64(status.st_mtim.tv_sec)
    var last: UInt8 = 0x0A
    endsInsideLine = isRegular && size > 0 && pread(descriptor, &last, 1, off_t(size - 1)) == 1 && last != 0x0A
  }

  deinit { close(descriptor) }

  /// True while the file is still the one that its name leads to.
  var isInPlace: Bool { FileIdentity(path: path) == identity }

  /// Appends lines that are parts of one buffer.
  ///
  /// - Returns: how many of the bytes were written, and why not all of them. What was written of a line that did not fit
  ///   is taken back; where that cannot be, the next line begins on a line of its own.
  func append(_ ranges: [Range<Int>], of bytes: UnsafeRawBufferPointer, now: Int64) -> (Int, Failure?) {
    if endsInsideLine {
      var feed: UInt8 = 0x0A
      guard Glibc.write(descriptor, &feed, 1) == 1 else {
        return (0, Failure(path: path, code: errno, action: "written"))
      }
      endsInsideLine = false
      size += 1
    }
    var rest = ranges[...].filter { !$0.isEmpty }[...]
    var written = 0
    isDirty = true
    lastWritten = now
    while !rest.isEmpty {
      let vectors = rest.prefix(512).map { range in
        iovec(
          iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress?.advanced(by: range.lowerBound)),
          iov_len: range.count)
      }
      var count = write(descriptor, vectors, Int32(vectors.count))
      if count < 0 {
        if errno == EINTR { continue }
        return (written, Failure(path: path, code: errno, action: "written"))
      }
      // Nothing written and no error would go on for ever.
      if count == 0 { return (written, Failure(path: path, code: EIO, action: "written")) }
      written += count
      size += Int64(count)
      while count > 0, let first = rest.first {
        let taken = min(count, first.count)
        count -= taken
        rest.removeFirst()
        if taken < first.count { rest = [first.lowerBound + taken..<first.upperBound] + rest }
      }
    }
    return (written, nil)
  }

  /// Takes back the last bytes, which are part of a line.
  func takeBack(_ count: Int) {
    guard count > 0 else { return }
    var status = stat()
    // Another process may have written behind them; then they stay.
    if isRegular, fstat(descriptor, &status) == 0, Int64(status.st_size) == size,
      ftruncate(descriptor, off_t(size - Int64(count))) == 0
    {
      size -= Int64(count)
    } else {
      endsInsideLine = true
    }
  }

  /// Waits until what was written is on the disk.
  func sync() throws(Failure) {
    guard isDirty, isRegular else { return }
    guard fdatasync(descriptor) == 0 else { throw Failure(path: path, code: errno, action: "made durable") }
    if isNew { Self.syncFolder(of: path) }
    isDirty = false
  }

  private static func open(_ path: String, permissions: FilePermissions) -> (descriptor: Int32, isNew: Bool) {
    let flags = O_WRONLY | O_APPEND | O_CLOEXEC
    let readable = O_RDWR | O_APPEND | O_CLOEXEC
    var descriptor = Glibc.open(path, readable | O_CREAT | O_EXCL, mode_t(permissions.bits))
    if descriptor >= 0 {
      // Whatever the umask is, the setting counts.
      fchmod(descriptor, mode_t(permissions.bits))
      return (descriptor, true)
    }
    guard errno == EEXIST else { return (descriptor, false) }
    descriptor = Glibc.open(path, readable)
    if descriptor < 0 { descriptor = Glibc.open(path, flags) }
    return (descriptor, false)
  }

  private static func makeFolders(above path: String, permissions: FilePermissions) {
    var at = path.startIndex
    while let slash = path[at...].firstIndex(of: "/") {
      if slash > path.startIndex { mkdir(String(path[..<slash]), mode_t(permissions.forFolder)) }
      at = path.index(after: slash)
    }
  }

  static func syncFolder(of path: String) {
    let descriptor = Glibc.open(FilePath(path).folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
