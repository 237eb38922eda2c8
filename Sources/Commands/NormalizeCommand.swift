internal import AlertModel
internal import ArgumentParser
internal import PluginKit

/// `weir normalize`: the ECS view.
struct NormalizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "normalize",
    abstract: "Prints the ECS view of each alert, one JSON object a line.",
    discussion: "What conditions, allowlists and templates can ask for, whatever detector the alert is from.")

  @OptionGroup var config: FormatsOption

  @Argument(help: "Files (plain or gzip); '-' or none is standard input.")
  var files: [String] = []

  func run() async throws {
    let environment = CommandEnvironment(logLevel: .error)
    let formats = try config.formats()
    let visitor = AlertVisitor(formats: formats) { alert, _, desk in
      desk.view.appendECS(of: alert, to: &desk.output)
      desk.output.append(0x0A)
    }
    let context = environment.context(named: "normalize", vocabulary: formats.vocabulary)
    guard try await visitor.visit(files, context: context) else { throw ExitCode.badData }
  }
}
