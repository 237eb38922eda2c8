internal import ArgumentParser
internal import Foundation
internal import PluginKit

/// `weir init`: a configuration to begin with.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Writes a configuration to begin with, for a detector: falco, elastic, cloudtrail, guardduty, …",
    discussion: """
      Writes config.yaml, an allowlist, and schemas for editors; where Weir has a sample of the detector's alerts, that \
      too, and tests with it. 'weir check' and those tests pass, and 'weir run' runs. Nothing that is there is overwritten.
      """)

  @Argument(help: "A format's name; 'weir plugins' lists them.")
  var detector: String

  @Option(name: .customLong("in"), help: "The folder to write to; it is made where it is missing.")
  var folder = "."

  func validate() throws {
    if folder.isEmpty { throw ValidationError("--in: the folder has no name; '.' is the current one") }
  }

  func run() throws {
    let formats = WeirCommand.catalog.formats
    let wanted = detector.lowercased().replacing("-", with: "_")
    guard let format = formats.first(where: { $0.name == wanted || $0.name.replacing("_", with: "") == wanted }) else {
      let names = formats.map(\.name)
      let hint =
        Suggestion.closest(to: wanted, in: names).map { "did you mean '\($0)'?" }
        ?? "known are \(names.joined(separator: ", ")); 'generic' is for any JSON"
      Terminal.say("error: there is no detector '\(detector)'; \(hint)")
      throw ExitCode.usage
    }
    let starter = Starter.all.first { $0.format == format.name }
    let files = StarterFiles(format: format.name, title: format.title, starter: starter).files
    let schemas = SchemaCommand.all.map { (name: "schema/\($0.name).json", contents: $0.text) }
    let all = files + schemas
    let taken = all.map { path($0.name) }.filter { FileManager.default.fileExists(atPath: $0) }
    guard taken.isEmpty else {
      Terminal.say("error: nothing was written, since these are there already: \(taken.joined(separator: ", "))")
      throw ExitCode.usage
    }
    for file in all { try write(file.contents, to: path(file.name)) }
    for file in files { Terminal.print(path(file.name)) }
    let place = folder == "." ? "" : " -c \(path("config.yaml"))"
    Terminal.say("now: weir check\(place)\(starter == nil ? "" : "; weir test\(place)")")
  }

  private func path(_ name: String) -> String { folder == "." ? name : folder + "/" + name }

  private func write(_ contents: String, to path: String) throws {
    do {
      let url = URL(filePath: path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(contents.utf8).write(to: url, options: .withoutOverwriting)
    } catch {
      Terminal.say("error: cannot write '\(path)': \(error.systemReason)")
      throw ExitCode.unavailable
    }
  }
}
