public import GatewayConfig
public import Logging
public import PluginKit
internal import Synchronization

/// Gives a running gateway new configurations: when it is asked to, when the configuration changes (if that is watched),
/// and when a file changes that the configuration names, such as a table or an allowlist.
///
/// What is wrong with a new configuration is shown, all of it, and the one before goes on.
public final class Reloader: Sendable {
  /// How files become parts.
  public struct Source: Sendable {
    /// Reads the configuration file.
    public let load: @Sendable () throws(ConfigurationError) -> LoadedConfiguration
    /// Makes the parts of a configuration, reading the files that it names.
    public let assemble: @Sendable (LoadedConfiguration) -> Assembly.Outcome
    /// Shows problems to a person.
    public let show: @Sendable ([Diagnostic]) -> Void

    public init(
      load: @escaping @Sendable () throws(ConfigurationError) -> LoadedConfiguration,
      assemble: @escaping @Sendable (LoadedConfiguration) -> Assembly.Outcome,
      show: @escaping @Sendable ([Diagnostic]) -> Void
    ) {
      self.load = load
      self.assemble = assemble
      self.show = show
    }
  }

  /// How often files are looked at where nothing tells of changes.
  static let pollInterval = Duration.seconds(2)
  /// How long a changed file must be left alone before it is read: its writer may not be done.
  static let settleTime = Duration.milliseconds(250)
  /// How often that is waited for at the most.
  private static let mostSettling = 20

  private let source: Source
  private let clock: any GatewayClock
  private let logger: Logger
  private let journal: ReloadJournal
  private let watcher = FolderWatcher(.contents)
  private let thread = BlockingThread("reload")
  private let isAsked = Atomic(false)
  private let running: Mutex<Running>
  private let watchesConfiguration: Bool

  /// What the gateway runs, and the files as they were when they were read last.
  private struct Running {
    var loaded: LoadedConfiguration
    var configurationFiles: FileDependencies
    var files: FileDependencies
  }

  private enum Cause {
    case asked
    case configurationChanged([String])
    case filesChanged([String])

    var text: String {
      switch self {
      case .asked: "SIGHUP"
      case .configurationChanged: "the configuration changed"
      case .filesChanged: "files changed"
      }
    }

    var files: [String] {
      switch self {
      case .asked: []
      case .configurationChanged(let files), .filesChanged(let files): files
      }
    }
  }

  /// - Parameters:
  ///   - loaded: the configuration that runs.
  ///   - files: what its parts have read.
  ///   - watchesConfiguration: whether a change of the configuration file is a reason to reload.
  public init(
    _ loaded: LoadedConfiguration, files: FileDependencies, source: Source, watchesConfiguration: Bool,
    journal: ReloadJournal, clock: any GatewayClock, logger: Logger
  ) {
    self.source = source
    self.watchesConfiguration = watchesConfiguration
    self.journal = journal
    self.clock = clock
    self.logger = logger
    running = Mutex(Running(loaded: loaded, configurationFiles: FileDependencies(loaded.files), files: files))
  }

  /// Asks for a reload; may be called at any time and any number of times. Asked for while one is under way, it is done
  /// once more after it.
  public func request() {
    isAsked.store(true, ordering: .releasing)
    watcher.wake()
  }

  /// Serves a gateway until the task is cancelled. A run that is over sooner than `pollInterval` watches nothing: the
  /// system takes some milliseconds to end a watch.
  public func run(_ gateway: Gateway) async {
    while true {
      if !isAsked.load(ordering: .acquiring) {
        await watcher.waitForChange(atMost: Self.pollInterval, clock: clock)
      }
      guard !Task.isCancelled else { return }
      watchFolders()
      if isAsked.exchange(false, ordering: .acquiring) {
        await reload(gateway, .asked)
      } else if let cause = await changes() {
        await reload(gateway, cause)
      }
    }
  }

  private func watchFolders() {
    let folders = running.withLock { running in
      running.files.folders.union(watchesConfiguration ? running.configurationFiles.folders : [])
    }
    for folder in folders { watcher.watch(folder) }
  }

