public import Logging
internal import Synchronization

/// Remembers log messages, so that a test can look at them.
///
/// ```swift
/// let log = RecordingLog()
/// let context = PluginContext.testing(logger: log.logger)
/// ```
public final class RecordingLog: Sendable {
  private let lines = Mutex<[String]>([])

  public init() {}

  /// Logs at every level to this.
  public var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

  /// The messages so far: `warning: certificate expires soon host=siem`, metadata sorted by key.
  public var messages: [String] { lines.withLock { $0 } }

  private struct Handler: LogHandler {
    let log: RecordingLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
      let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
      log.lines.withLock { $0.append("\(event.level): \(event.message)\(fields)") }
    }
  }
}
