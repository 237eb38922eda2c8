internal import AlertModel
internal import LinePrograms
public import PluginKit

/// Adds what a program of one's own knows about alerts.
public struct CommandEnricher: RemoteEnricher, FieldAdding {
  public typealias Options = CommandOptions

  public static let manual = Manual(
    name: "command",
    summary: "Adds the fields that a program of yours answers with, in any language.",
    discussion: """
      The program is started once, gets each alert as a line of JSON, and answers each with a line, in order: \
      `{"add": {"host.owner": "web team"}}`, `{}` for nothing, or `{"error": "why not"}`. Where it does not answer in time, \
      ends, or says something else, alerts go on without its fields, that is noted on them, and it is started again.
      """,
    example: """
      enrichers:
        - command:
            program: Examples/host-owner.py
            adds: [host.owner]

      """)

  public var addedFieldNames: [String] { options.adds.map(\.text) }

  /// Later than the program's own time for every batch that may come before, so that the answers that came in time are
  /// kept. Where it hangs, the batches behind do not wait for that long: it is not started again for each.
  public var deadline: Duration { options.timeout * Self.mostWaiting + .seconds(1) }

  /// More batches than are under way at once: two for each processor.
  private static let mostWaiting = 256

  private let options: CommandOptions
  private let program: LineProgram
  private let answer: EnrichmentAnswer

  public init(options: CommandOptions, context: PluginContext) throws {
    guard options.timeout > .zero else { throw options.$timeout.error("expected a duration above 0") }
    guard !options.adds.isEmpty else { throw options.$adds.error("name the fields that the program may add") }
    for name in options.adds where name.text.isEmpty || name.text.contains("*") {
      throw ConfigurationError("\(name.quoted) is not the name of a field", at: name.place)
    }
    self.options = options
    let launch = ProgramLaunch(options.program, arguments: options.arguments, environment: options.environment)
    program = LineProgram(launch, name: context.name, logger: context.logger, clock: context.clock)
    answer = EnrichmentAnswer(mayAdd: Set(options.adds.map(\.text)), redacting: launch.redaction)
  }

  public func load() throws {
    try ProgramLaunch.check(options.program)
  }

  public func stop() async {
    await program.stop()
  }

  public func enrich(_ batch: DeliveryBatch) async -> [Result<Enrichment, EnrichmentFailure>] {
    let answers = await program.exchange(
      batch.lines, count: batch.count, within: options.timeout
    ) { [answer] line throws(AnswerError) in try answer.read(line) }
    let missing = EnrichmentFailure(answers.failure?.reason ?? "the program gave no answer")
    return answers.answers + Array(repeating: .failure(missing), count: batch.count - answers.answers.count)
  }
}
