public import KQL
public import PluginKit

/// What happens to alerts: a configuration with everything prepared. A value that never changes; a reload makes another.
public struct Plan: Sendable {
  /// How documents are recognised, and what their fields are called.
  public let formats: FormatSet

  /// Rules over raw events; where there are any, only what they detect is an alert.
  public let detectors: [any Detector]

  /// In the order of the configuration.
  public let enrichers: [EnrichmentStep]

  /// In the order of the configuration.
  public let routes: [Route]

  /// Where suppressed alerts go: a place in the list of outputs.
  public let suppressedOutput: Int

  /// How many outputs there are; routes refer to them by place.
  public let outputCount: Int

  /// Whether a batch may have to wait for an enricher that does I/O.
  public var waitsForAnswers: Bool {
    enrichers.contains { if case .remote = $0.kind { true } else { false } }
  }

  public init(
    formats: FormatSet, detectors: [any Detector] = [], enrichers: [EnrichmentStep] = [], routes: [Route],
    suppressedOutput: Int, outputCount: Int
  ) {
    self.formats = formats
    self.detectors = detectors
    self.enrichers = enrichers
    self.routes = routes
    self.suppressedOutput = suppressedOutput
    self.outputCount = outputCount
  }
}

/// One enricher with its name in the configuration.
public struct EnrichmentStep: Sendable {
  /// What messages and notes on alerts call it.
  public let name: String
  /// How it is asked.
  public let kind: Kind

  /// Whether it answers at once or does I/O.
  public enum Kind: Sendable {
    case local(any Enricher)
    case remote(any RemoteEnricher)
  }

  public init(name: String, _ kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// The enricher as a plugin, whatever its kind.
  public var plugin: any Plugin {
    switch kind {
    case .local(let enricher): enricher
    case .remote(let enricher): enricher
    }
  }
}

/// A condition, and the outputs that it leads to.
public final class Route: Sendable {
  /// Its name in the configuration.
  public let name: String
  /// Nil matches every alert.
  public let condition: Condition?
  /// Places in the list of outputs.
  public let outputs: [Int]
  /// True where the routes behind this one are asked as well.
  public let continues: Bool

  public init(name: String, condition: Condition?, outputs: [Int], continues: Bool = false) {
    self.name = name
    self.condition = condition
    self.outputs = outputs
    self.continues = continues
  }
}
