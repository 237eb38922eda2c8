public import AlertModel
internal import Synchronization

/// Parses outgoing alerts again, for outputs that need more than the line, from several tasks at once. Its readers are kept
/// from batch to batch: as many as were ever busy at the same time.
public final class AlertReaders: Sendable {
  /// A reader that nobody uses.
  // `@unchecked`: whoever takes it out of the list has it alone, and puts it back when done.
  private struct Free: @unchecked Sendable {
    let reader: AlertReader
  }

  private let vocabulary: Vocabulary
  private let free = Mutex<[Free]>([])

  /// Bytes of the largest alert that a kept reader may have read; the memory of others goes with them.
  static let largestKept = 1024 * 1024

  public init(vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
  }

  /// Calls `body` with the alert, parsed.
  ///
  /// - Throws: `JSONError` where the line is not JSON, which only damaged state can bring about.
  public func read<Result>(_ alert: OutgoingAlert, _ body: (borrowing Alert) throws -> Result) throws -> Result {
    let taken = free.withLock { $0.popLast() } ?? Free(reader: AlertReader(vocabulary: vocabulary))
    defer {
      if taken.reader.largest <= Self.largestKept { free.withLock { $0.append(taken) } }
    }
    return try taken.reader.read(alert, body)
  }

  /// The readers that nobody uses, by how many bytes the largest alert of each had.
  var largestOfFree: [Int] { free.withLock { $0.map(\.reader.largest) } }
}
