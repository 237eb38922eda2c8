/// Something to say about one place in a configuration.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
  /// Whether the configuration can be run.
  public enum Severity: String, Sendable {
    /// The configuration cannot be used.
    case error
    /// It can be used, but it is probably not what is meant.
    case warning
  }

  /// Whether it can be run all the same.
  public let severity: Severity
  /// Where it is written.
  public let place: SourcePlace
  /// What is wrong and what to do; one line, no full stop. Never holds a secret.
  public let message: String

  public init(_ severity: Severity = .error, _ message: String, at place: SourcePlace) {
    self.severity = severity
    self.message = message
    self.place = place
  }

  /// `config.yaml:14:7: error: unknown setting 'chanel' for output 'slack'; did you mean 'channel'?`
  public var description: String { "\(place): \(severity.rawValue): \(message)" }
}

/// What is wrong with a configuration: one problem or several, each with its place.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// At least one, in the order in which they are to be shown.
  public let diagnostics: [Diagnostic]

  public init(_ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
  }

  public init(_ message: String, at place: SourcePlace) {
    diagnostics = [Diagnostic(.error, message, at: place)]
  }

  /// One line a problem.
  public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
