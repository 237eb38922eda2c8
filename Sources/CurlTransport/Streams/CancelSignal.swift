internal import Glibc
internal import PluginKit

/// Tells a thread that waits in `poll` to give up. Once fired, it stays so.
final class CancelSignal: Sendable {
  /// Readable once the signal was fired.
  let descriptor: Int32
  private let end: Int32

  init() throws(TransportError) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw TransportError("cannot make a pipe: \(systemReason(errno))") }
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

  func fire() {
    var one: UInt8 = 1
    _ = write(end, &one, 1)
  }
}
