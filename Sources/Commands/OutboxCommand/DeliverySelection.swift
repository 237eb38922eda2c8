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

  @Option(help: "Only what the outbox accepted longer ago than this: 30s, 10m, 2h, 7d.")
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

  /// Ends with exit code 1 where ids were named, one of which may be a misspelt command, and nothing was found.
  func checkFound(_ count: Int) throws {
    guard count == 0, !ids.isEmpty else { return }
    Terminal.say("error: no such delivery: \(ids.joined(separator: " ")); 'weir outbox list' has their ids")
    throw ExitCode.no
  }

  /// Opens the outbox.
  ///
  /// - Parameter mayBeMissing: whether an outbox that is not there is an empty one.
  /// - Returns: nil where it is not there and may be.
  func open(mayBeMissing: Bool = false) throws -> OutboxDesk? {
    let environment = CommandEnvironment(logLevel: .error)
    let folder: String
    let formats: FormatSet
    if let state {
      folder = state
      formats = FormatSet(WeirCommand.catalog.formats)
    } else {
      let configuration = try config.loadDespiteMistakes()
      folder = configuration.stateFolder
      formats = FormatSet(configuration.formats.isEmpty ? WeirCommand.catalog.formats : configuration.formats)
    }
    let filter = try filter(formats, now: environment.clock.now)
    do throws(OutboxError) {
      let inspector = try OutboxInspector(
        folder: folder, formats: formats.formats.map(\.name), logger: environment.logger)
      return OutboxDesk(inspector: inspector, filter: filter, now: environment.clock.now)
    } catch {
      if mayBeMissing, !Outbox.exists(in: folder) {
        Terminal.say("\(error)")
        return nil
      }
      Terminal.say("error: \(error)")
      throw ExitCode.unavailable
    }
  }

  private func filter(_ formats: FormatSet, now: Timestamp) throws -> DeliveryFilter {
    var filter = DeliveryFilter()
    filter.outputs = Set(output)
    filter.alertIDs = Set(ids)
    if dead { filter.states.insert(.dead) }
    if pending { filter.states.formUnion([.pending, .retrying]) }
    if let age = olderThan?.duration { filter.acceptedBefore = now - age }
    if let match {
      guard !match.allSatisfy({ $0 == "*" || $0 == ":" || $0.isWhitespace }) else {
        throw ValidationError("--match: '\(match)' is met by every alert; leave it out, or say what is meant")
      }
      do throws(KQLError) {
        let matcher = StoredAlertMatcher(try Condition(match, vocabulary: formats.vocabulary), formats, now: now)
        filter.matches = { matcher.matches($0) }
      } catch {
        Terminal.say("error: \(error)")
        throw ExitCode.usage
      }
    }
    return filter
  }
}

/// An outbox that a person works at.
struct OutboxDesk {
  let inspector: OutboxInspector
  let filter: DeliveryFilter
  let now: Timestamp

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
