/// Cuts a stream of bytes into JSON documents, whatever their layout: one a line, several on a line, one over many lines,
/// the elements of an array, the records of a CloudTrail file.
///
/// One document a line is the way that is fast: such lines are found, not looked into. A line that is no document costs
/// only itself: it is handed out as a frame, for the parser to say what is wrong with it, and framing goes on at the next
/// line, even where the broken line looks like the beginning of a longer document. Memory is bounded: a document over
/// the limit is passed over and reported, never kept.
///
///     while framer.fill({ read(file, $0.baseAddress, $0.count) }) > 0 { use(framer.take()) }
///     use(framer.take(isFinal: true))
public struct DocumentFramer: Sendable {
  /// The default of `max_document`: 16 MiB.
  public static let defaultLimit = 16 << 20

  /// - Throws: `ConfigurationError` where `max_document` lets no document through.
  public static func check(limit: ByteCount, at setting: SettingLocation) throws(ConfigurationError) {
    guard limit.bytes > 0 else { throw setting.error("'max_document' must be above 0; no alert would be read") }
  }

  /// How many bytes are read at once, and thereby how large a chunk is: as many as stay in a processor's second cache while
  /// they are worked on.
  public static let readSize = 256 << 10

  /// How many bytes of a document over the limit are kept for its dead letter.
  public static let keptOfOversize = 64 << 10

  let limit: Int
  let readSize: Int

  /// What was read and not dropped; `origin` is the offset of the first of them in the source.
  var bytes: [UInt8] = []
  var origin: Int64
  /// The first byte in `bytes` that was not handed out, its line, and the offset at which that line begins.
  var cursor = 0
  var line: Int
  var lineStart: Int64

  var array: FramePosition.OpenArray?
  /// The offset behind the last element of the array.
  var elementEnd: Int64
  var phase = Phase.between
  var scanner = JSONScanner()
  /// What was seen behind the array `Records`.
  var furtherRecords = RecordsEnvelope.Search()
  /// Where to go on looking in `bytes`, in phases that have looked at some of the document at `cursor`.
  var scanned = 0
  var oversize: Oversize?
  var retries = RetryBudget()
  /// The place to take up work from where that is not the cursor.
  var resumePosition: FramePosition?

  enum Phase: Equatable {
    /// At a place where a document may begin.
    case between
    /// Inside the document at the cursor; the scanner knows how far.
    case document
    /// Behind a document at `scanned`: what follows on its line decides whether it is one.
    case afterDocument
    /// Looking for the end of the broken line at the cursor.
    case brokenLine
    /// Looking for the line at which to go on after the broken document at the cursor.
    case brokenDocument
    /// Inside a document over the limit, following the grammar.
    case oversizeDocument
    /// In the rest of a line over the limit.
    case oversizeLine
    /// Behind the array `Records`, inside the object that holds it.
    case recordsEnd
    /// The source cannot be read at all.
    case unusable
  }

  /// - Parameters:
  ///   - limit: the most bytes that a document may have.
  ///   - position: where in the source the first byte stands.
  ///   - readSize: how many bytes to read at once.
  public init(
    limit: Int = DocumentFramer.defaultLimit, from position: FramePosition = .start,
    readSize: Int = DocumentFramer.readSize
  ) {
    self.limit = max(limit, 1)
    self.readSize = max(readSize, 1)
    origin = position.offset
    line = position.line
    lineStart = position.offset
    array = position.array
    elementEnd = position.offset
    if position.array?.kind == .recordsEnd {
      scanner.beginInsideObject()
      phase = .recordsEnd
      resumePosition = position
    }
  }

  /// Where to take up the work: everything before was handed out.
  public var position: FramePosition {
    resumePosition ?? FramePosition(offset: origin + Int64(cursor), line: line, array: array)
  }

  /// True where bytes were read that belong to a document which is not over.
  public var hasPartialDocument: Bool { cursor < bytes.count || resumePosition != nil || array != nil }

