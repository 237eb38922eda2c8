internal import AlertModel
internal import ArgumentParser
internal import KQL
internal import Outbox
internal import PluginKit
internal import Synchronization

/// Which deliveries of which outbox are meant.
struct DeliverySelection: ParsableArguments {
  @OptionGroup var config: ConfigurationOption

  @Option(help: "The state folder, where it is not the configuration's.")
  var state: String?

  @Argument(help: "Ids of alerts.")
  var ids: [String] = []

  @Option(help: "Only for this output; may be given several times.")
  var output: [String] = []

  @Option(
    help: "Only what the outbox accepted longer ago than this: 30s, 10m, 2h, 7d.",
    transform: DurationArgument.init(text:))
  var olderThan: DurationArgument?

  @Option(help: "Only alerts that match this KQL expression.")
  var match: String?

  @Flag(help: "Only what was given up on.")
  var dead = false

  @Flag(help: "Only what waits, for its first try or another.")
  var pending = false

  /// True where something says which are meant.
  var isNarrow: Bool {
    !ids.isEmpty || !output.isEmpty || olderThan != nil || match != nil || dead || pending
  }

  func validate() throws {
    if let match, match.allSatisfy({ $0 == "*" || $0 == ":" || $0.isWhitespace }) {
      throw ValidationError("--match: '\(match)' is met by every alert; leave it out, or say what is meant")
    }
  }

  /// Opens the outbox.
  ///
  /// - Parameter mayBeMissing: whether an outbox that is not there is an empty one.
  /// - Returns: nil where it is not there and may be.
  func open(mayBeMissing: Bool = false) throws -> OutboxDesk? {
    let environment = CommandEnvironment(logLevel: .error)
    let folder: String
    let formats: FormatSet
    var configured: [String] = []
    if let state {
      folder = state
      formats = FormatSet(WeirCommand.catalog.formats)
    } else {
      let configuration = try config.loadDespiteMistakes()
      folder = configuration.stateFolder
      configured = configuration.outputs.map(\.name)
      formats = FormatSet(configuration.formats.isEmpty ? WeirCommand.catalog.formats : configuration.formats)
    }
    let filter = try filter(formats, now: environment.clock.now)
    let desk: OutboxDesk
    do throws(OutboxError) {
      let inspector = try OutboxInspector(
        folder: folder, formats: formats.formats.map(\.name), logger: environment.logger)
      desk = OutboxDesk(inspector, folder: folder, formats, filter, now: environment.clock.now)
    } catch {
      if mayBeMissing, !Outbox.exists(in: folder) {
        try checkOutputs(among: configured, of: "the configuration '\(config.path)'")
        Terminal.say("\(error)")
        return nil
      }
      Terminal.say("error: \(error)")
      throw ExitCode.unavailable
    }
    let kept = try desk.attempt { try desk.inspector.backlog() }.map(\.output)
    let places = "\(state == nil ? "the configuration '\(config.path)' and " : "")the outbox in '\(folder)'"
    try checkOutputs(among: configured + kept.filter { !configured.contains($0) }, of: places)
    return desk
  }

  /// Ends with exit code 64 where an output is named that is none. Nothing is known of what `known` does not have.
  private func checkOutputs(among known: [String], of places: String) throws {
    guard !known.isEmpty else { return }
    let unknown = output.filter { !known.contains($0) }
    for name in unknown {
      let hint =
        Suggestion.closest(to: name, in: known).map { "did you mean '\($0)'?" }
        ?? "known are \(known.map { "'\($0)'" }.joined(separator: ", "))"
      Terminal.say("error: --output: there is no output '\(name)' in \(places); \(hint)")
    }
    if !unknown.isEmpty { throw ExitCode.usage }
  }

  private func filter(_ formats: FormatSet, now: Timestamp) throws -> DeliveryFilter {
    var filter = DeliveryFilter()
    filter.outputs = Set(output)
    filter.alertIDs = Set(ids)
    if dead { filter.states.insert(.dead) }
    if pending { filter.states.formUnion([.pending, .retrying]) }
    if let age = olderThan?.duration { filter.acceptedBefore = now - age }
    if let match {
      let matcher = StoredAlertMatcher(try Condition(commandLine: match, formats), formats, now: now)
      filter.matches = { matcher.matches($0) }
    }
    return filter
  }
}

/// An outbox that a person works at.
struct OutboxDesk {
  let inspector: OutboxInspector
  /// Those that the alerts in it are read with.
  let formats: FormatSet
  let filter: DeliveryFilter
  let now: Timestamp
  private let folder: String
  private let found = FoundIDs()

  init(_ inspector: OutboxInspector, folder: String, _ formats: FormatSet, _ filter: DeliveryFilter, now: Timestamp) {
    self.inspector = inspector
    self.formats = formats
    self.folder = folder
    self.now = now
    var filter = filter
    if !filter.alertIDs.isEmpty {
      filter.matches = { [found, matches = filter.matches] alert in
        guard matches?(alert) ?? true else { return false }
        found.insert(alert.id)
        return true
      }
    }
    self.filter = filter
  }

  /// Ends with exit code 1 where ids were named, one of which may be a misspelt command, under which there was nothing.
  func checkFound() throws {
    let missing = filter.alertIDs.subtracting(found.all).sorted()
    guard !missing.isEmpty else { return }
    Terminal.say(
      "error: the outbox in '\(folder)' has no such delivery: \(missing.joined(separator: " ")); 'weir outbox list' has "
        + "the ids of all that wait or were given up on")
    throw ExitCode.no
  }

  /// Says what went wrong, and ends with exit code 69.
  func attempt<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      Terminal.say("error: \(error)")
      throw ExitCode.unavailable
    }
  }
}

/// The ids of the deliveries that were met.
private final class FoundIDs: Sendable {
  private let ids = Mutex<Set<String>>([])

  func insert(_ id: String) { ids.withLock { _ = $0.insert(id) } }
  var all: Set<String> { ids.withLock { $0 } }
}

/// Asks a condition about alerts as the outbox has them.
private final class StoredAlertMatcher: Sendable {
  private let condition: Condition
  private let now: Timestamp
  private let reader: Mutex<AlertReader>

  init(_ condition: Condition, _ formats: FormatSet, now: Timestamp) {
    self.condition = condition
    self.now = now
    reader = Mutex(AlertReader(vocabulary: formats.vocabulary))
  }

  /// False for what cannot be read, which only damaged state can bring about.
  func matches(_ alert: OutgoingAlert) -> Bool {
    reader.withLock { reader in
      (try? reader.read(alert) { condition.matches($0, now: now) }) ?? false
    }
  }
}
