internal import AlertModel
internal import Glibc
internal import Logging
internal import Pipeline
internal import PluginKit
internal import Synchronization

/// Keeps what cannot be processed or delivered: one JSON object a line, appended, never rotated by Weir.
final class DeadLetterFile: Sendable {
  let path: String
  private let clock: any GatewayClock
  private let logger: Logger
  private let descriptor = Mutex<Int32>(-1)
  private let told = Mutex(Told())

  /// How much of the log dead letters took: a million of them must not fill a disk with log lines.
  private struct Told {
    static let most = 20
    static let window: Int64 = 60_000_000_000
    var since: Int64?
    var count = 0
  }

  init(path: String, clock: any GatewayClock, logger: Logger) {
    self.path = path
    self.clock = clock
    self.logger = logger
  }

  deinit {
    descriptor.withLock { if $0 >= 0 { close($0) } }
  }

  /// Appends letters of input that cannot be processed. Blocks while it writes.
  func append(_ letters: [DeadLetter]) throws(FileError) {
    guard !letters.isEmpty else { return }
    var lines: [UInt8] = []
    for letter in letters { letter.appendJSON(at: clock.now, to: &lines) }
    try write(lines)
    tell(letters)
  }

  /// Appends an alert that an output gave up on. Blocks while it writes.
  func append(alert json: [UInt8], output: String, reason: String, attempts: Int) throws(FileError) {
    var line = Array(#"{"@timestamp":""#.utf8)
    clock.now.append(to: &line)
    line.append(contentsOf: Array(#"","output":"#.utf8))
    JSONEscapes.appendQuoted(output, to: &line)
    line.append(contentsOf: Array(#","reason":"#.utf8))
    JSONEscapes.appendQuoted(reason, to: &line)
    line.append(contentsOf: Array(",\"attempts\":\(attempts),\"alert\":".utf8))
    line.append(contentsOf: json)
    line.append(contentsOf: Array("}\n".utf8))
    try write(line)
  }

  /// Logs the letters, at most twenty a minute.
  private func tell(_ letters: [DeadLetter]) {
    let now = clock.now.nanoseconds
    let (before, after) = told.withLock { told in
      if told.since.map({ abs(now - $0) >= Told.window }) ?? true { told = Told(since: now) }
      defer { told.count += letters.count }
      return (told.count, told.count + letters.count)
    }
    for letter in letters.prefix(max(0, Told.most - before)) {
      logger.warning("dead letter: \(letter.place): \(letter.reason)")
    }
    guard before <= Told.most, after > Told.most else { return }
    logger.warning("there are more dead letters than are shown here; all are in \(path)")
  }

  private func write(_ lines: [UInt8]) throws(FileError) {
    let failure: FileError? = descriptor.withLock { descriptor in
      if descriptor < 0 {
        // Alerts may hold secrets: only the owner and the group read them.
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return FileError("cannot open", path, errno) }
      }
      var written = 0
      while written < lines.count {
        let count = lines.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return FileError("cannot write to", path, errno) }
        written += count
      }
      return nil
    }
    if let failure { throw failure }
  }
}

/// A file that could not be used, with the system's reason.
struct FileError: Error, CustomStringConvertible {
  let description: String

  init(_ what: String, _ path: String, _ code: Int32) {
    description = "\(what) \(path): \(String(cString: strerror(code)))"
  }
}
