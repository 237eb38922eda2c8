/// Where alerts come from.
public protocol Input: Plugin {
  /// True where it reads what is piped to the program or typed at its terminal.
  static var readsStandardInput: Bool { get }

  /// True where the input hands over checkpoints, so that something must keep them.
  var remembers: Bool { get }

  /// What its settings say that it reads, wherever the configuration stands. Tells inputs of one kind apart, so that each
  /// finds its checkpoints again when others come and go.
  var sources: [String] { get }

  /// Reads until the end, or until the task is cancelled. Blocking reads must not run on the cooperative pool (use
  /// `BlockingThread`).
  ///
  /// Trouble with a part of the input (a broken line, a file that cannot be opened) is handed over as `UnreadableInput`;
  /// reading goes on.
  ///
  /// - Parameters:
  ///   - checkpoints: what was last committed for this input, one for each key; empty on the first run.
  ///   - emit: takes the next chunk. It suspends while the gateway is full: that is the back-pressure. When it returns,
  ///     the gateway holds the chunk; a crash before the chunk's deliveries are committed makes the next run begin at an
  ///     earlier checkpoint. Called by one task at a time.
  /// - Throws: what makes the whole input useless, or what `emit` threw.
  func run(
    from checkpoints: [InputCheckpoint], emit: @escaping @Sendable (InputChunk) async throws -> Void
  ) async throws
}

extension Input {
  public static var readsStandardInput: Bool { false }
  public var remembers: Bool { false }
  public var sources: [String] { [] }
}

/// What an input hands over at once: whole documents, and what could not be read.
public struct InputChunk: Sendable {
  /// The documents' bytes, one buffer for all.
  public let bytes: [UInt8]

  /// Where each document stands in `bytes`, and where it came from. Documents are not yet parsed: a frame may be broken,
  /// and a frame that is one line may hold several documents (`DocumentFramer.documents(in:)` takes them apart).
  public let frames: [Frame]

  /// What could not be framed: dead letters already.
  public let unreadable: [UnreadableInput]

  /// Where the documents come from, for messages: `<stdin>`, `alerts.ndjson`.
  public let source: String

  /// The value that `_index` has for alerts of this input; nil where the input sets none.
  public let index: String?

  /// Where to go on after this chunk; nil where the input does not remember. A chunk may carry nothing else.
  public let checkpoint: InputCheckpoint?

  /// How far the reading is, for whoever watches; nil where nobody can know.
  public let progress: Progress?

  public init(
    bytes: [UInt8], frames: [Frame], unreadable: [UnreadableInput] = [], source: String, index: String? = nil,
    checkpoint: InputCheckpoint? = nil, progress: Progress? = nil
  ) {
    self.bytes = bytes
    self.frames = frames
    self.unreadable = unreadable
    self.source = source
    self.index = index
    self.checkpoint = checkpoint
    self.progress = progress
  }

  /// How far the reading of this input's regular files is, this chunk included.
  public struct Progress: Sendable, Equatable {
    /// Bytes read, as they lie on disk (compressed where the file is).
    public let bytesRead: Int64
    /// Bytes that all files together have.
    public let total: Int64

    public init(bytesRead: Int64, total: Int64) {
      self.bytesRead = bytesRead
      self.total = total
    }
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
  /// The line on which it begins, from 1.
  public let line: Int
  /// Where it begins in the source, in bytes.
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
///
/// A checkpoint replaces the one with the same key; one with an empty value makes the gateway forget the key.
public struct InputCheckpoint: Sendable, Equatable {
  /// What the checkpoint is about, such as a file's identity.
  public let key: String
  /// Where to go on, in the input's own words.
  public let value: [UInt8]

  public init(key: String, value: [UInt8]) {
    self.key = key
    self.value = value
  }
}
