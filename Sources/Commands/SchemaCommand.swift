internal import ArgumentParser
internal import GatewayConfig
internal import PluginKit

/// `weir schema`: for editors.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON Schema of the configuration, of allowlist files, or of test files.",
    discussion: """
      An editor uses it where a file begins with a line such as \
      '# yaml-language-server: $schema=weir.schema.json' (the name of the file that has the schema).
      """)

  @Argument(help: "What for: config, test, or what plugins read: allowlist.")
  var name = "config"

  func run() throws {
    let schemas = Self.all
    guard let schema = schemas.first(where: { $0.name == name }) else {
      let known = schemas.map { "'\($0.name)'" }.joined(separator: ", ")
      Terminal.say("error: there is no schema '\(name)'; known are \(known)")
      throw ExitCode.usage
    }
    Terminal.print(schema.text)
  }

  /// Every schema by its name.
  static var all: [(name: String, text: String)] {
    let schema = ConfigurationSchema(catalog: WeirCommand.catalog)
    let files = schema.files + [TestFile.fileSchema]
    return [("config", schema.text)] + files.map { ($0.name, ConfigurationSchema.text(of: $0)) }
  }
}