  /// Why there is something to do; nil where there is not.
  private func changes() async -> Cause? {
    let (configuration, files) = running.withLock { ($0.configurationFiles, $0.files) }
    if watchesConfiguration, let changed = await settledChanges(of: configuration) {
      return .configurationChanged(changed)
    }
    return await settledChanges(of: files).map { .filesChanged($0) }
  }

  /// The files that changed, when nobody writes to them any more; nil where none did.
  private func settledChanges(of files: FileDependencies) async -> [String]? {
    var changed = (try? await thread.run { files.changed }) ?? []
    guard !changed.isEmpty else { return nil }
    var before = (try? await thread.run { files.now }) ?? files
    for _ in 0..<Self.mostSettling {
      guard (try? await clock.sleep(for: Self.settleTime)) != nil else { return nil }
      let state = before
      guard let moved = try? await thread.run({ state.changed }), !moved.isEmpty else { break }
      changed = Array(Set(changed).union(moved)).sorted()
      before = (try? await thread.run { state.now }) ?? before
    }
    return changed
  }

  private func reload(_ gateway: Gateway, _ cause: Cause) async {
    let record: ReloadJournal.Record.Result
    do {
      let changes = try await exchange(gateway, cause)
      logger.notice("configuration reloaded (\(cause.text)): \(Self.summary(changes))")
      record = .applied(changes)
    } catch is CancellationError {
      return
    } catch {
      let problems = (error as? ConfigurationError)?.diagnostics.map { "\($0.place): \($0.message)" } ?? ["\(error)"]
      if let error = error as? ConfigurationError { source.show(error.diagnostics) }
      let reason = error is ConfigurationError ? "see above" : "\(error)"
      logger.error("the configuration was not taken over (\(cause.text)); the one before goes on: \(reason)")
      record = .refused(problems)
    }
    let (journal, now) = (journal, clock.now)
    do {
      try await thread.run {
        try journal.append(ReloadJournal.Record(cause: cause.text, files: cause.files, result: record), at: now)
      }
    } catch {
      logger.warning("the record of reloads: \(error)")
    }
  }

  private static func summary(_ changes: [String]) -> String {
    guard !changes.isEmpty else { return "nothing is different" }
    let shown = changes.prefix(20).joined(separator: "; ")
    return changes.count > 20 ? "\(shown); and \(changes.count - 20) more, see \(ReloadJournal.fileName)" : shown
  }

  /// Makes new parts and hands them to the gateway.
  ///
  /// What was tried and is wrong is not tried again until one of its files changes.
  private func exchange(_ gateway: Gateway, _ cause: Cause) async throws -> [String] {
    let (source, before) = (source, running.withLock { $0 })
    if case .filesChanged = cause {
      running.withLock { $0.files = before.files.now }
      return try await takeOver(before.loaded, gateway) { _ in }
    }
    // Before anything is read, so that what changes meanwhile is noticed.
    var read = try await thread.run { before.configurationFiles.now }
    running.withLock { $0.configurationFiles = read }
    let loaded = try await thread.run { try source.load() }
    for file in loaded.files { read.add(file) }
    let changes = try await takeOver(loaded, gateway) { [self, read] files in
      // Until it is taken over, what it reads belongs to what makes it wrong.
      var all = read
      all.add(files)
      running.withLock { $0.configurationFiles = all }
    }
    let configurationFiles = FileDependencies(loaded.files).keeping(read)
    running.withLock { $0.configurationFiles = configurationFiles }
    return changes
  }

  /// - Parameter tried: told what the configuration's parts have read, before it is known whether they can be used.
  private func takeOver(
    _ loaded: LoadedConfiguration, _ gateway: Gateway, tried: (FileDependencies) -> Void
  ) async throws -> [String] {
    let source = source
    let outcome = try await thread.run { source.assemble(loaded) }
    tried(outcome.files)
    guard let parts = outcome.parts else { throw ConfigurationError(outcome.errors) }
    source.show(outcome.diagnostics)
    let changes = try await gateway.reload(parts)
    running.withLock { running in
      running.loaded = loaded
      running.files = outcome.files
    }
    return changes
  }
}
