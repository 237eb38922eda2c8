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
    let count = parts.outputs.count
    Terminal.say(
      "\(configuration.file): \(Terminal.styled("right", .green)): \(parts.enrichers.count) enrichers, "
        + "\(parts.routes.count) routes, \(count) outputs")
  }
}
