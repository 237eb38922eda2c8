internal import ArgumentParser
internal import BundledPlugins
internal import Dispatch
internal import Foundation
internal import Gateway
internal import GatewayConfig
internal import Outbox
internal import PluginKit

/// `weir run`: the gateway.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs the gateway.",
    discussion: """
      Reads from the configured inputs, or from the files named here, to their end; then waits until everything is \
      delivered, at the most for --drain-timeout. What is left stays in the state folder for the next run (exit code 75). \
      Interrupted, it delivers what it has read, within the same time.
      """)

  @OptionGroup var config: ConfigurationOption

  @Argument(help: "Files to read in place of the configured inputs (plain or gzip); '-' is standard input.")
  var files: [String] = []

  @Option(help: "Writes the ledger to this file, as JSON.")
  var ledger: String?

  @Option(help: "How long to wait for outputs at the end.")
  var drainTimeout = DurationArgument(.seconds(30))

  @Flag(help: "Shows no progress and no summary.")
  var quiet = false

  func run() async throws {
    let environment = CommandEnvironment(logLevel: quiet ? .error : .notice)
    var (configuration, parts) = try config.assemble(environment)
    if !files.isEmpty || parts.inputs.isEmpty {
      parts.inputs = try commandLineInputs(environment, parts)
    }
    try FolderMaking.make(parts.stateFolder)
    let outbox = try openOutbox(configuration, parts, environment)
    let progress = quiet ? nil : ProgressLine()
    let gateway = Gateway(
      parts, outbox: outbox, clock: environment.clock, logger: environment.logger,
      drainTimeout: drainTimeout.duration, watch: { progress?.show($0) })
    let signals = [SIGINT, SIGTERM].map { number in StopSignal(number) { gateway.stopReading() } }
    let outcome: Gateway.Outcome
    defer { withExtendedLifetime(signals) {} }
    do {
      outcome = try await gateway.run()
    } catch {
      progress?.clear()
      Terminal.say("error: \(error)")
      throw ExitCode.unavailable
    }
    progress?.clear()
    for error in outcome.inputErrors { Terminal.say("error: \(error)") }
    if !quiet {
      LedgerSummary(ledger: outcome.ledger, unreadable: outcome.unreadable, deadLetters: parts.deadLetters).show()
    }
    if let ledger { try write(outcome.ledger, to: ledger) }
    try exit(with: outcome)
  }

  private func commandLineInputs(_ environment: CommandEnvironment, _ parts: GatewayParts) throws -> [InputPart] {
    try (files.isEmpty ? ["-"] : files).map { file in
      let name = file == "-" ? "stdin" : file
      let context = environment.context(
        named: name, vocabulary: parts.formats.vocabulary, stateFolder: parts.stateFolder)
      return InputPart(name: name, try BundledPlugins.commandLineInput(file, context: context))
    }
  }

  /// The outbox, where something is to be kept.
  private func openOutbox(
    _ configuration: GatewayConfiguration, _ parts: GatewayParts, _ environment: CommandEnvironment
  ) throws -> Outbox? {
    guard parts.needsOutbox else { return nil }
    do throws(OutboxError) {
      let outbox = try Outbox.open(
        folder: parts.stateFolder, durability: configuration.durability == .power ? .power : .process,
        formats: parts.formats.formats.map(\.name), clock: environment.clock, logger: environment.logger)
      if let recovery = outbox.recovery { Terminal.say("warning: \(recovery)") }
      return outbox
    } catch {
      Terminal.say("error: \(error)")
      throw ExitCode.unavailable
    }
  }

  private func write(_ ledger: Ledger, to path: String) throws {
    do {
      try Data((ledger.json + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      Terminal.say("error: cannot write the ledger to '\(path)': \(error.localizedDescription)")
      throw ExitCode.unavailable
    }
  }

  /// Ends with the exit code that says what is to be looked at, the most serious first.
  private func exit(with outcome: Gateway.Outcome) throws {
    let ledger = outcome.ledger
    if !ledger.isBalanced {
      Terminal.say("error: the ledger does not balance; this is a fault in weir: \(ledger.json)")
      throw ExitCode.brokenPromise
    }
    if ledger.pending > 0 { throw ExitCode.leftPending }
    let deadLetters = ledger.alerts.deadLettered + ledger.outputs.reduce(0) { $0 + $1.deadLettered }
    if outcome.unreadable > 0 || !outcome.inputErrors.isEmpty || deadLetters + ledger.lost > 0 {
      throw ExitCode.badData
    }
  }
}

/// Calls a closure when the process gets a signal, in place of ending; at the second one the process ends at once.
private final class StopSignal {
  private let source: any DispatchSourceSignal

  init(_ number: Int32, _ stop: @escaping @Sendable () -> Void) {
    signal(number, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
      stop()
      signal(number, SIG_DFL)
    }
    source.resume()
  }

  deinit { source.cancel() }
}
