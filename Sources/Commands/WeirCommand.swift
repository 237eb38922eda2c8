public import ArgumentParser
internal import CMemory
internal import Glibc
public import PluginKit

/// The command `weir`. A program of your own can be a `weir` with more plugins:
///
/// ```swift
/// await WeirCommand.run(BundledPlugins.catalog + [MyOutput.self])
/// ```
public struct WeirCommand: AsyncParsableCommand {
  /// The version of this Weir, by semantic versioning.
  public static let version = "0.1.0"

  public static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract: "Reads security alerts, adds what responders need, holds back the known, delivers the rest.",
    discussion: """
      Data goes to standard output, everything else to standard error.

      Exit codes: 0 all is well; 1 the answer is no (nothing matched, a test failed, a limit of 'replay' was passed); 64 \
      the command line or an expression on it is wrong; 65 a part of the input, or an alert, could not be processed; 69 \
      something that must be there is not; 70 the ledger does not balance, which is a fault in weir; 74 standard output \
      cannot be written; 75 alerts are left for the next run; 78 the configuration is wrong.
      """,
    version: version,
    subcommands: [
      RunCommand.self, CheckCommand.self, MatchCommand.self, NormalizeCommand.self, ShowCommand.self,
      PluginsCommand.self,
      SchemaCommand.self,
      ExplainCommand.self, TestCommand.self, ReplayCommand.self, OutboxCommand.self, GraphCommand.self,
      SilenceCommand.self, ReportCommand.self, InitCommand.self, ImportExceptionsCommand.self,
    ])

  public init() {}

  /// The plugins that commands know; set for the time of `run`.
  @TaskLocal static var catalog = PluginCatalog()

  /// Runs the command that the process's arguments name, and ends the process with its exit code.
  public static func run(_ catalog: PluginCatalog) async -> Never {
    // A closed pipe is an error that the write reports, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    // Buffers of batches come and go all the time; keeping them in the heap spares the kernel from clearing their pages.
    mallopt(M_MMAP_THRESHOLD, 256 << 20)
    mallopt(M_TRIM_THRESHOLD, 256 << 20)
    await $catalog.withValue(catalog) { await run(Array(CommandLine.arguments.dropFirst())) }
    Glibc.exit(0)
  }

  private static func run(_ arguments: [String]) async {
    do {
      var command = try await command(ArgumentOrder.ordered(arguments, below: WeirCommand.self))
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      let text = fullMessage(for: error)
      let code = exitCode(for: error)
      // Help was asked for: a disk that is full is told of, unlike by `exit(withError:)`.
      if !text.isEmpty { code == .success ? Terminal.print(text) : Terminal.say(text) }
      Glibc.exit(code.rawValue)
    }
  }

  /// The command that the arguments name.
  ///
  /// Nearly always there is nothing to say but that: then one command is parsed alone, which spares a start a millisecond.
  /// Help and mistakes are told by the whole.
  private static func command(_ arguments: [String]) async throws -> any ParsableCommand {
    if let word = arguments.first,
      let named = configuration.subcommands.first(where: { $0.configuration.commandName == word }),
      named.configuration.subcommands.isEmpty, let command = try? named.parse(Array(arguments.dropFirst()))
    {
      return command
    }
    return try await asyncParseAsRoot(arguments)
  }
}
