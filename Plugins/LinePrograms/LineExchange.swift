internal import Glibc
internal import PluginKit

/// Writes lines to a program, and reads an answer to each while doing so. Blocks.
struct LineExchange<Answer> {
  /// What was answered, in order, and why there is no more; nil where every line was answered.
  private(set) var answers: [Answer] = []
  private(set) var mistake: ProgramMistake?

  private let child: ChildProcess
  private let lines: [UInt8]
  private let count: Int
  private let deadline: ContinuousClock.Instant
  private let read: ([UInt8]) throws(AnswerError) -> Answer
  private let cancellation: CancelSignal
  private var written = 0
  /// Where the line ends that the next answer is for.
  private var asked = 0
  private var isInputClosed = false
  private var received: [UInt8] = []

  /// A longer answer is none.
  private static var longestAnswer: Int { 1 << 20 }

  /// - Parameters:
  ///   - lines: `count` lines, each with its line feed.
  ///   - cancellation: once it is fired, no more answers are waited for.
  ///   - read: makes an answer of a line.
  init(
    _ child: ChildProcess, _ lines: [UInt8], count: Int, until deadline: ContinuousClock.Instant,
    cancellation: CancelSignal, read: @escaping ([UInt8]) throws(AnswerError) -> Answer
  ) {
    self.child = child
    self.lines = lines
    self.count = count
    self.deadline = deadline
    self.cancellation = cancellation
    self.read = read
  }

  /// True where the program has something to say that it was not asked.
  static func isPending(_ child: ChildProcess) -> Bool {
    var look = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
    return poll(&look, 1, 0) > 0
  }

  mutating func run() {
    while answers.count < count, mistake == nil {
      let left = deadline - .now
      guard left > .zero else {
        mistake = .late
        return
      }
      let writes = written < lines.count && !isInputClosed
      var ends = [
        pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: child.input, events: Int16(POLLOUT), revents: 0),
      ]
      let ready = poll(&ends, writes ? 3 : 2, Int32(min(left / .milliseconds(1), 1_000_000)) + 1)
      guard ready > 0 else { continue }
      if ends[0].revents != 0 { receive() }
      if ends[1].revents != 0, mistake == nil, answers.count < count { mistake = .cancelled }
      if writes, ends[2].revents != 0 { send() }
    }
    guard mistake == nil, !received.isEmpty else { return }
    mistake = .nonsense("it answered more lines than it was asked")
    // One too many may have come early: then each behind it would stand for an alert that the program has not read.
    if count > 1 { answers = [] }
  }

  private mutating func send() {
    let (sent, code) = withoutBrokenPipeSignal {
      let sent = lines.withUnsafeBytes {
        write(child.input, $0.baseAddress?.advanced(by: written), lines.count - written)
      }
      return (sent, errno)
    }
    if sent >= 0 {
      written += sent
    } else if code == EPIPE {
      // What it answered before is still to be read, and then there will be an end.
      isInputClosed = true
    }
  }

  private mutating func receive() {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let got = Glibc.read(child.output, &buffer, buffer.count)
    if got < 0 { return }
    guard got > 0 else {
      mistake = .ended
      return
    }
    var rest = buffer[..<got]
    while answers.count < count, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      take(received + rest[..<end])
      received = []
      rest = rest[(end + 1)...]
      if mistake != nil { return }
    }
    received += rest
    if received.count > Self.longestAnswer {
      mistake = .nonsense("its answer is longer than \(ByteCount(bytes: Self.longestAnswer).settingText)")
    }
  }

  private mutating func take(_ line: [UInt8]) {
    asked = lines[asked...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? lines.count
    guard asked <= written else {
      mistake = .nonsense("it answered lines that it had not been given yet")
      // Those before may have come early too.
      answers = []
      return
    }
    do throws(AnswerError) {
      answers.append(try read(line))
    } catch {
      mistake = .nonsense(error.reason)
    }
  }
}

/// Why a program's line is no answer: the end of a sentence.
public struct AnswerError: Error {
  /// `its answer is no JSON`.
  public let reason: String

  public init(_ reason: String) {
    self.reason = reason
  }
}

/// Why a program gave no answer, or none more.
enum ProgramMistake: Equatable {
  /// Its output ended.
  case ended
  /// Its time was over.
  case late
  /// Nobody waits for its answer any more.
  case cancelled
  /// It said what is no answer.
  case nonsense(String)
}
