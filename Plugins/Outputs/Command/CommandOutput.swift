internal import LinePrograms
public import PluginKit

/// Hands alerts to a program of one's own, which says of each what became of it.
public struct CommandOutput: Output {
  public typealias Options = CommandOptions

  public static let delivery = DeliveryMode.queued

  public static let manual = Manual(
    name: "command",
    summary: "Hands alerts to a program of yours, in any language.",
    discussion: """
      The program is started once, gets each alert as a line of JSON, and answers each with a line, in order: \
      `{"result": "ok"}` once it is delivered, `{"result": "retry", "reason": "busy", "after": "30s"}`, or \
      `{"result": "refuse", "reason": "too old"}`, which makes a dead letter of it. What it does not answer within \
      `timeout` is tried again. The same alert may come twice; `weir.alert_id` in it is the same each time.
      """,
    example: """
      outputs:
        tickets:
          command:
            program: /opt/tickets/create-ticket
            environment: {TICKETS_TOKEN: "${file:/run/secrets/tickets}"}

      """)

  private let options: CommandOptions
  private let timeout: Duration
  private let program: LineProgram
  private let redaction: Redaction

  public init(options: CommandOptions, context: PluginContext) throws {
    self.options = options
    timeout = context.requestTimeout
    let launch = ProgramLaunch(options.program, arguments: options.arguments, environment: options.environment)
    redaction = launch.redaction
    program = LineProgram(launch, name: context.name, logger: context.logger, clock: context.clock)
  }

  public func load() throws {
    try ProgramLaunch.check(options.program)
  }

  public func stop() async {
    await program.stop()
  }

  public func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    let answers = await program.exchange(batch.lines, count: batch.count, within: timeout) {
      [redaction] line throws(AnswerError) in try DeliveryAnswer.outcome(of: line, redaction)
    }
    var outcomes: [Int: DeliveryError.Outcome] = [:]
    for (index, answer) in answers.answers.enumerated() { outcomes[index] = answer }
    let reason = answers.failure?.reason ?? "the program gave no answer"
    for index in answers.answers.count..<batch.count {
      outcomes[index] =
        answers.failure?.isPermanent == true
        ? .unauthorized(reason: reason) : .retry(reason: reason, after: answers.failure?.after)
    }
    if !outcomes.isEmpty { throw DeliveryError(outcomes) }
  }
}

extension CommandOutput: Previewing {
  public func preview(_ alert: OutgoingAlert) throws -> [UInt8] { DeliveryBatch(alert).lines }
}
