internal import AlertModel
internal import ArgumentParser
internal import KQL
internal import PluginKit
internal import Synchronization

/// `weir match`: grep for alerts.
struct MatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "match",
    abstract: "Prints the alerts that match a KQL expression.",
    discussion: """
      Behaves like grep: exit code 0 where something matched, 1 where nothing did, 64 where the expression is wrong, 65 \
      where a part of the input could not be read. Fields may be named as in ECS or as the detector names them.
      """)

  @OptionGroup var config: FormatsOption

  @Argument(help: "A KQL expression, for example 'severity >= high and event.action: CreateTrail'.")
  var expression: String

  @Argument(help: "Files (plain or gzip); '-' or none is standard input.")
  var files: [String] = []

  @Option(help: "What to print of each alert that matches: its JSON, its line number, or nothing.")
  var print: Part = .json

  @Option(help: "The value of '_index' for every alert.")
  var index: String?

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case json, line, nothing
  }

  func run() async throws {
    let environment = CommandEnvironment(logLevel: .error)
    let formats = try config.formats()
    let condition = try Condition(commandLine: expression, formats)
    let now = environment.clock.now
    let count = Mutex(0)
    let part = print
    let showsSource = files.count > 1
    let visitor = AlertVisitor(formats: formats, index: index) { alert, location, desk in
      guard condition.matches(alert, now: now) else { return }
      count.withLock { $0 += 1 }
      switch part {
      case .nothing: break
      case .line:
        let place = showsSource ? "\(location.source):\(location.line)\n" : "\(location.line)\n"
        desk.output.append(contentsOf: place.utf8)
      case .json:
        AlertWriter.copy(alert.root.source, to: &desk.output)
        desk.output.append(0x0A)
      }
    }
    let context = environment.context(named: "match", vocabulary: formats.vocabulary)
    let isSound = try await visitor.visit(files, context: context)
    guard isSound else { throw ExitCode.badData }
    if count.withLock({ $0 }) == 0 { throw ExitCode.no }
  }
}
