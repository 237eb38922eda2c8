internal import AlertModel
internal import CurlTransport
internal import GatewayConfig
internal import Logging
internal import PluginKit

/// What commands hand to plugins: the real clock, the real network, the real files.
struct CommandEnvironment {
  let logger: Logger
  let clock: any GatewayClock
  let transport = CurlTransport()
  var files = LocalFiles()

  init(logLevel: Logger.Level = .notice, clock: any GatewayClock = SystemClock()) {
    self.clock = clock
    var logger = Logger(label: "weir") { _ in StandardErrorLog() }
    logger.logLevel = logLevel
    self.logger = logger
  }

  /// The same, without what was warned of so far.
  var fresh: CommandEnvironment {
    var fresh = self
    fresh.files = LocalFiles()
    return fresh
  }

  /// A context for a part of the configuration.
  func context(named name: String, vocabulary: Vocabulary, stateFolder: String? = nil) -> PluginContext {
    PluginContext(
      name: name, logger: logger, clock: clock, http: transport, streams: transport, vocabulary: vocabulary,
      files: files, stateFolder: stateFolder)
  }
}

/// Writes log lines to standard error, for people: the level where it matters, and the message.
struct StandardErrorLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .notice

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let style: Terminal.Style? = event.level >= .error ? .red : event.level == .warning ? .yellow : nil
    let prefix = event.level >= .warning ? "\(event.level.rawValue): " : ""
    Terminal.say((style.map { Terminal.styled(prefix, $0) } ?? prefix) + VisibleText.escaped("\(event.message)"))
  }
}
