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
    return (loaded.configuration, try parts(of: loaded, environment).parts)
  }

  /// Makes the parts of a configuration. Shows every problem.
  ///
  /// - Throws: `ExitCode.configuration` where there is an error.
  func parts(
    of loaded: LoadedConfiguration, _ environment: CommandEnvironment
  ) throws -> (parts: GatewayParts, files: FileDependencies) {
    let outcome = Self.assemble(loaded, environment)
    Self.show(outcome.diagnostics)
    guard let parts = outcome.parts else { throw ExitCode.configuration }
    return (parts, outcome.files)
  }

  static func assemble(_ loaded: LoadedConfiguration, _ environment: CommandEnvironment) -> Assembly.Outcome {
    let outcome = Assembly(loaded) { name, vocabulary, state in
      environment.context(named: name, vocabulary: vocabulary, stateFolder: state)
    } file: { [durability = loaded.configuration.durability] path, context in
      try BundledPlugins.fileOutput(path, survivesPowerFailure: durability == .power, context: context)
    } silencing: { context in
      try BundledPlugins.silences(context: context)
    }.assemble()
    return Assembly.Outcome(
      parts: outcome.parts, diagnostics: outcome.diagnostics + environment.files.warnings, files: outcome.files)
  }

  /// Reads the configuration file alone. Shows every problem that keeps it from being read at all.
  func load() throws -> LoadedConfiguration {
    do throws(ConfigurationError) {
      return try read(WeirCommand.catalog)
    } catch {
      Self.show(error.diagnostics)
      throw ExitCode.configuration
    }
  }

  /// Reads the configuration file for what is in its state folder: mistakes are shown, and hide nothing that is there.
  func loadDespiteMistakes() throws -> GatewayConfiguration {
    let loaded = try load()
    Self.show(loaded.errors)
    return loaded.configuration
  }

  /// Reads the configuration file, and shows nothing.
  func read(_ catalog: PluginCatalog) throws(ConfigurationError) -> LoadedConfiguration {
    try Self.read(path, catalog)
  }

  static func read(_ path: String, _ catalog: PluginCatalog) throws(ConfigurationError) -> LoadedConfiguration {
    try ConfigurationLoader(catalog: catalog, environment: ProcessInfo.processInfo.environment).load(path)
  }

  /// What is right and what is wrong, with nothing shown.
  func examine(_ environment: CommandEnvironment) -> Examination {
    do throws(ConfigurationError) {
      let loaded = try read(WeirCommand.catalog)
      let outcome = Self.assemble(loaded, environment)
      return Examination(
        file: path, parts: outcome.parts.map { (loaded.configuration, $0) }, diagnostics: outcome.diagnostics)
    } catch {
      return Examination(file: path, parts: nil, diagnostics: error.diagnostics)
    }
  }

  /// A configuration, as far as it can be made, and what is to be said about it.
  struct Examination {
    let file: String
    /// Nil where there is an error.
    let parts: (configuration: GatewayConfiguration, made: GatewayParts)?
    let diagnostics: [Diagnostic]
  }

  static func show(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics {
      let style: Terminal.Style = diagnostic.severity == .error ? .red : .yellow
      let word = "\(diagnostic.severity.rawValue):"
      // A query is shown with its lines; what a file has besides must not reach the terminal as it is.
      let message = diagnostic.message.split(separator: "\n", omittingEmptySubsequences: false)
        .map { VisibleText.escaped(String($0)) }.joined(separator: "\n")
      Terminal.say("\(diagnostic.place): \(Terminal.styled(word, style)) \(message)")
    }
  }
}
