internal import CFileRanges
internal import Glibc

/// One open segment file. It is closed when nobody uses it any more, so a reader never meets another file's descriptor.
final class SegmentFile: Sendable {
  let path: String
  private let descriptor: Int32

  /// Makes a new file.
  ///
  /// - Throws: `diskFull`, `unusableFolder`.
  init(creating path: String) throws(OutboxError) {
    self.path = path
    // Alerts are nobody else's business.
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor < 0 else { return }
    switch errno {
    case ENOSPC, EDQUOT: throw Self.full(path)
    case EMFILE, ENFILE, EIO: throw .inputOutput("the outbox's file '\(path)' cannot be made: \(Self.reason)")
    default:
      throw .unusableFolder(
        "the outbox's file '\(path)' cannot be made: \(Self.reason); make the state folder writable for this user, "
          + "or set another one with 'state'")
    }
  }

  /// Opens a file to read it.
  ///
  /// - Throws: `damaged` where it is missing.
  init(reading path: String) throws(OutboxError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor < 0 else { return }
    if errno == ENOENT { throw .damaged("the outbox's file '\(path)' is missing") }
    throw .inputOutput("the outbox's file '\(path)' cannot be opened: \(Self.reason)")
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// How long the file is, and how many names it has.
  static func status(_ path: String) -> (size: Int, names: Int)? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return (Int(status.st_size), Int(status.st_nlink))
  }

  var size: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Writes a segment from where its parts are, uncopied.
  func write(_ header: [UInt8], _ draft: SegmentDraft, at start: Int) throws(OutboxError) {
    let failure: Int32 = header.withUnsafeBytes { header in
      draft.entries.withUnsafeBytes { entries in
        draft.block.bytes.withUnsafeBytes { bytes in
          let lines = draft.lines.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
          return write(([header, entries] + lines).filter { !$0.isEmpty }, at: start)
        }
      }
    }
    switch failure {
    case 0: return
    case ENOSPC, EDQUOT: throw Self.full(path)
    default:
      throw .inputOutput(
        "the system failed to write the outbox's file '\(path)': \(String(cString: strerror(failure)))")
    }
  }

  /// How many parts one call takes: Linux' `UIO_MAXIOV`.
  private static let partsOfCall = 1024

  /// - Returns: the system's error, or 0.
  private func write(_ parts: [UnsafeRawBufferPointer], at start: Int) -> Int32 {
    var rest = parts[...]
    var at = start
    while !rest.isEmpty {
      let vectors = rest.prefix(Self.partsOfCall).map {
        iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
      }
      let written = pwritev(descriptor, vectors, Int32(vectors.count), off_t(at))
      if written < 0, errno == EINTR { continue }
      // A disk that is just full takes a part, and says so at the next call.
      guard written > 0 else { return written < 0 ? errno : ENOSPC }
      at += written
      var gone = written
      while let first = rest.first, gone >= first.count {
        gone -= first.count
        rest.removeFirst()
      }
      if gone > 0, let first = rest.first { rest[rest.startIndex] = UnsafeRawBufferPointer(rebasing: first[gone...]) }
    }
    return 0
  }

  /// - Throws: `damaged` where the file has fewer bytes, or the disk cannot read them.
  func read(_ count: Int, at start: Int) throws(OutboxError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(start + filled))
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        guard got > 0 else { return }
        filled += got
      }
    }
    guard failure == 0 else {
      throw .damaged("the outbox's file '\(path)' is damaged: \(String(cString: strerror(failure)))")
    }
    guard bytes.count == count else {
      throw .damaged(
        "the outbox's file '\(path)' is cut: it ends at byte \(start + bytes.count), and \(start + count) were kept")
    }
    return bytes
  }

  /// Lets the system begin to put what stands in front of `end` on the disk, so that `sync` has less to wait for.
  func beginSync(upTo end: Int) { _ = sync_file_range(descriptor, 0, off_t(end), UInt32(SYNC_FILE_RANGE_WRITE)) }

  func sync() throws(OutboxError) {
    guard fdatasync(descriptor) != 0 else { return }
    throw .inputOutput("the system failed to sync the outbox's file '\(path)': \(Self.reason)")
  }

  /// Ends the file there. Where that fails, it only takes more room.
  func cut(at end: Int) { _ = ftruncate(descriptor, off_t(end)) }

  /// Gives the room of a part back to the file system, where that can; the part is never read again.
  static func punch(_ ranges: [Range<Int>], of path: String) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    for range in ranges {
      _ = fallocate(
        descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off_t(range.lowerBound), off_t(range.count))
    }
  }

  private static func full(_ path: String) -> OutboxError {
    .diskFull("no space is left for the outbox's file '\(path)'; free some on its file system")
  }

  private static var reason: String { String(cString: strerror(errno)) }
}
