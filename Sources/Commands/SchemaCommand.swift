internal import ArgumentParser
internal import GatewayConfig

/// `weir schema`: for editors.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Prints the JSON Schema of the configuration.")

  func run() throws {
    Terminal.print(ConfigurationSchema(catalog: WeirCommand.catalog).text)
  }
}
