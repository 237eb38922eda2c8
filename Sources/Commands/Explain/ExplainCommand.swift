internal import ArgumentParser
internal import BundledPlugins
internal import Gateway
internal import PluginKit
internal import Synchronization

/// `weir explain`: what happens to these alerts, and why?
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tells what happens to alerts, step by step, and why. Delivers nothing.",
    discussion: """
      For each alert: what it is recognised as and its fields; what each enricher adds, or why it fails; which allowlist \
      entries come close and what is missing, or which one holds it back and by what; each route with the truth of every \
      part of its condition; and what each output would send, byte for byte. Silences, and what the gateway has learned \
      (budgets, who was seen before), are taken from the state folder, and not changed there.
      """)

  @OptionGroup var config: ConfigurationOption

  @Argument(help: "Files (plain or gzip); '-' or none is standard input.")
  var files: [String] = []

  @Flag(help: "One JSON object for each alert, for programs.")
  var json = false

  func run() async throws {
    let environment = CommandEnvironment(logLevel: .error)
    let (_, parts) = try config.assemble(environment)
    for problem in KnownState.restore(parts, now: environment.clock.now, logger: environment.logger) {
      Terminal.say("warning: \(problem)")
    }
    let explainer = Explainer(parts, clock: environment.clock)
    let context = environment.context(named: "explain", vocabulary: parts.formats.vocabulary)
    let isSound = Mutex(true)
    let json = json
    let text = StoryText(ink: Ink.standardOutput)
    do {
      for step in parts.enrichers { try await step.plugin.start() }
      for file in files.isEmpty ? ["-"] : files {
        let input = try BundledPlugins.commandLineInput(file, context: context)
        try await input.start()
        try await input.run(from: []) { chunk in
          for chapter in await explainer.explain(chunk) {
            if !chapter.unreadable.isEmpty { isSound.withLock { $0 = false } }
            Terminal.print(json ? try StoryJSON.lines(of: chapter) : text.lines(of: chapter))
          }
        }
        await input.stop()
      }
      for step in parts.enrichers { await step.plugin.stop() }
    } catch {
      Terminal.say("error: \(error)")
      throw ExitCode.unavailable
    }
    guard isSound.withLock({ $0 }) else { throw ExitCode.badData }
  }
}
