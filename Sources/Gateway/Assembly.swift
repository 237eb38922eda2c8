public import AlertModel
public import GatewayConfig
internal import Pipeline
public import PluginKit

/// Makes the parts of a gateway from a configuration, gathering everything that is wrong with any of them.
public struct Assembly: Sendable {
  private let loaded: LoadedConfiguration
  private let context: @Sendable (_ name: String, Vocabulary, _ stateFolder: String) -> PluginContext
  private let file: @Sendable (_ path: String, PluginContext) throws -> any Output
  private let silencing: (@Sendable (PluginContext) throws -> any Silencing)?

  /// - Parameters:
  ///   - context: what a part is given, by its name.
  ///   - file: an output that appends to a file, for suppressed alerts where the configuration names no output.
  ///   - silencing: an enricher that obeys silences, for a configuration that has none.
  public init(
    _ loaded: LoadedConfiguration,
    context: @escaping @Sendable (_ name: String, Vocabulary, _ stateFolder: String) -> PluginContext,
    file: @escaping @Sendable (_ path: String, PluginContext) throws -> any Output,
    silencing: (@Sendable (PluginContext) throws -> any Silencing)? = nil
  ) {
    self.loaded = loaded
    self.context = context
    self.file = file
    self.silencing = silencing
  }

  /// What came of it: nil with at least one error among the diagnostics, or the parts and perhaps warnings.
  public struct Outcome: Sendable {
    /// What can be run; nil where there is an error.
    public let parts: GatewayParts?
    /// Everything that was found, in the order of the file.
    public let diagnostics: [Diagnostic]
    /// The files that parts have read, of those that were made and those that could not be.
    public let files: FileDependencies

    public init(parts: GatewayParts?, diagnostics: [Diagnostic], files: FileDependencies) {
      self.parts = parts
      self.diagnostics = diagnostics
      self.files = files
    }

    /// What keeps it from running.
    public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
  }

  /// The name of the output for suppressed alerts that the configuration does not name.
  public static let suppressedName = "suppressed"

  /// The name of the enricher that obeys silences where the configuration has none.
  public static let silencesName = "silences"

