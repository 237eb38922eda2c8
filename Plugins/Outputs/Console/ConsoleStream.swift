internal import Glibc
internal import Synchronization

/// Writes lines to a terminal, a pipe or a file. It never waits long for a reader that does not read, and a line that was
/// begun is ended before another one is written.
final class ConsoleStream: Sendable {
  private let descriptor: Int32
  private let begun = Mutex<Begun?>(nil)

  /// A line of which only a part could be written.
  private struct Begun {
    let line: [UInt8]
    var written: Int
  }

  /// Why writing stopped.
  struct Failure {
    /// The system's error; `EAGAIN` where the reader stands still.
    let code: Int32
    /// How many lines had been written.
    let lines: Int
  }

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// True where somebody has to read what is written, so that it may stand still.
  var hasReader: Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    switch status.st_mode & S_IFMT {
    case S_IFIFO, S_IFSOCK: return true
    default: return isatty(descriptor) == 1
    }
  }

  /// - Parameter ends: where each line ends in `bytes`.
  /// - Returns: nil where all was written.
  func write(_ bytes: UnsafeRawBufferPointer, ends: [Int]) -> Failure? {
    begun.withLock { begun in
      let writer = PipeWriter(descriptor: descriptor)
      var start = 0
      if let known = begun {
        let failure = known.line.withUnsafeBytes { line in
          writer.write(UnsafeRawBufferPointer(rebasing: line[known.written...]))
        }
        if let failure {
          begun?.written += failure.written
          return Failure(code: failure.code, lines: 0)
        }
        begun = nil
        // Whoever had to try again begins with this line.
        if let first = ends.first, known.line.elementsEqual(bytes[..<first]) { start = first }
      }
      guard let failure = writer.write(UnsafeRawBufferPointer(rebasing: bytes[start...])) else { return nil }
      let end = start + failure.written
      let lines = ends.prefix { $0 <= end }.count
      let lineStart = lines == 0 ? 0 : ends[lines - 1]
      if end > lineStart { begun = Begun(line: Array(bytes[lineStart..<ends[lines]]), written: end - lineStart) }
      return Failure(code: failure.code, lines: lines)
    }
  }
}
