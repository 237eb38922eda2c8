internal import ArgumentParser
internal import PluginKit

/// `weir graph`: the flow, drawn.
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Prints the configured flow as Mermaid or DOT, with counts where a ledger is given."
  )

  @OptionGroup var config: ConfigurationOption

  @Option(help: "The language.")
  var format: Format = .mermaid

  @Option(help: "A ledger that 'weir run --ledger' wrote: its counts are shown.")
  var ledger: String?

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case mermaid, dot
  }

  func run() throws {
    let loaded = try config.load()
    ConfigurationOption.show(loaded.diagnostics)
    guard loaded.errors.isEmpty else { throw ExitCode.configuration }
    var counts: LedgerCounts?
    if let ledger {
      do {
        counts = try LedgerCounts(file: ledger)
      } catch {
        Terminal.say("error: '\(ledger)' is not a ledger that can be read; 'weir run --ledger' writes one")
        throw ExitCode.badData
      }
    }
    let graph = FlowGraph(loaded.configuration, counts: counts)
    Terminal.print(Array((format == .mermaid ? graph.mermaid : graph.dot).utf8))
  }
}
