public import KQL
public import PluginKit

/// What a configuration says, checked as far as that is possible without making plugins.
public struct GatewayConfiguration: Sendable {
  /// The file, as it was named.
  public let file: String
  /// The folder that relative file names start from.
  public let folder: String

  /// Empty where the configuration names none.
  public var inputs: [ConfiguredPlugin<any Input>]
  /// `detect`, in order.
  public var detectors: [ConfiguredPlugin<any Detector>]
  /// In the order in which they work.
  public var enrichers: [ConfiguredPlugin<AnyEnricher>]
  /// In the order of the file, those that are switched off left out.
  public var outputs: [ConfiguredPlugin<any Output>]
  /// `routes`, in order: the first that matches counts.
  public var routes: [ConfiguredRoute]

  /// The configuration's own formats, then the catalog's.
  public let formats: [Format]

  /// The same, prepared; nil where there are none.
  public let formatSet: FormatSet?

  /// The same for configurations whose own formats are the same.
  public let formatsSignature: String

  /// The output that suppressed alerts go to; nil where none is named.
  public var suppressedOutput: OutputName?

  /// Where dead letters are kept: `dead-letters.ndjson` in the state folder where nothing is said, in the state's place.
  public var deadLetters: FilePath
  /// How long dead letters are kept.
  public var deadLetterAge: Duration

  /// The folder for what must outlive the process.
  public var stateFolder: String
  /// Where that is written; no more than the file where it is not.
  public var statePlace: SourcePlace

  /// What the outbox survives: the process's end, or the power's.
  public var durability: Durability

  /// The longest time that a silence may last.
  public var longestSilence: Duration

  /// The outputs that are told of silences; empty for wherever the routes lead.
  public var silenceNotices: [OutputName]

  /// True where alerts that no route takes may be dropped.
  public var dropsUnrouted: Bool

  /// What came from outside by `${…}`: texts that no message may show.
  public let redaction: Redaction
}

/// What a delivery survives once it was accepted.
public enum Durability: String, CaseIterable, SettingValue {
  /// The end of the process, however sudden.
  case process
  /// The loss of power.
  case power
}

/// An enricher of either sort.
public enum AnyEnricher: Sendable {
  case inMemory(any Enricher)
  case remote(any RemoteEnricher)
}

/// The name of an output, where it is written.
public struct OutputName: Sendable, Equatable {
  /// The output's name.
  public let name: String
  /// Where that is written.
  public let place: SourcePlace
}

/// One route: a condition and the outputs that it leads to.
public struct ConfiguredRoute: Sendable {
  /// As written; `route 2` for the second one where it has none.
  public let name: String
  /// Where the name is written.
  public let place: SourcePlace
  /// Nil where it takes every alert.
  public let condition: Condition?
  /// At least one, none twice. Outputs that are switched off are left out.
  public let outputs: [OutputName]
  /// True where an alert that it took goes on to the next route.
  public let continues: Bool
}
