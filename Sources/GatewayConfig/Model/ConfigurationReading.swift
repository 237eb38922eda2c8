internal import AlertModel
internal import PluginKit

/// One configuration while it is read: section after section, each as far as it can be.
struct ConfigurationReading {
  private let catalog: PluginCatalog
  private let environment: [String: String]
  private let file: String
  private let folder: String
  private var reader: SettingReader
  private var resolver: ReferenceResolver

  init(catalog: PluginCatalog, environment: [String: String], file: String) {
    self.catalog = catalog
    self.environment = environment
    self.file = file
    folder = FilePath(file).folder
    reader = SettingReader(folder: folder)
    resolver = ReferenceResolver(environment: environment, folder: folder)
  }

  /// - Parameter tree: what is known to be wrong with the text that `root` was read from.
  mutating func read(
    _ root: LocatedNode, after tree: YAMLTree.Reading, readableByOthers mode: String?
  ) -> LoadedConfiguration {
    let switches = OutputSwitches(root, environment: environment)
    let root = resolver.resolve(switches.without(root))
    let fields = OptionFields(topLevel(root), &reader)
    let parts = fields?.read(RootParts.self, &reader) ?? RootParts()
    let inputs = PluginEntries(catalog.inputs).readList(parts.inputs, &reader)
    let detectors = PluginEntries(catalog.detectors).readList(parts.detect, &reader)
    let enrichers = PluginEntries(catalog.enrichers, remote: catalog.remoteEnrichers).readList(parts.enrichers, &reader)
    let formats = FormatSection(catalog: catalog).read(parts.formats, &reader)
    let outputs = OutputSection(types: catalog.outputs, switches: switches).read(parts.outputs, at: root.place, &reader)
    let unrouted = fields?.read(UnroutedOptions.self, &reader)?.unrouted
    let names = OutputNames(names: outputs.names, switchedOff: switches.off)
    let formatSet = formats.isEmpty ? nil : FormatSet(formats)
    let table = RouteSection(
      outputs: names, vocabulary: formatSet?.vocabulary ?? Vocabulary(), dropsUnrouted: unrouted == .drop)
    let routes = table.read(parts.routes, at: root.place, &reader)
    let suppressed = fields?.read(SuppressedOptions.self, &reader)?.suppressed.flatMap { target in
      names.find(target.to, for: "suppressed", isSwitchedOffAnError: true, &reader)
    }
    let state = stateFolder(fields)
    let deadLetters = fields?.read(DeadLetterOptions.self, &reader)?.deadLetters
    if let deadLetters, deadLetters.keep <= .zero {
      reader.report(deadLetters.$keep.error("expected a duration above 0"))
    }
    let durability = fields?.read(DurabilityOptions.self, &reader)?.durability
    let silences = fields?.read(SilenceOptions.self, &reader)?.silences ?? SilenceLimits()
    if silences.maxDuration <= .zero {
      reader.report(silences.$maxDuration.error("expected a duration above 0; without 'silences' there is a day"))
    }
    let notices = silences.to.compactMap { names.find($0, for: "silences", isSwitchedOffAnError: false, &reader) }
    fields?.reportUnknown(known: RootOptions.types.flatMap { reader.names(of: $0) }, &reader)
    warnOfSecrets(readableByOthers: mode)

    let redaction = Redaction(secrets: resolver.values.sorted())
    let configuration = GatewayConfiguration(
      file: file, folder: folder, inputs: inputs, detectors: detectors, enrichers: enrichers, outputs: outputs.plugins,
      routes: routes, formats: formats, formatSet: formatSet, formatsSignature: parts.formats?.signature ?? "",
      suppressedOutput: suppressed,
      deadLetters: deadLetters?.path ?? FilePath("dead-letters.ndjson", in: state.path, at: state.place),
      deadLetterAge: deadLetters?.keep ?? DeadLetterTarget().keep, stateFolder: state.path, statePlace: state.place,
      durability: durability ?? .process, longestSilence: silences.maxDuration, silenceNotices: notices,
      dropsUnrouted: unrouted == .drop, redaction: redaction)
    let unread = UnreadPlaces(values: resolver.failures, restsOfLines: tree.mended)
    var problems = ProblemCollector(
      file: file, redaction: redaction, unread: unread, known: tree.problems + resolver.diagnostics)
    problems.add(reader.diagnostics)
    return LoadedConfiguration(
      configuration: configuration, diagnostics: problems.diagnostics, unread: unread,
      files: [file] + resolver.files.sorted())
  }

  /// The top level without `x-…` entries: those are places for anchors.
  private func topLevel(_ root: LocatedNode) -> LocatedNode {
    guard let entries = root.entries else { return root }
    return LocatedNode(.mapping(entries.filter { !$0.key.text.hasPrefix("x-") }), at: root.place)
  }

  private mutating func stateFolder(_ fields: OptionFields?) -> FilePath {
    if let state = fields?.read(StateOptions.self, &reader)?.state { return state }
    // systemd separates several folders by colons (systemd.exec(5), RuntimeDirectory=).
    let given = environment["STATE_DIRECTORY"]?.split(separator: ":").first
    let place = SourcePlace(file: file)
    return given.map { FilePath(String($0), at: place) } ?? FilePath("weir-state", in: folder, at: place)
  }

  private mutating func warnOfSecrets(readableByOthers mode: String?) {
    guard let mode else { return }
    for place in reader.writtenSecrets {
      let message = "every user can read this secret, since the file's mode is \(mode); chmod 600 it, or write ${NAME}"
      reader.report(Diagnostic(.warning, message, at: place))
    }
  }
}
