internal import Outbox
public import Pipeline
public import PluginKit

/// A configuration with its plugins made and its files read: what a gateway runs. A reload makes another.
public struct GatewayParts: Sendable {
  /// Where alerts come from; all are read at once.
  public var inputs: [InputPart]
  /// What documents are recognised as, in order of priority.
  public var formats: FormatSet
  /// What makes alerts of events; with none, every document is an alert.
  public var detectors: [any Detector]
  /// What adds to alerts or holds them back, in the order in which they are asked.
  public var enrichers: [EnrichmentStep]
  /// All outputs, also those that no route leads to.
  public var outputs: [OutputPart]
  /// Places in `outputs`.
  public var routes: [Route]
  /// A place in `outputs`.
  public var suppressedOutput: Int
  /// Where input that cannot be processed and alerts that cannot be delivered are kept.
  public var deadLetters: String
  /// How long dead letters are kept.
  public var deadLetterAge = DeadLetterLimits.standardAge

  /// True where what a checkpoint passes must outlive a power failure: records and dead letters as well.
  public var survivesPowerFailure = false
  /// The folder that the gateway keeps its state in.
  public var stateFolder: String
  /// How long silences may be, and where their notices go.
  public var silences: SilenceRules
  /// What the configuration says of each part, by `kind/name`: the same text means that nothing changed. It may hold
  /// secrets. Without one, a part counts as changed by every reload.
  var signatures: [String: String] = [:]

  public init(
    inputs: [InputPart], formats: FormatSet, detectors: [any Detector] = [], enrichers: [EnrichmentStep] = [],
    outputs: [OutputPart], routes: [Route], suppressedOutput: Int, deadLetters: String, stateFolder: String,
    silences: SilenceRules = SilenceRules(longest: .seconds(86_400))
  ) {
    self.inputs = inputs
    self.formats = formats
    self.detectors = detectors
    self.enrichers = enrichers
    self.outputs = outputs
    self.routes = routes
    self.suppressedOutput = suppressedOutput
    self.deadLetters = deadLetters
    self.stateFolder = stateFolder
    self.silences = silences
  }

  /// What becomes of Weir's own notices.
  var noticePlan: Plan {
    let routes =
      silences.notices.isEmpty
      ? self.routes : [Route(name: "notices of silences", condition: nil, outputs: silences.notices)]
    return Plan(
      formats: formats, routes: routes, suppressedOutput: suppressedOutput, outputCount: outputs.count)
  }

  /// Every plugin, in the order in which they start: an input only when all that is behind it is ready.
  var plugins: [any Plugin] {
    outputs.map { $0.output as any Plugin } + enrichers.map(\.plugin) + detectors.map { $0 as any Plugin }
      + inputs.map { $0.input as any Plugin }
  }

  /// Reads from these inputs, one after the other, whatever the configuration says.
  public mutating func useInputs(_ inputs: [InputPart]) {
    self.inputs = inputs
    for index in inputs.indices.dropFirst() { self.inputs[index].waitsForPrevious = true }
    for part in inputs { signatures["input/" + part.identity] = "given" }
  }

  /// The detectors by name: one of the same plugin as another has a number.
  var namedDetectors: [(name: String, detector: any Detector)] {
    var counts: [String: Int] = [:]
    return detectors.map { detector in
      let name = type(of: detector).manual.name
      counts[name, default: 0] += 1
      let count = counts[name, default: 1]
      return (count == 1 ? name : "\(name)_\(count)", detector)
    }
  }

  /// The plugins whose learning is kept, in the order of the configuration.
  var rememberingPlugins: [RememberingPlugin] {
    namedDetectors.compactMap { RememberingPlugin(kind: "detector", name: $0.name, $0.detector) }
      + enrichers.compactMap { RememberingPlugin(kind: "enricher", name: $0.name, $0.plugin) }
      + outputs.compactMap { RememberingPlugin(kind: "output", name: $0.name, $0.output) }
  }

  /// The enrichers that obey silences.
  public var silencing: [any Silencing] { enrichers.compactMap(\.plugin.silencing) }

  /// True where a plugin remembers something of the alerts that pass.
  public var isLearning: Bool { !rememberingPlugins.isEmpty }

  /// True where something must outlive the process: alerts for queued outputs, where inputs go on, what plugins learn.
  public var needsOutbox: Bool {
    outputs.contains(where: \.isQueued) || inputs.contains { $0.input.remembers } || isLearning
  }

  /// What workers need of it.
  public var plan: Plan {
    Plan(
      formats: formats, detectors: detectors, enrichers: enrichers, routes: routes,
      suppressedOutput: suppressedOutput, outputCount: outputs.count)
  }
}

/// One input with its name.
public struct InputPart: Sendable {
  /// What messages call it.
  public let name: String
  /// What it is known by when other inputs come and go: its checkpoints are kept under it.
  let identity: String
  /// The plugin.
  public let input: any Input
  /// True where it is read when the one before it has ended, and not beside it.
  var waitsForPrevious = false

  public init(name: String, _ input: any Input) { self.init(name: name, identity: name, input) }

  init(name: String, identity: String, _ input: any Input) {
    self.name = name
    self.identity = identity
    self.input = input
  }
}

/// One output with its name and, where it is queued, how it is served.
public struct OutputPart: Sendable {
  /// Its name in the configuration.
  public let name: String
  /// The plugin.
  public let output: any Output
  /// Its rate, batches and times, after what the configuration says.
  public let delivery: DeliveryDefaults

  /// How its worker serves it.
  var settings: DeliverySettings {
    var settings = DeliverySettings(delivery)
    if delivery.rateLimit != nil { settings.digestAfter = delivery.digestAfter }
    return settings
  }

  public init(name: String, _ output: any Output, delivery: DeliveryDefaults) {
    self.name = name
    self.output = output
    self.delivery = delivery
  }

  /// True where alerts go through the outbox.
  public var isQueued: Bool { type(of: output).delivery == .queued }
}
