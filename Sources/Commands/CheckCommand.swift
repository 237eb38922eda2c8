internal import ArgumentParser
internal import PluginKit

/// `weir check`: is this configuration right?
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a configuration and every file that it names. Connects to nothing.",
    discussion: "Shows every problem with its place. Exit code 0 where it can be run, 78 where it cannot.")

  @OptionGroup var config: ConfigurationOption

  func run() async throws {
    let environment = CommandEnvironment()
    let (configuration, parts) = try config.assemble(environment)
    ConfigurationOption.show(Lint.diagnostics(parts, configuration, now: environment.clock.now))
    if let problem = StateFolder(path: parts.stateFolder).problem {
      Terminal.say("\(configuration.file): \(Terminal.styled("error: ", .red))\(problem)")
      throw ExitCode.configuration
    }
    Terminal.say(
      "\(configuration.file): \(Terminal.styled("right", .green)): "
        + "\(String.counted(configuration.enrichers.count, "enricher")), \(String.counted(parts.routes.count, "route")), "
        + String.counted(configuration.outputs.count, "output"))
  }
}
