internal import Glibc
internal import PluginKit

/// Writes whole ranges of bytes to a file descriptor.
struct PipeWriter {
  let descriptor: Int32

  /// Why writing stopped.
  struct Failure {
    let code: Int32
    /// How many bytes had been written.
    let written: Int
  }

  /// How long a reader may take nothing at all, in milliseconds.
  private static let patience: Int32 = 100

  /// Writes all bytes. A reader that has gone is an error here and not a signal; so is one that stands still (`EAGAIN`).
  ///
  /// - Returns: nil where all was written.
  func write(_ bytes: UnsafeRawBufferPointer) -> Failure? {
    withoutBrokenPipeSignal {
      let own = openAnew()
      defer { if let own { close(own) } }
      return write(bytes, to: own ?? descriptor)
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, to target: Int32) -> Failure? {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(target, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count >= 0 {
        written += count
        continue
      }
      let code = errno
      switch code {
      case EINTR: continue
      case EAGAIN:
        var wait = pollfd(fd: target, events: Int16(POLLOUT), revents: 0)
        if poll(&wait, 1, Self.patience) == 0 { return Failure(code: code, written: written) }
      default: return Failure(code: code, written: written)
      }
    }
    return nil
  }

  /// The same terminal or pipe once more, so that only writes from here do not block: the flag of the descriptor itself is
  /// shared with the shell, and with whoever else writes there. Nil for files, which nobody has to read.
  private func openAnew() -> Int32? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFIFO || isatty(descriptor) == 1 else { return nil }
    let own = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    return own >= 0 ? own : nil
  }
}
