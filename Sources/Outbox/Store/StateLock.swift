internal import Glibc
internal import Synchronization

/// Keeps a second process away from a state folder, for as long as it lives. The kernel lets go of it when the process
/// ends, however it ends.
final class StateLock: Sendable {
  private let descriptor: Mutex<Int32>

  /// The lock file's name in the state folder. It holds the process id as text.
  static let fileName = "outbox.lock"

  /// `weir outbox` holds it for some milliseconds, to look who has it and to remove files: a start waits for that.
  private static let tries = 25

  /// Blocks, for half a second at the most.
  ///
  /// - Throws: `OutboxError.unusableFolder`, `OutboxError.inUse`.
  init(folder: String) throws(OutboxError) {
    let path = folder + "/" + Self.fileName
    var status = stat()
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw .unusableFolder("there is no state folder '\(folder)'; create it, or set another one with 'state'")
    }
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .unusableFolder(
        "the state folder '\(folder)' cannot be written to (\(String(cString: strerror(errno)))); "
          + "make it writable for this user, or set another one with 'state'")
    }
    var tries = 0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0, tries < Self.tries {
      tries += 1
      usleep(20_000)
    }
    guard tries < Self.tries else {
      let holder = Self.holder(descriptor)
      Glibc.close(descriptor)
      throw .inUse(folder: folder, pid: holder)
    }
    let pid = Array("\(getpid())\n".utf8)
    // Only for the other process's message: a full disk may leave the file empty, the lock holds all the same. It is cut
    // where it is longer only, since a file system takes more than a millisecond for that.
    if pwrite(descriptor, pid, pid.count, 0) == pid.count, fstat(descriptor, &status) == 0, status.st_size > pid.count {
      _ = ftruncate(descriptor, off_t(pid.count))
    }
    self.descriptor = Mutex(descriptor)
  }

  deinit { release() }

  /// Lets other processes use the folder.
  func release() {
    descriptor.withLock { descriptor in
      if descriptor >= 0 {
        // A child that was forked and has not begun its own program yet shares the lock; closing alone would leave it
        // with the child.
        flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
      }
      descriptor = -1
    }
  }

  /// The process that holds the lock of a folder; nil where none does.
  static func holder(of folder: String) -> (isHeld: Bool, pid: Int32?) {
    let descriptor = Glibc.open(folder + "/" + fileName, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return (false, nil) }
    defer { Glibc.close(descriptor) }
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return (false, nil) }
    return (true, holder(descriptor))
  }

  private static func holder(_ descriptor: Int32) -> Int32? {
    var text = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &text, text.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: text[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
  }
}
