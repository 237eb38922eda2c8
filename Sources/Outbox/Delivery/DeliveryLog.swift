internal import AlertModel
internal import Logging
internal import PluginKit

/// What a worker says in the log: each thing once, then at most once in a while, however often it happens.
struct DeliveryLog {
  private let logger: Logger
  private let output: String
  private var lastSaid: [Kind: Timestamp] = [:]
  private var suppressed: [Kind: Int] = [:]

  private enum Kind {
    case failed, failing, refused, rejected, notSettled, notRead
  }

  /// How long the same kind of message is held back.
  private static let interval = Duration.seconds(60)

  init(output: String, logger: Logger) {
    self.output = output
    self.logger = logger
  }

  mutating func failed(_ reason: String, now: Timestamp) {
    say(.failed, .warning, "output '\(output)' did not accept alerts and will be tried again: \(reason)", now)
  }

  mutating func failing(_ reason: String, failures: Int, waiting: Int, now: Timestamp) {
    say(
      .failing, .error,
      "output '\(output)' failed \(failures) times in a row: \(reason); "
        + "\(String.counted(waiting, "alert")) \(waiting == 1 ? "is" : "are") kept for it", now)
  }

  mutating func refused(_ reason: String, now: Timestamp) {
    say(
      .refused, .critical,
      "output '\(output)' cannot work until it is mended: \(reason); its alerts are kept until then", now)
  }

  mutating func rejected(_ count: Int, reason: String, now: Timestamp) {
    let what = count == 1 ? "a dead letter" : "dead letters"
    say(.rejected, .error, "\(String.counted(count, "alert")) for output '\(output)' became \(what): \(reason)", now)
  }

  mutating func notSettled(_ error: OutboxError, now: Timestamp) {
    say(.notSettled, .error, "what output '\(output)' accepted cannot be noted yet: \(error)", now)
  }

  mutating func notRead(_ error: OutboxError, now: Timestamp) {
    say(.notRead, .error, "what waits for output '\(output)' cannot be read and is asked for again: \(error)", now)
  }

  mutating func recovered(waiting: Int, since: Timestamp, now: Timestamp) {
    lastSaid = [:]
    suppressed = [:]
    let seconds = (now - since).components.seconds
    let verb = waiting == 1 ? "is" : "are"
    logger.notice("output '\(output)' accepts alerts again after \(seconds) s; \(waiting) \(verb) waiting")
  }

  /// What was said before the clock was set back does not hold back what is said after it.
  mutating func clockSetBack() { lastSaid = [:] }

  func digest(_ count: Int, id: String) {
    logger.warning("output '\(output)' has fallen behind its rate limit: \(count) alerts go out as one digest, \(id)")
  }

  func digestRefused(_ reason: String) {
    logger.error(
      "output '\(output)' does not take digests: \(reason); its alerts are delivered one by one until the next start")
  }

  func stopped(_ error: OutboxError) {
    logger.critical("output '\(output)' is not served any more: \(error)")
  }

  private mutating func say(_ kind: Kind, _ level: Logger.Level, _ message: String, _ now: Timestamp) {
    if let last = lastSaid[kind], now - last < Self.interval {
      suppressed[kind, default: 0] += 1
      return
    }
    let more = suppressed[kind] ?? 0
    lastSaid[kind] = now
    suppressed[kind] = 0
    let times = more > 0 ? " (and \(String.counted(more, "time")) more in the meantime)" : ""
    logger.log(level: level, "\(message)\(times)")
  }
}
