public import PluginKit
internal import Synchronization

/// Reads alerts from files, plain or gzip, and remembers how far it has come.
public struct FileInput: Input {
  public static let manual = Manual(
    name: "file",
    summary: "Reads alerts from files, plain or gzip, and goes on where it was.",
    discussion: """
      JSON in any layout: one document a line, several on a line, one over many lines, arrays, CloudTrail's `Records`. \
      What is gzip is told by its first bytes, not by its name. Each file is read once: the next run reads what was \
      appended, and new files. A file that cannot be read, or only in part, is reported; the others go on. With \
      `follow: true` reading never ends, and log rotation of every common kind is followed.
      """,
    example: """
      inputs:
        - file:
            paths: [alerts/*.ndjson, "cloudtrail/**/*.json.gz"]
            exclude: ["cloudtrail/**/*Digest*"]

      """)

  /// What reading needs to know of the options.
  struct Settings: Sendable {
    var finder: FileFinder
    var index: String?
    var limit: Int
    var maxDecompressed: Int

    /// Reads what an open file holds, from its beginning.
    func content(_ file: OpenFile) -> ContentReader {
      ContentReader(file, maxDecompressed: maxDecompressed)
    }

    func chunk(
      _ framed: FramedBytes, of path: String, checkpoint: FileCheckpoint?, progress: InputChunk.Progress?
    ) -> InputChunk {
      InputChunk(
        bytes: framed.bytes, frames: framed.frames, unreadable: framed.unreadable, source: path, index: index,
        checkpoint: checkpoint?.encoded, progress: progress)
    }

    func problem(_ reason: String, at path: String) -> InputChunk {
      let problem = UnreadableInput(reason: reason, line: 0, offset: 0, bytes: [], countsAsAlert: false)
      return InputChunk(bytes: [], frames: [], unreadable: [problem], source: path, index: index)
    }

    func forgetting(_ key: String) -> InputChunk {
      InputChunk(
        bytes: [], frames: [], source: "", index: index, checkpoint: InputCheckpoint(key: key, value: []))
    }
  }

  let settings: Settings
  private let isRemembering: Bool
  private let isFollowing: Bool
  private let context: PluginContext

  public var remembers: Bool { isRemembering }
  public var sources: [String] { settings.finder.sources }

  public init(options: FileOptions, context: PluginContext) throws {
    guard !options.paths.isEmpty else {
      throw options.$paths.error("'paths' is empty; name at least one file or pattern")
    }
    try DocumentFramer.check(limit: options.maxDocument, at: options.$maxDocument)
    self.init(
      finder: FileFinder(
        paths: options.paths.map(\.path), exclude: options.exclude.map(\.path), isLiteral: false),
      options: options, isRemembering: true, context: context)
  }

  /// Reads the files that a command's arguments name: whole, every time, in the order given. The names are no patterns.
  public static func commandLine(paths: [String], context: PluginContext) -> FileInput {
    FileInput(
      finder: FileFinder(paths: paths, exclude: [], isLiteral: true), options: FileOptions(), isRemembering: false,
      context: context)
  }

  private init(finder: FileFinder, options: FileOptions, isRemembering: Bool, context: PluginContext) {
    settings = Settings(
      finder: finder, index: options.index, limit: options.maxDocument.bytes,
      maxDecompressed: options.maxDecompressed.bytes)
    self.isRemembering = isRemembering
    isFollowing = options.follow
    self.context = context
  }

  public func run(
    from checkpoints: [InputCheckpoint], emit: @escaping @Sendable (InputChunk) async throws -> Void
  ) async throws {
    let thread = BlockingThread("file")
    let memory = FileMemory(checkpoints, isKept: isRemembering, logger: context.logger)
    if isFollowing {
      try await follow(memory, on: thread, emit: emit)
      return
    }
    let reading = Confined(
      FileReading(settings: settings, memory: memory, clock: context.clock, logger: context.logger))
    while !Task.isCancelled {
      if let chunk = reading.value.withLock({ $0.nextAtHand() }) {
        try await emit(chunk)
      } else {
        let chunks = try await thread.run { reading.value.withLock { Self.some($0.next) } }
        guard !chunks.isEmpty else { break }
        for chunk in chunks { try await emit(chunk) }
      }
    }
  }

  /// The next chunks, one or more; none where there is none. To go to another thread and back costs more than to read one,
  /// so that is done for some at once, and only for what must be waited for.
  private static func some(_ next: () -> InputChunk?) -> [InputChunk] {
    var chunks: [InputChunk] = []
    while chunks.count < 4, let chunk = next() { chunks.append(chunk) }
    return chunks
  }

  private func follow(
    _ memory: FileMemory, on thread: BlockingThread, emit: @escaping @Sendable (InputChunk) async throws -> Void
  ) async throws {
    let watcher = FolderWatcher(.writes)
    let following = Confined(
      FileFollowing(
        settings: settings, memory: memory, clock: context.clock, logger: context.logger, watcher: watcher))
    while !Task.isCancelled {
      let chunks = try await thread.run { following.value.withLock { Self.some($0.next) } }
      for chunk in chunks { try await emit(chunk) }
      if chunks.isEmpty {
        // There are file systems and changes that nobody is told of.
        await watcher.waitForChange(atMost: .seconds(1), clock: context.clock)
      }
    }
  }
}

/// A value that one thread after the other may touch.
final class Confined<Value>: Sendable {
  let value: Mutex<Value>

  init(_ value: sending Value) { self.value = Mutex(value) }
}
