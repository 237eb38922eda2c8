public import PluginKit

/// Reads alerts from standard input, and hands on each line as soon as it is there.
public struct StdinInput: Input {
  public static let manual = Manual(
    name: "stdin",
    summary: "Reads alerts from standard input.",
    discussion: """
      JSON in any layout: one document a line, several on a line, one over many lines, arrays, CloudTrail's `Records`. \
      Each line is handed on as soon as it is there. What cannot be read is a dead letter with its line; the next line \
      goes on. Nothing is remembered: what is piped in is read from its beginning, every time.
      """,
    example: """
      inputs:
        - stdin: {}

      """)

  public static let readsStandardInput = true

  private let options: StdinOptions
  private let descriptor: Int32

  public init(options: StdinOptions, context: PluginContext) throws {
    try DocumentFramer.check(limit: options.maxDocument, at: options.$maxDocument)
    self.init(options: options, descriptor: 0)
  }

  /// - Parameter descriptor: what to read, for tests.
  init(options: StdinOptions, descriptor: Int32) {
    self.options = options
    self.descriptor = descriptor
  }

  public func run(
    from checkpoints: [InputCheckpoint], emit: @escaping @Sendable (InputChunk) async throws -> Void
  ) async throws {
    let thread = BlockingThread("stdin")
    let reader = StreamReader(descriptor: descriptor, limit: options.maxDocument.bytes)
    try await withTaskCancellationHandler {
      var isOver = false
      while !isOver {
        let part = try await next(of: reader, on: thread)
        isOver = part.isLast
        if !part.framed.isEmpty { try await emit(chunk(part)) }
      }
    } onCancel: {
      reader.stop()
    }
  }

  /// To go to another thread and back costs more than reading does, so that is for what must be waited for.
  private func next(of reader: StreamReader, on thread: BlockingThread) async throws -> StreamReader.Part {
    if !Task.isCancelled, let part = reader.nextAtHand() { return part }
    return try await thread.run { reader.next() }
  }

  private func chunk(_ part: StreamReader.Part) -> InputChunk {
    InputChunk(
      bytes: part.framed.bytes, frames: part.framed.frames, unreadable: part.framed.unreadable, source: "<stdin>",
      index: options.index, progress: part.progress)
  }
}

/// The settings of `stdin`.
public struct StdinOptions: PluginOptions {
  @Setting("The value that `_index` has for these alerts, as if they came from an index of that name.")
  public var index: String?

  @Setting("The most bytes that a document may have; a larger one is a dead letter, of which the beginning is kept.")
  public var maxDocument: ByteCount = ByteCount(bytes: DocumentFramer.defaultLimit)

  public init() {}
}
