internal import ArgumentParser
internal import BundledPlugins
internal import Foundation
internal import Gateway
internal import GatewayConfig
internal import Glibc
internal import Outbox
internal import PluginKit

/// `weir run`: the gateway.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    // So that the parser does not look whether a completion script is asked for, at each start.
    commandName: "run", _superCommandName: "weir",
    abstract: "Runs the gateway.",
    discussion: """
      Reads from the configured inputs, or from the files named here, to their end; then waits until everything is \
      delivered, at the most for --drain-timeout. What is left stays in the state folder for the next run (exit code 75). \
      Interrupted, it delivers what it has read, within the same time; interrupted again, it ends at once. SIGHUP makes \
      it read its configuration again.
      """)

  @OptionGroup var config: ConfigurationOption

  @Argument(
    help: "Files to read in this order, in place of the configured inputs (plain or gzip); '-' is standard input.")
  var files: [String] = []

  @Option(help: "Writes the ledger to this file, as JSON.")
  var ledger: String?

  @Option(help: "How long to wait for outputs at the end. Without it 30s.", transform: DurationArgument.init(text:))
  var drainTimeout = DurationArgument(.seconds(30))

  @Flag(help: "Reads the configuration again whenever it changes, too; tables and allowlists are, in any case.")
  var watch = false

  @Flag(help: "Shows no progress and no summary.")
  var quiet = false

  func run() async throws {
    // From the first moment: until now it would have ended the process.
    let hangUp = ProcessSignal(SIGHUP)
    let environment = CommandEnvironment(logLevel: quiet ? .error : .notice)
    if let ledger { try checkCanWrite(ledger) }
    let loaded = try config.load()
    let made = try config.parts(of: loaded, environment)
    let parts = try withInputs(made.parts, environment)
    let opener = OutboxOpener(configuration: loaded.configuration, environment: environment)
    let outbox = try opener.open(parts)
    let progress = quiet ? nil : ProgressLine()
    let gateway = Gateway(
      parts, outbox: outbox, openOutbox: { try opener.openLater(parts) }, clock: environment.clock,
      logger: environment.logger, drainTimeout: drainTimeout.duration, watch: { progress?.show($0) })
    let reloader = reloader(loaded, made.files, environment)
    hangUp.handle { reloader.request() }
    let stops = StopSignals { gateway.stopReading() }
    defer { withExtendedLifetime((hangUp, stops)) {} }
    TerminalInput.announce(parts)
    var unread = UnreadInput(parts, areFilesNamed: !files.isEmpty)
    unread.warn()
    let outcome: Gateway.Outcome
    do {
      outcome = try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await reloader.run(gateway) }
        group.addTask { await ProgramCode.giveBackAfterStart() }
        defer { group.cancelAll() }
        return try await gateway.run()
      }
    } catch {
      progress?.clear()
      Terminal.say("error: \(error)")
      throw ExitCode.unavailable
    }
    progress?.clear()
    unread.warn()
    for error in outcome.inputErrors { Terminal.say("error: \(error)") }
    if !quiet {
      LedgerSummary(
        ledger: outcome.ledger, unreadable: outcome.unreadable, deadLetters: gateway.parts.deadLetters
      ).show()
    }
    if let ledger { try FileWriting.write(outcome.ledger.json + "\n", to: ledger, as: "ledger") }
    try exit(with: outcome, mayHaveLostMore: outbox?.recovery?.mayHaveLostMore ?? false)
  }

  /// The parts with what is to be read: files named on the command line, else the configured inputs, else standard input.
  private func withInputs(_ parts: GatewayParts, _ environment: CommandEnvironment) throws -> GatewayParts {
    guard !files.isEmpty || parts.inputs.isEmpty else { return parts }
    var parts = parts
    func context(_ name: String) -> PluginContext {
      environment.context(named: name, vocabulary: parts.formats.vocabulary, stateFolder: parts.stateFolder)
    }
    func input(_ name: String, files: [String]) -> [InputPart] {
      if files.isEmpty { return [] }
      return [InputPart(name: name, BundledPlugins.commandLineInput(files: files, context: context(name)))]
    }
    // Files are one input, but for those that are named behind standard input.
    let place = files.firstIndex(of: "-") ?? files.endIndex
    var inputs = input(place == 1 ? files[0] : "files", files: Array(files[..<place]))
    if place < files.endIndex || files.isEmpty {
      inputs.append(InputPart(name: "stdin", try BundledPlugins.commandLineInput("-", context: context("stdin"))))
      // It is at its end by then: named again, it has nothing more.
      inputs += input("files behind standard input", files: files[place...].filter { $0 != "-" })
    }
    parts.useInputs(inputs)
    return parts
  }

  private func reloader(
    _ loaded: LoadedConfiguration, _ files: FileDependencies, _ environment: CommandEnvironment
  ) -> Reloader {
    // The task's: the thread that reads has none.
    let catalog = WeirCommand.catalog
    let source = Reloader.Source { () throws(ConfigurationError) in
      try config.read(catalog)
    } assemble: { loaded in
      let environment = environment.fresh
      let outcome = ConfigurationOption.assemble(loaded, environment)
      return Assembly.Outcome(
        parts: outcome.parts.flatMap { try? withInputs($0, environment) }, diagnostics: outcome.diagnostics,
        files: outcome.files)
    } show: { diagnostics in
      ConfigurationOption.show(diagnostics)
    }
    return Reloader(
      loaded, files: files, source: source, watchesConfiguration: watch,
      journal: ReloadJournal(folder: loaded.configuration.stateFolder), clock: environment.clock,
      logger: environment.logger)
  }

  /// Finds out before anything is read whether the ledger can be written at the end.
  private func checkCanWrite(_ path: String) throws {
    let folder = FilePath(path).folder
    var status = stat()
    let problem: String? =
      if stat(folder, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
        "'\(folder)' is no folder"
      } else if access(folder, W_OK | X_OK) != 0 {
        "the folder '\(folder)': \(String(cString: strerror(errno)))"
      } else if stat(path, &status) != 0 {
        nil
      } else if status.st_mode & S_IFMT == S_IFDIR {
        "it is a folder"
      } else if status.st_mode & S_IFMT == S_IFREG, !isLedger(path) {
        "there is a file that is no ledger"
      } else {
        nil
      }
    guard let problem else { return }
    Terminal.say("error: the ledger cannot be written to '\(path)': \(problem); name another file with --ledger")
    throw ExitCode.unavailable
  }

  /// False for a file that holds something else, which may be the alerts or the configuration.
  private func isLedger(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    let beginning = Array(#"{"read":"#.utf8)
    let bytes = (try? file.read(upToCount: beginning.count)) ?? nil
    return bytes.map { Array($0) == beginning } ?? true
  }

  /// Ends with the exit code that says what is to be looked at, the most serious first.
  ///
  /// - Parameter mayHaveLostMore: whether a damaged state file cannot say all that it lost.
  private func exit(with outcome: Gateway.Outcome, mayHaveLostMore: Bool) throws {
    let ledger = outcome.ledger
    if !ledger.isBalanced {
      Terminal.say("error: the ledger does not balance; this is a fault in weir: \(ledger.json)")
      throw ExitCode.brokenPromise
    }
    if ledger.pending > 0 || outcome.fellBehind { throw ExitCode.leftPending }
    let deadLetters = ledger.alerts.deadLettered + ledger.outputs.reduce(0) { $0 + $1.deadLettered }
    let isIncomplete = outcome.unreadable > 0 || !outcome.inputErrors.isEmpty || mayHaveLostMore
    if isIncomplete || deadLetters + ledger.lost > 0 {
      throw ExitCode.badData
    }
  }
}
