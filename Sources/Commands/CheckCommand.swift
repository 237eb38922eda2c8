internal import AlertModel
internal import ArgumentParser
internal import PluginKit

/// `weir check`: is this configuration right?
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a configuration and every file that it names. Connects to nothing.",
    discussion: "Shows every problem with its place. Exit code 0 where it can be run, 78 where it cannot.")

  @OptionGroup var config: ConfigurationOption

  @Flag(help: "Prints the problems as a JSON array of objects with file, line, column, severity and message.")
  var json = false

  func run() async throws {
    let environment = CommandEnvironment()
    let examination = config.examine(environment)
    var problems = examination.diagnostics
    if let (configuration, parts) = examination.parts {
      problems += Lint.diagnostics(parts, configuration, now: environment.clock.now)
      let state = FolderToWrite(
        path: parts.stateFolder, name: "state folder", setting: "state", place: configuration.statePlace)
      let deadLetters = FolderToWrite(
        path: FilePath(parts.deadLetters).folder, name: "folder for dead letters", setting: "dead_letters",
        place: configuration.deadLetters.place)
      // They are in the state folder where nobody says otherwise.
      for folder in deadLetters.path == state.path ? [state] : [state, deadLetters] {
        guard let problem = folder.problem else { continue }
        problems.append(Diagnostic(.error, problem, at: folder.place))
      }
      if let problem = DeadLetterPlace(configuration, parts).problem {
        problems.append(Diagnostic(.error, problem, at: configuration.deadLetters.place))
      }
    }
    if json {
      let lines = problems.map { "  " + $0.json }.joined(separator: ",\n")
      Terminal.print(lines.isEmpty ? "[]" : "[\n\(lines)\n]")
    } else {
      ConfigurationOption.show(problems)
    }
    guard let (configuration, parts) = examination.parts, !problems.contains(where: { $0.severity == .error }) else {
      throw ExitCode.configuration
    }
    guard !json else { return }
    Terminal.say(
      "\(configuration.file): \(Terminal.styled("right", .green)): "
        + "\(String.counted(configuration.enrichers.count, "enricher")), \(String.counted(parts.routes.count, "route")), "
        + String.counted(configuration.outputs.count, "output"))
  }
}

extension Diagnostic {
  /// For programs; a line or a column that is not known is null.
  fileprivate var json: String {
    let line = place.line > 0 ? String(place.line) : "null"
    let column = place.column > 0 ? String(place.column) : "null"
    return "{\"file\":\(JSONEscapes.quoted(place.file)),\"line\":\(line),\"column\":\(column),"
      + "\"severity\":\"\(severity.rawValue)\",\"message\":\(JSONEscapes.quoted(message))}"
  }
}
