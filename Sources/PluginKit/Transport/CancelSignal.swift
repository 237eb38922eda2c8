internal import Glibc

/// Tells a thread that waits in `poll` to give up. Once fired, it stays so.
public final class CancelSignal: Sendable {
  /// Readable once the signal was fired.
  public let descriptor: Int32
  private let end: Int32

  /// - Throws: where there are no descriptors left.
  public init() throws(TransportError) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw TransportError("cannot make a pipe: \(String(cString: strerror(errno)).lowercased())")
    }
    (descriptor, end) = (ends[0], ends[1])
    for descriptor in ends {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }
  }

  deinit {
    close(descriptor)
    close(end)
  }

  /// Any thread may call this.
  public func fire() {
    var one: UInt8 = 1
    _ = write(end, &one, 1)
  }

  /// True once it was fired.
  public var isFired: Bool {
    var look = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&look, 1, 0) > 0
  }
}
