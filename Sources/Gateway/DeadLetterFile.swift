internal import AlertModel
internal import Logging
internal import Pipeline
internal import PluginKit
internal import Synchronization

/// Keeps what cannot be processed or delivered: one JSON object a line.
final class DeadLetterFile: Sendable {
  private let file: RotatingFile
  private let clock: any GatewayClock
  private let logger: Logger
  private let told = Mutex(Told())
  /// True from the first failure that was logged to the next letter that is kept.
  private let hasFailed = Atomic(false)

  /// How much of the log dead letters took: a million of them must not fill a disk with log lines.
  private struct Told {
    static let most = 20
    static let window: Int64 = 60_000_000_000
    var since: Int64?
    var count = 0
  }

  init(
    path: String, maxAge: Duration, rotateSize: Int = RotatingFile.rotateSize, isSynced: Bool = false,
    clock: any GatewayClock, logger: Logger
  ) {
    file = RotatingFile(
      path, of: "dead letters", maxAge: maxAge, rotateSize: rotateSize, isSynced: isSynced, clock: clock, logger: logger
    )
    self.clock = clock
    self.logger = logger
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
    line.append(contentsOf: Array(",\"attempts\":\(attempts),".utf8))
    // Damage in the state may have made something else of it.
    let isWhole = !json.contains(0x0A) && (try? json.withUnsafeBytes { try DocumentParser().parse($0) }) != nil
    if isWhole {
      line.append(contentsOf: Array("\"alert\":".utf8))
      line.append(contentsOf: json)
    } else {
      DeadLetter.appendRaw(json, to: &line)
    }
    line.append(contentsOf: Array("}\n".utf8))
    try write(line)
  }

  /// Logs that what the outbox has as dead letters cannot be written here: once, until one can be.
  func log(_ failure: FileError) {
    let hadFailed = hasFailed.exchange(true, ordering: .sequentiallyConsistent)
    if !hadFailed { logger.error("dead letters: \(failure); 'weir outbox list --dead' has them") }
  }

  private func write(_ lines: [UInt8]) throws(FileError) {
    try file.append(lines)
    hasFailed.store(false, ordering: .sequentiallyConsistent)
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
    logger.warning("there are more dead letters than are shown here; all are in \(file.path)")
  }
}