  /// Makes room and has `read` write into it.
  ///
  /// - Parameter read: returns how many bytes it wrote, 0 at the end of the source.
  /// - Returns: what `read` returned.
  @discardableResult
  public mutating func fill(_ read: (UnsafeMutableRawBufferPointer) throws -> Int) rethrows -> Int {
    let tail = bytes.count - cursor
    var count = 0
    if tail <= readSize / 4 {
      // The usual case: a new buffer, into which the bytes are read and in which they stay. All have room for as much, so
      // that one can take the place of another in memory.
      let old = bytes
      let start = cursor
      bytes = []
      do {
        bytes = try [UInt8](unsafeUninitializedCapacity: readSize / 4 + readSize) { buffer, initialized in
          let room = UnsafeMutableRawBufferPointer(buffer)
          old.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start...])) }
          initialized = tail
          count = try read(UnsafeMutableRawBufferPointer(rebasing: room[tail..<(tail + readSize)]))
          initialized = tail + count
        }
      } catch {
        bytes = old
        throw error
      }
      drop(start)
      // A slow producer's line must not hold a large buffer while it is on its way.
      if bytes.count <= readSize / 16 { bytes = Array(bytes[...]) }
    } else {
      // A large document is on its way: the buffer grows by doubling, so that it is not copied at each read.
      if cursor > 0 {
        bytes = Array(bytes[cursor...])
        drop(cursor)
      }
      try withUnsafeTemporaryAllocation(byteCount: readSize, alignment: 16) { room in
        count = try read(room)
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<count]))
      }
    }
    return count
  }

  /// Frames what is whole so far.
  ///
  /// - Parameter isFinal: true at the end of the source: what is left over is handed out as it is.
  public mutating func take(isFinal: Bool = false) -> FramedBytes {
    var output = FramedBytes()
    let bytes = self.bytes
    bytes.withUnsafeBufferPointer { buffer in
      while step(buffer, isFinal: isFinal, into: &output) {}
    }
    if !output.frames.isEmpty { output.bytes = bytes }
    return output
  }

  /// Gives up on what is left over, where the source turned out to be cut short: nothing of it is handed out.
  ///
  /// - Returns: the bytes that are left over, at most `keptOfOversize` of them.
  public mutating func takeLeftover() -> [UInt8] {
    let left = oversize?.kept ?? Array(bytes[cursor...].prefix(Self.keptOfOversize))
    let bytes = self.bytes
    bytes.withUnsafeBufferPointer { advance(to: bytes.count, in: $0) }
    (array, oversize, resumePosition, phase) = (nil, nil, nil, .between)
    return left
  }

  /// Takes apart the bytes of one frame that the parser refused because something follows its first document.
  ///
  /// - Returns: the places of the documents; one place, all of the bytes, where the frame is broken.
  public static func documents(in frame: UnsafeRawBufferPointer) -> [Range<Int>] {
    var framer = DocumentFramer(limit: max(frame.count, 1), readSize: max(frame.count, 1))
    framer.fill { room in
      room.copyMemory(from: frame)
      return frame.count
    }
    let framed = framer.take(isFinal: true)
    // Of an array or envelope that does not end as it must, no part may be missing.
    guard framed.unreadable.isEmpty else { return [0..<frame.count] }
    return framed.frames.map { $0.start..<$0.start + $0.count }
  }

  /// Accounts for bytes that were dropped from the front of the buffer.
  private mutating func drop(_ count: Int) {
    origin += Int64(count)
    cursor -= count
    scanned -= count
  }
}

/// What `DocumentFramer.take` found.
public struct FramedBytes: Sendable {
  /// The buffer in which the frames stand; empty where there are none.
  public var bytes: [UInt8] = []
  /// Where the documents are.
  public var frames: [InputChunk.Frame] = []
  /// What is no document, with the reason.
  public var unreadable: [UnreadableInput] = []

  public init(bytes: [UInt8] = [], frames: [InputChunk.Frame] = [], unreadable: [UnreadableInput] = []) {
    self.bytes = bytes
    self.frames = frames
    self.unreadable = unreadable
  }

  /// True where there is nothing to hand over.
  public var isEmpty: Bool { frames.isEmpty && unreadable.isEmpty }
}
