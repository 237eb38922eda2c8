internal import ArgumentParser
internal import BundledPlugins
internal import Foundation
internal import Gateway
internal import GatewayConfig
internal import PluginKit

/// `-c FILE`, and what comes of it.
struct ConfigurationOption: ParsableArguments {
  @Option(name: [.customShort("c"), .customLong("config")], help: "The configuration file.")
  var path = "config.yaml"

  /// Reads the configuration and makes its parts. Shows every problem.
  ///
  /// - Throws: `ExitCode.configuration` where there is an error.
  func assemble(_ environment: CommandEnvironment) throws -> (configuration: GatewayConfiguration, parts: GatewayParts)
  {
    let loaded = try load()
    let outcome = Assembly(loaded) { name, vocabulary, state in
      environment.context(named: name, vocabulary: vocabulary, stateFolder: state)
    } file: { path, context in
      try BundledPlugins.fileOutput(path, context: context)
    } silencing: { context in
      try BundledPlugins.silences(context: context)
    }.assemble()
    Self.show(outcome.diagnostics + environment.files.warnings)
    guard let parts = outcome.parts else { throw ExitCode.configuration }
    return (loaded.configuration, parts)
  }

  /// Reads the configuration file alone.
  func load() throws -> LoadedConfiguration {
    let loader = ConfigurationLoader(
      catalog: WeirCommand.catalog, environment: ProcessInfo.processInfo.environment)
    do throws(ConfigurationError) {
      return try loader.load(path)
    } catch {
      Self.show(error.diagnostics)
      throw ExitCode.configuration
    }
  }

  static func show(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics {
      let style: Terminal.Style = diagnostic.severity == .error ? .red : .yellow
      let word = "\(diagnostic.severity.rawValue):"
      Terminal.say("\(diagnostic.place): \(Terminal.styled(word, style)) \(diagnostic.message)")
    }
  }
}
