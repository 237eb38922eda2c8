internal import AlertModel
public import PluginKit

/// What came of reading a configuration: as much of it as is right, and everything that is wrong or doubtful.
///
/// Where there are errors, the plugins that could be read can still be made, so that their errors are shown with the
/// others; then ask `checked`.
public struct LoadedConfiguration: Sendable {
  /// Complete where there is no error.
  public let configuration: GatewayConfiguration

  /// Errors and warnings by place, those of the configuration file first.
  public let diagnostics: [Diagnostic]

  /// What could not be read, so that whatever a plugin finds wrong with it comes of that.
  let unread: UnreadPlaces

  /// The configuration file, and the files that `${file:…}` stands for.
  public let files: [String]

  /// What may be other than meant.
  public var warnings: [Diagnostic] { diagnostics.filter { $0.severity == .warning } }
  /// What keeps it from being run.
  public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

  /// The configuration.
  ///
  /// - Throws: `ConfigurationError` with every error, where there is one.
  public func checked() throws(ConfigurationError) -> GatewayConfiguration {
    guard errors.isEmpty else { throw ConfigurationError(errors) }
    return configuration
  }
}

/// Places of a configuration whose value could not be read: its error is known, and what follows from it is none.
struct UnreadPlaces: Sendable {
  /// Values.
  var values: Set<SourcePlace> = []
  /// Places from which on all of the line is meant.
  var restsOfLines: [SourcePlace] = []

  func contains(_ place: SourcePlace) -> Bool {
    values.contains(place) || restsOfLines.contains { $0.line == place.line && $0 <= place }
  }
}

/// Gathers what goes wrong while the parts of a gateway are made, so that all of it is shown at once.
public struct ProblemCollector: Sendable {
  private let redaction: Redaction
  private let file: String
  private let unread: UnreadPlaces
  private var found: [Diagnostic] = []

  /// - Parameter loaded: its diagnostics come along; what it must not show is hidden.
  public init(_ loaded: LoadedConfiguration) {
    redaction = loaded.configuration.redaction
    file = loaded.configuration.file
    unread = loaded.unread
    found = loaded.diagnostics
  }

  init(file: String, redaction: Redaction, unread: UnreadPlaces, known: [Diagnostic]) {
    self.file = file
    self.redaction = redaction
    self.unread = unread
    found = known
  }

  /// What `body` returns; nil after having kept what it threw.
  public mutating func collect<Result>(_ body: () throws(ConfigurationError) -> Result) -> Result? {
    do {
      return try body()
    } catch {
      add(error.diagnostics)
      return nil
    }
  }

  /// Keeps what is not said yet by the error of a value that could not be read.
  public mutating func add(_ diagnostics: [Diagnostic]) {
    found += diagnostics.filter { !unread.contains($0.place) }
  }

  /// Everything, each once: the configuration file's by place, then other files'.
  public var diagnostics: [Diagnostic] {
    let distinct = found.map { Diagnostic($0.severity, redaction.apply(to: $0.message), at: $0.place) }.distinct
    return distinct.filter { $0.place.file == file }.sorted { $0.place < $1.place }
      + distinct.filter { $0.place.file != file }
  }

  /// - Throws: `ConfigurationError` with every error, where there is one.
  public func check() throws(ConfigurationError) {
    let errors = diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else { throw ConfigurationError(errors) }
  }
}
