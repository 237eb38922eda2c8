/// Where alerts come from.
public protocol Input: Plugin {
  /// Reads until the end, or until the task is cancelled. Runs on a thread of its own executor only through `emit`:
  /// blocking reads must not run on the cooperative pool (use `BlockingThread`).
  ///
  /// `emit` suspends while the gateway is full: that is the back-pressure. When it returns, the gateway holds the chunk;
  /// it is durable once `acknowledge` has been called with the chunk's checkpoint.
  func run(emit: @escaping @Sendable (InputChunk) async throws -> Void) async throws
}

/// What an input hands over at once: whole documents, and what could not be read.
public struct InputChunk: Sendable {
  /// The documents' bytes, one buffer for all.
  public let bytes: [UInt8]

  /// Where each document stands in `bytes`, and where it came from. Documents are not yet parsed.
  public let frames: [Frame]

  /// What could not be framed: dead letters already.
  public let unreadable: [UnreadableInput]

  /// Where the documents come from, for messages: `<stdin>`, `alerts.ndjson`.
  public let source: String

  /// The value that `_index` has for alerts of this input; nil where the input sets none.
  public let index: String?

  /// Where to go on after this chunk; nil where the input does not remember.
  public let checkpoint: InputCheckpoint?

  public init(
    bytes: [UInt8], frames: [Frame], unreadable: [UnreadableInput] = [], source: String, index: String? = nil,
    checkpoint: InputCheckpoint? = nil
  ) {
    self.bytes = bytes
    self.frames = frames
    self.unreadable = unreadable
    self.source = source
    self.index = index
    self.checkpoint = checkpoint
  }

  /// One document in a chunk.
  public struct Frame: Sendable, Equatable {
    /// The first byte in the chunk's `bytes`.
    public let start: Int
    /// How many bytes, without the line break behind.
    public let count: Int
    /// The line of the source on which it begins, from 1.
    public let line: Int
    /// The byte of the (uncompressed) source at which it begins, from 0.
    public let offset: Int64

    public init(start: Int, count: Int, line: Int, offset: Int64) {
      self.start = start
      self.count = count
      self.line = line
      self.offset = offset
    }
  }
}

/// Bytes of an input that are no document, with the reason: a line over the limit, a file cut short, a file unreadable.
public struct UnreadableInput: Error, Sendable, Equatable {
  /// What is wrong and what to do, one sentence.
  public let reason: String
  public let line: Int
  public let offset: Int64
  /// The bytes, or as many as are worth keeping; empty where there are none.
  public let bytes: [UInt8]
  /// True where an alert was lost to Weir by this (it counts as read and dead-lettered); false where only the rest of a
  /// source is out of reach, such as a file that cannot be opened.
  public let countsAsAlert: Bool

  public init(reason: String, line: Int, offset: Int64, bytes: [UInt8], countsAsAlert: Bool) {
    self.reason = reason
    self.line = line
    self.offset = offset
    self.bytes = bytes
    self.countsAsAlert = countsAsAlert
  }
}

/// Where an input goes on after a restart: a key that names the place (one row a key is kept), and what the input needs
/// to find it again. Committed together with the deliveries that came from what was read before it.
public struct InputCheckpoint: Sendable, Equatable {
  public let key: String
  public let value: [UInt8]

  public init(key: String, value: [UInt8]) {
    self.key = key
    self.value = value
  }
}
