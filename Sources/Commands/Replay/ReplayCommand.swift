internal import AlertModel
internal import ArgumentParser
internal import BundledPlugins
internal import Gateway
internal import PluginKit

/// `weir replay`: what would change?
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Takes the same alerts through two configurations and shows what changes. Delivers nothing.",
    discussion: """
      '--against OTHER.yaml' is a proposal: before is the configuration of -c, after is OTHER.yaml. \
      '--against git:REV' is what the configuration was: before is the file of -c as it is in that git revision, with the \
      files that it names, after is the file of -c as it lies here. So a pull request is checked with \
      '--against git:origin/main --fail-on newly-suppressed=0'. Exit code 1 where a limit of --fail-on is passed, 65 where there is \
      one and no alert was read.
      """)

  @OptionGroup var config: ConfigurationOption

  @Option(help: "The other configuration: a file, or git:REV.")
  var against: String

  @Argument(help: "Files with alerts (plain or gzip); '-' or none is standard input.")
  var files: [String] = []

  @Flag(help: "One JSON object, for programs.")
  var json = false

  @Option(help: "Fails (exit code 1) where more alerts than N change so, for example newly-suppressed=0.")
  var failOn: [ChangeLimit] = []

  @Option(help: "How many examples to show of each change.")
  var examples = 5

  @Option(help: "Judges as if it were this moment: a date, or an RFC 3339 time.")
  var now: MomentArgument?

  func run() async throws {
    let clock = FixedClock(now: now?.moment ?? SystemClock().now)
    let (before, after, revision) = try sides()
    defer { withExtendedLifetime(revision) {} }
    // Two environments: each shows the warnings of its own configuration.
    let environment = CommandEnvironment(logLevel: .error, clock: clock)
    let (_, old) = try before.option.assemble(CommandEnvironment(logLevel: .error, clock: clock))
    let (_, new) = try after.option.assemble(environment)
    guard
      let replay = Replay(
        before: (before.name, old), after: (after.name, new), clock: clock, examples: max(0, examples))
    else {
      Terminal.say("error: the two configurations have more than \(OutputNumbers.limit) outputs together")
      throw ExitCode.configuration
    }
    let context = environment.context(named: "replay", vocabulary: new.formats.vocabulary)
    let steps = old.enrichers + new.enrichers
    do {
      for step in steps { try await step.plugin.start() }
      for file in files.isEmpty ? ["-"] : files {
        let input = try BundledPlugins.commandLineInput(file, context: context)
        try await input.start()
        try await input.run(from: []) { await replay.replay($0) }
        await input.stop()
      }
      for step in steps { await step.plugin.stop() }
    } catch {
      Terminal.say("error: \(error)")
      throw ExitCode.unavailable
    }
    try await finish(replay.report)
  }

  private func finish(_ report: ReplayReport) throws {
    Terminal.print(json ? try report.json() : ReplayText(report: report, ink: .standardOutput).text)
    for problem in report.problems { Terminal.say(VisibleText.escaped(problem)) }
    var hasFailed = false
    for limit in failOn where report.count(of: limit.change) > limit.count {
      hasFailed = true
      Terminal.say(
        "\(String.counted(report.count(of: limit.change), "alert")) \(limit.change.title), more than the \(limit.count) of --fail-on"
      )
    }
    if hasFailed { throw ExitCode.no }
    if report.unreadable > 0 { throw ExitCode.badData }
    guard report.read == 0 else { return }
    let source = files.isEmpty || files == ["-"] ? "standard input" : "the files"
    let problem = "no alert came from \(source), so nothing was compared; name files with alerts"
    if failOn.isEmpty {
      Terminal.say("warning: \(problem)")
    } else {
      // A check that looked at nothing has not been passed.
      Terminal.say("error: \(problem)")
      throw ExitCode.badData
    }
  }

  private typealias Side = (name: String, option: ConfigurationOption)

  /// The two configurations, and what must be held while they are used.
  private func sides() throws -> (before: Side, after: Side, revision: GitRevision?) {
    var other = ConfigurationOption()
    guard against.hasPrefix("git:") else {
      other.path = against
      return ((config.path, config), (against, other), nil)
    }
    do {
      let name = String(against.dropFirst(4))
      let revision = try GitRevision(name, around: config.path)
      other.path = try revision.path(of: config.path)
      return (("\(config.path) at \(name)", other), (config.path, config), revision)
    } catch {
      Terminal.say("error: \(error)")
      throw ExitCode.usage
    }
  }
}

/// `newly-suppressed=3`.
struct ChangeLimit: ExpressibleByArgument {
  let change: Change
  let count: Int

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let count = Int(parts[1]), count >= 0,
      let change = Change(rawValue: String(parts[0]).replacing("_", with: "-"))
    else { return nil }
    self.change = change
    self.count = count
  }

  static var allValueStrings: [String] { Change.allCases.map { $0.rawValue + "=N" } }
}

/// A moment on the command line.
struct MomentArgument: ExpressibleByArgument {
  let moment: Timestamp

  init?(argument: String) {
    guard let moment = Timestamp(argument) else { return nil }
    self.moment = moment
  }
}
