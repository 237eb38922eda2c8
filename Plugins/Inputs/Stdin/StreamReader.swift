internal import Glibc
internal import PluginKit
internal import Synchronization

/// Reads a pipe, a terminal or a redirected file, and can be stopped while it waits.
///
/// `next` blocks; it is called from one thread.
final class StreamReader: Sendable {
  /// What one read brought.
  struct Part: Sendable {
    var framed: FramedBytes
    var isLast: Bool
    var progress: InputChunk.Progress?
  }

  /// `F_SETPIPE_SZ` (fcntl(2)), which C's headers show only to GNU sources.
  private static let setPipeSize: Int32 = 1031
  /// In bytes: the most that anybody may ask for (pipe(7), `pipe-max-size`).
  private static let pipeSize: Int32 = 1 << 20

  private let descriptor: Int32
  /// A pipe of its own, closed at its far end to wake whoever waits.
  private let wake: Int32
  private let wakeEnd: Mutex<Int32>
  /// The size of a redirected file; nil for whatever has none.
  private let total: Int64?
  private let framer: Mutex<DocumentFramer>
  private let bytesRead = Atomic<Int64>(0)

  init(descriptor: Int32, limit: Int) {
    self.descriptor = descriptor
    var ends: [Int32] = [-1, -1]
    _ = pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    wake = ends[0]
    wakeEnd = Mutex(ends[1])
    framer = Mutex(DocumentFramer(limit: limit))
    var status = stat()
    let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    total = isFile ? Int64(status.st_size) : nil
    // A larger pipe lets a busy producer hand over more at once. Where it cannot be had, nothing is lost.
    _ = fcntl(descriptor, Self.setPipeSize, Self.pipeSize)
  }

  deinit {
    stop()
    if wake >= 0 { close(wake) }
  }

  /// Makes `next` return what it has and say that it was the last.
  func stop() {
    wakeEnd.withLock { end in
      if end >= 0 { close(end) }
      end = -1
    }
  }

  /// Waits for bytes and frames them.
  func next() -> Part {
    framer.withLock { framer in
      while true {
        guard waitForBytes() else { return last(&framer) }
        if let part = read(with: &framer, { Glibc.read(descriptor, $0.baseAddress, $0.count) }) { return part }
      }
    }
  }

  /// The next part, where nothing must be waited for; nil where that is not so.
  func nextAtHand() -> Part? {
    framer.withLock { framer in
      if total != nil {
        // Of a file a whole chunk, or none.
        let offset = Int64(lseek(descriptor, 0, SEEK_CUR))
        guard offset >= 0, PageCache.holds(DocumentFramer.readSize, at: offset, of: descriptor) else { return nil }
      }
      return read(with: &framer) { PageCache.read(descriptor, into: $0) }
    }
  }

  /// Reads once; nil where that brought nothing to hand on.
  ///
  /// - Parameter bytes: reads as read(2) does.
  private func read(with framer: inout DocumentFramer, _ bytes: (UnsafeMutableRawBufferPointer) -> Int) -> Part? {
    var failure: Int32 = 0
    let count = framer.fill { room in
      let count = bytes(room)
      if count < 0 { failure = errno }
      return max(count, 0)
    }
    if failure == EINTR || failure == EAGAIN { return nil }
    if failure != 0 {
      var part = last(&framer)
      part.framed.unreadable.append(
        UnreadableInput(
          reason: "standard input cannot be read: \(String(cString: strerror(failure)))",
          line: framer.position.line, offset: framer.position.offset, bytes: [], countsAsAlert: false))
      return part
    }
    guard count > 0 else { return last(&framer) }
    bytesRead.add(Int64(count), ordering: .relaxed)
    let framed = framer.take()
    return framed.isEmpty ? nil : Part(framed: framed, isLast: false, progress: progress)
  }

  private func last(_ framer: inout DocumentFramer) -> Part {
    Part(framed: framer.take(isFinal: true), isLast: true, progress: progress)
  }

  private var progress: InputChunk.Progress? {
    total.map { InputChunk.Progress(bytesRead: bytesRead.load(ordering: .relaxed), total: $0) }
  }

  /// False when `stop` was called.
  private func waitForBytes() -> Bool {
    var waits = [
      pollfd(fd: wake, events: Int16(POLLIN), revents: 0), pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&waits, nfds_t(waits.count), -1) < 0 {
      guard errno == EINTR else { return true }
    }
    return waits[0].revents == 0
  }
}
