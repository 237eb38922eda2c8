internal import Logging
internal import PluginKit
internal import Synchronization

/// Puts what a program writes to its standard error into the log: so many lines a minute, without secrets.
final class ErrorLog: Sendable {
  private let name: String
  private let logger: Logger
  private let redaction: Redaction
  private let window = Mutex(Window())

  private struct Window {
    var start = ContinuousClock.now
    var lines = 0
  }

  private static let mostLines = 20

  init(name: String, logger: Logger, redaction: Redaction) {
    self.name = name
    self.logger = logger
    self.redaction = redaction
  }

  func log(_ line: [UInt8]) {
    let number = window.withLock { window in
      if ContinuousClock.now - window.start > .seconds(60) { window = Window() }
      window.lines += 1
      return window.lines
    }
    guard number <= Self.mostLines else { return }
    logger.warning("\(name): \(redaction.excerpt(of: line))")
    if number == Self.mostLines { logger.warning("\(name) says more; the rest of this minute is left out") }
  }
}
