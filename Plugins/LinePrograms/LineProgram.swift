internal import AlertModel
public import Logging
public import PluginKit
internal import Synchronization

/// Keeps a program running that answers a line with a line, and starts it again where it ends.
///
/// The program gets several lines at once and answers them in their order. Once it has not answered in time, or has said
/// what is no answer, nobody could tell any more which answer is whose, so it is ended, and another is started for what
/// comes next: at once for the first time, after failures in a row with exponential waits.
public final class LineProgram: Sendable {
  private let launch: ProgramLaunch
  private let redaction: Redaction
  private let clock: any GatewayClock
  private let errors: ErrorLog
  private let thread: BlockingThread
  /// Used on the thread alone.
  private let state = Mutex(State())

  private struct State {
    var child: ChildProcess?
    var failures = 0
    var notBefore: Timestamp?
  }

  /// What came of a number of lines.
  public struct Answers<Answer: Sendable>: Sendable {
    /// In the order of the lines; as many as there are lines where nothing failed.
    public let answers: [Answer]
    /// Why there are no more.
    public let failure: ProgramFailure?
  }

  private let logger: Logger

  private static let firstWait = Duration.milliseconds(500)
  private static let longestWait = Duration.seconds(60)
  /// How long a program may take to end once its input has ended, and again after SIGTERM.
  private static let patience = Duration.seconds(2)

  /// - Parameter name: what the part is called in the configuration, for the log.
  public init(_ launch: ProgramLaunch, name: String, logger: Logger, clock: any GatewayClock) {
    self.launch = launch
    self.clock = clock
    redaction = launch.redaction
    self.logger = logger
    errors = ErrorLog(name: name, logger: logger, redaction: launch.redaction)
    thread = BlockingThread("program." + name)
  }

  /// Hands over lines, and waits for the answers. Where the task is cancelled before its turn comes, the program is left
  /// alone; where it has begun, the program is ended.
  ///
  /// - Parameters:
  ///   - lines: `count` lines, each with its line feed.
  ///   - time: for all of them, from when their turn comes: those that others wait for come first.
  ///   - read: makes an answer of a line.
  public func exchange<Answer: Sendable>(
    _ lines: [UInt8], count: Int, within time: Duration,
    read: @escaping @Sendable ([UInt8]) throws(AnswerError) -> Answer
  ) async -> Answers<Answer> {
    do {
      let cancellation = try CancelSignal()
      return try await withTaskCancellationHandler {
        try await thread.run { self.ask(lines, count, time, cancellation, read) }
      } onCancel: {
        cancellation.fire()
      }
    } catch {
      return Answers(answers: [], failure: ProgramFailure("the program was not asked: \(error)"))
    }
  }

  /// Ends the program: its input ends, and it may finish what it does.
  public func stop() async {
    try? await thread.run {
      let child = self.state.withLock { $0.child.take() }
      child?.end(patience: Self.patience)
    }
  }

  private func ask<Answer: Sendable>(
    _ lines: [UInt8], _ count: Int, _ time: Duration, _ cancellation: CancelSignal,
    _ read: @escaping @Sendable ([UInt8]) throws(AnswerError) -> Answer
  ) -> Answers<Answer> {
    guard !cancellation.isFired else {
      return Answers(answers: [], failure: ProgramFailure("the program was not asked in time"))
    }
    let child: ChildProcess
    switch running() {
    case .success(let running): child = running
    case .failure(let failure): return Answers(answers: [], failure: failure)
    }
    var exchange = LineExchange(
      child, lines, count: count, until: .now + time, cancellation: cancellation, read: read)
    exchange.run()
    if !exchange.answers.isEmpty { state.withLock { $0.failures = 0 } }
    guard let mistake = exchange.mistake else { return Answers(answers: exchange.answers, failure: nil) }
    let failure = end(child, after: mistake, time)
    guard exchange.answers.count < count else {
      logger.warning("\(failure.reason); every line had its answer, which counts")
      return Answers(answers: exchange.answers, failure: nil)
    }
    return Answers(answers: exchange.answers, failure: failure)
  }

  /// The program; started, where it does not run.
  private func running() -> Result<ChildProcess, ProgramFailure> {
    if let child = state.withLock({ $0.child }) {
      guard LineExchange<Void>.isPending(child) else { return .success(child) }
      // It has ended since, or says what it was not asked.
      state.withLock { $0.child = nil }
      child.end(patience: .zero)
    }
    let now = clock.now
    // More is left than there ever was where the clock was set back.
    if let left = state.withLock({ $0.notBefore }).map({ $0 - now }), left > .zero, left <= Self.longestWait {
      return .failure(ProgramFailure("the program failed and is not started again yet", after: left))
    }
    do throws(SpawnError) {
      let child = try ChildProcess(launch) { [errors] line in errors.log(line) }
      state.withLock { $0.child = child }
      return .success(child)
    } catch {
      noteFailure()
      return .failure(
        ProgramFailure("cannot start the program: \(error.reason)", isPermanent: !error.isPassing))
    }
  }

  private func end(_ child: ChildProcess, after mistake: ProgramMistake, _ time: Duration) -> ProgramFailure {
    state.withLock { $0.child = nil }
    if mistake != .cancelled { noteFailure() }
    switch mistake {
    case .ended:
      // An output that is closed is as good as an end.
      let hasEnded = child.ends(within: .seconds(1))
      let ending = hasEnded ? child.ending ?? "ended" : "closed its standard output"
      child.end(patience: .zero)
      return ProgramFailure("the program \(ending)")
    case .late:
      child.end(patience: .zero)
      return ProgramFailure("the program gave no answer within \(time.settingText)")
    case .cancelled:
      child.end(patience: .zero)
      return ProgramFailure("the program was cut off before it answered")
    case .nonsense(let reason):
      child.end(patience: .zero)
      return ProgramFailure("the program is not understood: " + redaction.apply(to: reason), isPermanent: true)
    }
  }

  private func noteFailure() {
    let now = clock.now
    state.withLock { state in
      state.failures += 1
      let doublings = min(state.failures - 2, 10)
      guard doublings >= 0 else { return }
      let wait = min(Self.firstWait * (1 << doublings), Self.longestWait)
      state.notBefore = now + wait
    }
  }
}

/// Why a program did not answer.
public struct ProgramFailure: Error, Sendable, Equatable {
  /// `the program ended with status 3`.
  public let reason: String
  /// After how long it can be asked again, where that is known.
  public let after: Duration?
  /// True where only somebody who mends it can help.
  public let isPermanent: Bool

  init(_ reason: String, after: Duration? = nil, isPermanent: Bool = false) {
    self.reason = reason
    self.after = after
    self.isPermanent = isPermanent
  }
}
