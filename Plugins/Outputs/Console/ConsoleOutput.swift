internal import AlertModel
internal import Glibc
public import PluginKit

/// Writes alerts to standard output or standard error: a readable line on a terminal, NDJSON otherwise.
public struct ConsoleOutput: Output {
  public static let delivery = DeliveryMode.direct

  public static let manual = Manual(
    name: "console",
    summary: "Writes alerts to standard output: a readable line each on a terminal, one line of JSON each otherwise.",
    discussion: """
      Control characters in alerts are shown and not obeyed. Lines are cut at the terminal's width, which a `…` shows; \
      JSON is never cut. `NO_COLOR` is honoured.
      """,
    example: """
      outputs:
        screen:
          console: {}

      """)

  private let descriptor: Int32
  private let stream: ConsoleStream
  private let format: ConsoleOptions.Format
  private let line: ConsoleLine
  private let readers: AlertReaders
  private var terminal: Terminal

  public init(options: ConsoleOptions, context: PluginContext) throws {
    self.init(
      options: options, context: context, descriptor: options.stream == .stdout ? STDOUT_FILENO : STDERR_FILENO)
  }

  /// - Parameter descriptor: where to write, for tests.
  init(options: ConsoleOptions, context: PluginContext, descriptor: Int32) {
    self.descriptor = descriptor
    stream = ConsoleStream(descriptor)
    format = options.format
    line = ConsoleLine(context.vocabulary)
    readers = AlertReaders(vocabulary: context.vocabulary)
    terminal = Terminal(descriptor: descriptor)
  }

  public var hasReader: Bool { stream.hasReader }

  public func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    let isText = format == .text || format == .auto && terminal.isTerminal
    if isText { try writeText(batch) } else { try writeJSON(batch) }
  }

  /// Writes alerts that stand side by side in the block at once.
  private func writeJSON(_ batch: DeliveryBatch) throws(DeliveryError) {
    let entries = batch.block.entries
    var first = 0
    while first < batch.count {
      let start = Int(entries[Int(batch.places[first])].start)
      var next = first
      var end = start
      while next < batch.count, Int(entries[Int(batch.places[next])].start) == end {
        end += Int(entries[Int(batch.places[next])].count) + 1
        next += 1
      }
      let ends = batch.places[first..<next].map { place in
        let entry = entries[Int(place)]
        return entry.line.upperBound + 1 - start
      }
      try write(batch.block.bytes[start..<end], ends: ends, from: first, of: batch.count)
      first = next
    }
  }

  private func writeText(_ batch: DeliveryBatch) throws(DeliveryError) {
    let width = terminal.width
    var text: [UInt8] = []
    var ends: [Int] = []
    for index in 0..<batch.count {
      let alert = batch[index]
      do {
        try readers.read(alert) {
          line.append($0, time: alert.time, width: width, hasColor: terminal.hasColor, to: &text)
        }
      } catch {
        // Only damaged state brings this about; the alert is still announced.
        text.append(
          contentsOf: "\(alert.time.rfc3339)  \(alert.severity)  an alert that cannot be read: \(error)\n".utf8)
      }
      ends.append(text.count)
    }
    try write(text[...], ends: ends, from: 0, of: batch.count)
  }

  /// - Parameters:
  ///   - ends: where each alert ends in `bytes`.
  ///   - first: the place in the batch of the first of them.
  private func write(_ bytes: ArraySlice<UInt8>, ends: [Int], from first: Int, of count: Int) throws(DeliveryError) {
    let failure = bytes.withUnsafeBytes { stream.write($0, ends: ends) }
    guard let failure else { return }
    let name = descriptor == STDERR_FILENO ? "standard error" : "standard output"
    let reason =
      failure.code == EAGAIN
      ? "whoever reads \(name) does not go on reading"
      : "cannot write to \(name): \(String(cString: strerror(failure.code)))"
    // Whoever read a pipe does not come back; a full disk may be mended.
    let isForGood = failure.code == EPIPE || failure.code == EBADF
    let outcome: DeliveryError.Outcome = isForGood ? .reject(reason: reason) : .retry(reason: reason, after: nil)
    let accepted = first + failure.lines
    throw DeliveryError(Dictionary(uniqueKeysWithValues: (accepted..<count).map { ($0, outcome) }))
  }
}

extension ConsoleOutput: Previewing {
  /// Without colour and whole, whatever the terminal.
  public func preview(_ alert: OutgoingAlert) throws -> [UInt8] {
    guard format == .text || format == .auto && terminal.isTerminal else {
      return alert.withJSON { Array($0) } + [0x0A]
    }
    var text: [UInt8] = []
    try readers.read(alert) {
      line.append($0, time: alert.time, width: nil, hasColor: false, to: &text)
    }
    return text
  }
}
