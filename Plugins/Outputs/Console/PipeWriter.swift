internal import Glibc
internal import PluginKit

/// Writes whole ranges of bytes to a file descriptor.
struct PipeWriter {
  let descriptor: Int32

  /// Why writing stopped.
  struct Failure: Error {
    let code: Int32
    /// How many bytes had been written.
    let written: Int
  }

  /// Writes all bytes. A reader that has gone is an error here and not a signal.
  func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    try withoutBrokenPipeSignal { () throws(Failure) in try writeAll(bytes) }
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count >= 0 {
        written += count
        continue
      }
      let code = errno
      switch code {
      case EINTR: continue
      case EAGAIN:
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, -1)
      default: throw Failure(code: code, written: written)
      }
    }
  }
}
