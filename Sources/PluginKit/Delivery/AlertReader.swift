public import AlertModel

/// Parses outgoing alerts again: one reader serves one task at a time. Outputs have `AlertReaders`.
///
/// Of the first alerts fields are searched for; a reader that is kept finds them through an index from then on. Its memory
/// grows to the largest alert that it has read.
public final class AlertReader {
  private let vocabulary: Vocabulary
  private let parser = DocumentParser()
  private let arena = TextArena()
  private var index: DocumentIndex?
  private var readCount = 0
  /// How many bytes the largest alert so far had.
  private(set) var largest = 0

  /// True once fields are found through an index.
  var hasIndex: Bool { index != nil }

  /// To make an index costs what searching in so many alerts does, and by then every field that is asked for is known to it.
  static let readWithoutIndex = 64

  public init(vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
  }

  /// Calls `body` with the alert, parsed.
  ///
  /// - Throws: `JSONError` where the line is not JSON, which only damaged state can bring about.
  public func read<Result>(_ alert: OutgoingAlert, _ body: (borrowing Alert) throws -> Result) throws -> Result {
    try alert.withJSON { bytes in
      arena.reset()
      let document = try document(bytes)
      let table = min(Int(alert.entry.table), max(vocabulary.tables.count - 1, 0))
      var parsed = Alert(document, table: table, severity: alert.severity, vocabulary: vocabulary, arena: arena)
      parsed.takeUpEarlierNotes()
      return try body(parsed)
    }
  }

  private func document(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> Document {
    largest = max(largest, bytes.count)
    if index == nil, readCount == Self.readWithoutIndex { index = DocumentIndex(vocabulary) }
    guard let index else {
      readCount += 1
      return Document(try parser.parse(bytes))
    }
    return index.document(try index.parse(bytes))
  }
}
