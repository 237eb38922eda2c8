public import AlertModel
public import Logging

/// A part that a configuration can name: an input, a detector, an enricher or an output.
///
/// The life of a plugin: `init` (pure: no file, no socket), `load` (reads the local files that its settings name), and,
/// only where the gateway runs, `start` and `stop`. `check` and every other offline command stop after `load`. A reload
/// makes a new plugin and drops the old one, so nothing has to change after `load`.
public protocol Plugin: Sendable {
  associatedtype Options: PluginOptions

  /// What a person needs to know about it.
  static var manual: Manual { get }

  /// What it is. Each of the protocols for inputs, detectors, enrichers and outputs says that for its plugins.
  static var kind: PluginKind { get }

  /// Checks the options against each other and compiles what can be compiled. Does no I/O.
  ///
  /// - Throws: `ConfigurationError` with the place of the setting that is wrong.
  init(options: Options, context: PluginContext) throws

  /// Reads the local files that the settings name: tables, lists, certificates. Blocking reads are fine.
  ///
  /// - Throws: `ConfigurationError` that names the file, the place and what to do.
  mutating func load() throws

  /// Connects, opens, begins. Called once, before the first alert.
  func start() async throws

  /// Flushes and closes. Called once, after the last alert.
  func stop() async

  /// The plugin itself where it is a `StatefulPlugin`, which says so; nil of others.
  var stateful: (any StatefulPlugin)? { get }

  /// The plugin itself where it is `Silencing`, which says so; nil of others.
  var silencing: (any Silencing)? { get }
}

/// What a plugin is. Told by the type itself, as is what else every start asks of plugins: to ask the runtime whether a type
/// conforms to a protocol costs a start more than anything else.
public enum PluginKind: Sendable {
  case input(any Input.Type)
  case detector(any Detector.Type)
  case enricher(any Enricher.Type)
  case remoteEnricher(any RemoteEnricher.Type)
  case output(any Output.Type)
}

extension Input {
  public static var kind: PluginKind { .input(Self.self) }
}

extension Detector {
  public static var kind: PluginKind { .detector(Self.self) }
}

extension Enricher {
  public static var kind: PluginKind { .enricher(Self.self) }
}

extension RemoteEnricher {
  public static var kind: PluginKind { .remoteEnricher(Self.self) }
}

extension Output {
  public static var kind: PluginKind { .output(Self.self) }
}

extension Plugin {
  public mutating func load() throws {}
  public func start() async throws {}
  public func stop() async {}
  public var stateful: (any StatefulPlugin)? { nil }
  public var silencing: (any Silencing)? { nil }
}

/// What `weir plugins NAME` and the reference pages say about a plugin, besides its settings.
public struct Manual: Sendable {
  /// The name in configuration, in snake_case.
  public let name: String

  /// One line, a sentence.
  public let summary: String

  /// What one must know to use it: Markdown, a few paragraphs at the most.
  public let discussion: String

  /// A complete example of its entry in a configuration, YAML.
  public let example: String

  public init(name: String, summary: String, discussion: String = "", example: String) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.example = example
  }
}

/// What the gateway hands to a plugin. Everything that a plugin may touch comes from here, so that tests can replace it.
public struct PluginContext: Sendable {
  /// The name of this part in the configuration, for logs and metrics: `soc`, `account_name`.
  public let name: String

  /// For what an operator should know. Never for alerts' contents.
  public let logger: Logger

  /// The time, and sleeping until a time.
  public let clock: any GatewayClock

  /// HTTP requests.
  public let http: any HTTPTransport

  /// TCP, TLS, UDP and Unix-socket streams.
  public let streams: any StreamTransport

  /// Turns ECS names into fields that can be looked up in any alert.
  public let vocabulary: Vocabulary

  /// Reads YAML, JSON and CSV files that settings name.
  public var files: any ConfigurationFiles

  /// How alerts are recognised, who acts in them, and what an attacker can choose; nil where nobody said.
  public var formats: FormatSet?

  /// How long one request may take (the output's setting `timeout`); for outputs.
  public var requestTimeout: Duration = .seconds(10)

  /// Where the gateway keeps its state; nil where a command keeps none.
  public let stateFolder: String?

  public init(
    name: String, logger: Logger, clock: any GatewayClock, http: any HTTPTransport, streams: any StreamTransport,
    vocabulary: Vocabulary, files: any ConfigurationFiles, stateFolder: String? = nil
  ) {
    self.name = name
    self.logger = logger
    self.clock = clock
    self.http = http
    self.streams = streams
    self.vocabulary = vocabulary
    self.files = files
    self.stateFolder = stateFolder
  }
}
