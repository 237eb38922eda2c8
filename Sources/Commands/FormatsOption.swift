internal import ArgumentParser
internal import GatewayConfig
internal import PluginKit

/// `-c FILE` of commands that need no configuration, but recognise alerts: its `formats` are known to them too.
struct FormatsOption: ParsableArguments {
  @Option(
    name: [.customShort("c"), .customLong("config")],
    help: "A configuration file; its 'formats' are known too. Without it, the formats that ship.")
  var path: String?

  /// How documents are recognised.
  ///
  /// - Throws: `ExitCode.configuration` where the configuration has an error, after having shown every one.
  func formats() throws -> FormatSet {
    let catalog = WeirCommand.catalog
    guard let path else { return FormatSet(catalog.formats) }
    do throws(ConfigurationError) {
      let configuration = try ConfigurationOption.read(path, catalog).checked()
      return configuration.formatSet ?? FormatSet(configuration.formats)
    } catch {
      ConfigurationOption.show(error.diagnostics)
      throw ExitCode.configuration
    }
  }
}