  /// Makes every part. Reads the files that settings name; opens no connection.
  public func assemble() -> Outcome {
    let configuration = loaded.configuration
    let formats = configuration.formatSet ?? FormatSet(configuration.formats)
    let state = configuration.stateFolder
    var problems = ProblemCollector(loaded)
    var recorded: [(key: String, files: RecordedFiles)] = []
    var inputSignatures: [String: String] = [:]
    func contextOf(_ kind: String, _ name: String) -> PluginContext {
      var made = context(name, formats.vocabulary, state)
      made.formats = formats
      let files = RecordedFiles(made.files)
      recorded.append(("\(kind)/\(name)", files))
      made.files = files
      return made
    }

    var identities: Set<String> = []
    let inputs = configuration.inputs.compactMap { part -> InputPart? in
      let context = contextOf("input", part.name)
      guard let input = problems.collect({ () throws(ConfigurationError) in try part.make(context: context) }) else {
        return nil
      }
      let identity = InputIdentity.unique(kind: part.pluginName, sources: input.sources, among: &identities)
      recorded[recorded.count - 1].key = "input/\(identity)"
      inputSignatures["input/" + identity] = part.signature
      return InputPart(name: part.name, identity: identity, input)
    }
    let detectors = configuration.detectors.compactMap { part in
      let context = contextOf("detector", part.name)
      return problems.collect { () throws(ConfigurationError) in try part.make(context: context) }
    }
    var enrichers = configuration.enrichers.compactMap { part in
      let context = contextOf("enricher", part.name)
      return problems.collect { () throws(ConfigurationError) in
        switch try part.make(context: context) {
        case .inMemory(let enricher): EnrichmentStep(name: part.name, .local(enricher))
        case .remote(let enricher): EnrichmentStep(name: part.name, .remote(enricher))
        }
      }
    }
    if let silencing, !enrichers.contains(where: { $0.plugin.silencing != nil }) {
      let context = contextOf("enricher", Self.silencesName)
      let made = problems.collect { () throws(ConfigurationError) in
        do {
          return try silencing(context)
        } catch {
          throw error as? ConfigurationError
            ?? ConfigurationError("\(error)", at: SourcePlace(file: configuration.file))
        }
      }
      if let made { enrichers.append(EnrichmentStep(name: Self.silencesName, .local(made))) }
    }
    var outputs = configuration.outputs.compactMap { part in
      let delivery = part.delivery ?? DeliveryDefaults()
      var context = contextOf("output", part.name)
      context.requestTimeout = delivery.timeout
      return problems.collect { () throws(ConfigurationError) in
        OutputPart(name: part.name, try part.make(context: context), delivery: delivery)
      }
    }
    var suppressed = outputs.firstIndex { $0.name == configuration.suppressedOutput?.name }
    if suppressed == nil, configuration.suppressedOutput == nil {
      let path = state + "/suppressed.ndjson"
      let context = contextOf("output", Self.suppressedName)
      let output = problems.collect { () throws(ConfigurationError) in
        guard !state.contains(where: { $0 == "{" || $0 == "}" }) else {
          throw ConfigurationError(
            "'state' has a brace, which the name of its file of suppressed alerts cannot have; choose another folder",
            at: configuration.statePlace)
        }
        do {
          return try file(path, context)
        } catch {
          throw ConfigurationError("'state': \(error)", at: configuration.statePlace)
        }
      }
      if let output {
        suppressed = outputs.count
        outputs.append(OutputPart(name: Self.suppressedName, output, delivery: DeliveryDefaults()))
      }
    }
    let diagnostics = problems.diagnostics
    var files = FileDependencies()
    for part in recorded { files.add(part.files.dependencies) }
    guard !diagnostics.contains(where: { $0.severity == .error }), let suppressed else {
      return Outcome(parts: nil, diagnostics: diagnostics, files: files)
    }
    let routes = configuration.routes.map { route in
      Route(
        name: route.name, condition: route.condition,
        outputs: route.outputs.compactMap { name in outputs.firstIndex { $0.name == name.name } },
        continues: route.continues)
    }
    var parts = GatewayParts(
      inputs: inputs, formats: formats, detectors: detectors, enrichers: enrichers, outputs: outputs, routes: routes,
      suppressedOutput: suppressed, deadLetters: configuration.deadLetters.path, stateFolder: state,
      silences: SilenceRules(
        longest: configuration.longestSilence,
        notices: configuration.silenceNotices.compactMap { name in outputs.firstIndex { $0.name == name.name } }))
    parts.deadLetterAge = configuration.deadLetterAge
    parts.survivesPowerFailure = configuration.durability == .power
    parts.signatures = signatures.merging(inputSignatures) { _, new in new }
    for (key, files) in recorded { parts.signatures["files/" + key] = files.dependencies.signature }
    return Outcome(parts: parts, diagnostics: diagnostics, files: files)
  }

  /// What the configuration says of each part but inputs; see `GatewayParts.signatures`.
  private var signatures: [String: String] {
    let configuration = loaded.configuration
    var signatures = [
      "durability": configuration.durability.rawValue, "formats": configuration.formatsSignature,
      "suppressed": configuration.suppressedOutput?.name ?? "",
      "dead_letters": "\(configuration.deadLetters.path) \(configuration.deadLetterAge)",
      "silences": "\(configuration.longestSilence) \(configuration.silenceNotices.map(\.name))",
      "output/" + Self.suppressedName: "given",
    ]
    for part in configuration.enrichers { signatures["enricher/" + part.name] = part.signature }
    for part in configuration.detectors { signatures["detector/" + part.name] = part.signature }
    for part in configuration.outputs { signatures["output/" + part.name] = part.signature }
    for route in configuration.routes {
      let outputs = route.outputs.map(\.name).joined(separator: ",")
      signatures["route/" + route.name] = "\(route.condition?.source ?? "*") \(outputs) \(route.continues)"
    }
    return signatures
  }
}
