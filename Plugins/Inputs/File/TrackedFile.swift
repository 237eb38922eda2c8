internal import AlertModel
internal import Glibc
internal import PluginKit

/// One file that is being read.
final class TrackedFile {
  /// What one step of reading brought.
  enum Step {
    /// Documents, or a reason why there are none; perhaps nothing but progress.
    case part(FramedBytes)
    /// There is nothing more for now.
    case end
    /// The content is not what was read before: the file was cut, or written anew.
    case replaced
  }

  /// The checkpoint's key; nil where nothing is remembered.
  let key: String?
  var path: String
  let identity: FileIdentity
  private(set) var framer: DocumentFramer
  private let content: ContentReader
  /// True where no more can be read.
  private(set) var hasEnded = false
  /// True where the content must be compared with what is known of it before reading on: more was appended since, or
  /// something else.
  private var mayHaveChanged = false
  private var written: FileCheckpoint?
  /// Where to go on when more can be read than now, after reading failed.
  private var failedAt: FramePosition?
  /// When something was read last.
  var lastRead: Timestamp

  init(
    key: String?, path: String, identity: FileIdentity, content: ContentReader, limit: Int,
    from position: FramePosition,
    now: Timestamp
  ) {
    self.key = key
    self.path = path
    self.identity = identity
    self.content = content
    framer = DocumentFramer(limit: limit, from: position)
    lastRead = now
  }

  var isCompressed: Bool { content.isCompressed }

  /// True where the last attempt brought nothing.
  private(set) var isQuiet = false

  /// True where a part of a document was read whose rest is still to come.
  var hasPartialDocument: Bool { !hasEnded && framer.hasPartialDocument }

  /// How many bytes of the file have been read.
  var bytesRead: Int64 { content.fileOffset }

  /// True where `DocumentFramer.readSize` bytes can be read, and none of them must be waited for.
  var isAtHand: Bool { !hasEnded && content.isAtHand }

  /// Reads once.
  ///
  /// - Parameter isFinal: true where the file's end is the end of its content; false where more may be appended.
  func step(isFinal: Bool, now: Timestamp) -> Step {
    guard !hasEnded else { return .end }
    if mayHaveChanged {
      guard isUnchanged else { return .replaced }
    }
    let count = framer.fill { content.read(into: $0) }
    isQuiet = count == 0
    if count > 0 {
      lastRead = now
      mayHaveChanged = !isFinal && !isCompressed
      return .part(framer.take())
    }
    if let failure = content.failure {
      hasEnded = true
      return .part(report(failure))
    }
    if isFinal || isCompressed {
      hasEnded = true
      let start = framer.position
      let rest = framer.take(isFinal: true)
      // Whoever writes the file may be in the middle of it: it is told of now, and read whole once there is more.
      if key != nil, !isCompressed, !rest.isEmpty, !rest.isWhole { failedAt = start }
      return rest.isEmpty ? .end : .part(rest)
    }
    mayHaveChanged = true
    return .end
  }

  /// Hands out what is left over where nothing will follow.
  func finish() -> FramedBytes {
    hasEnded = true
    return framer.take(isFinal: true)
  }

  /// Where to go on after what was handed out so far; nil where that has not changed, or where there is nothing to say.
  func checkpoint() -> FileCheckpoint? {
    let position = failedAt ?? framer.position
    guard let key, position.offset > 0 else { return nil }
    let size = Int(min(Int64(Fingerprint.tailSize), position.offset))
    let checkpoint = FileCheckpoint(
      key: key, identity: identity, path: path, position: position,
      head: Fingerprint(content.head(Int(min(Int64(Fingerprint.headSize), position.offset)))),
      tail: Fingerprint(isCompressed ? [] : content.bytes(at: position.offset - Int64(size), count: size)),
      finishedSize: (isCompressed || failedAt != nil) && hasEnded && content.failure == nil ? content.fileOffset : nil)
    guard checkpoint != written else { return nil }
    written = checkpoint
    return checkpoint
  }

  /// The last checkpoint that `checkpoint` returned, or that the file was taken up from.
  var lastCheckpoint: FileCheckpoint? {
    get { written }
    set { written = newValue }
  }

  /// False where a plain file is shorter than what was read of it, or holds something else there.
  private var isUnchanged: Bool {
    var status = stat()
    guard fstat(content.descriptor, &status) == 0 else { return false }
    guard Int64(status.st_size) >= content.fileOffset else { return false }
    guard let written else { return true }
    return content.holds(written)
  }

  private func report(_ failure: ContentReader.Failure) -> FramedBytes {
    let position = framer.position
    failedAt = position
    let reason =
      switch failure {
      case .system(let code): "the file cannot be read further: \(String(cString: strerror(code)))"
      case .cutShort: "the gzip data ends too early: the file was cut short; what comes before goes on"
      case .damaged(let why): "the gzip data cannot be decompressed further: \(why); what comes before goes on"
      }
    let problem = UnreadableInput(
      reason: reason, line: position.line, offset: position.offset, bytes: framer.takeLeftover(), countsAsAlert: false)
    return FramedBytes(unreadable: [problem])
  }
}

extension FramedBytes {
  /// True where it is nothing but whole documents.
  fileprivate var isWhole: Bool {
    let parser = DocumentParser()
    return unreadable.isEmpty
      && bytes.withUnsafeBytes { bytes in
        frames.allSatisfy { frame in
          let document = UnsafeRawBufferPointer(rebasing: bytes[frame.start..<frame.start + frame.count])
          return (try? parser.parse(document)) != nil
        }
      }
  }
}

extension ContentReader {
  /// True where a plain file still holds what a checkpoint knows of it.
  func holds(_ known: FileCheckpoint) -> Bool {
    let offset = known.position.offset
    return Fingerprint(bytes(at: 0, count: known.head.count)) == known.head
      && Fingerprint(bytes(at: offset - Int64(known.tail.count), count: known.tail.count)) == known.tail
  }

  /// True where content, compressed or not, begins with what a checkpoint knows of it.
  func begins(as known: FileCheckpoint) -> Bool {
    isCompressed
      ? begins(with: known) : Fingerprint(bytes(at: 0, count: known.head.count)) == known.head
  }

  /// True where compressed content begins with what a checkpoint knows of it.
  func begins(with known: FileCheckpoint) -> Bool {
    skip(Int64(known.head.count), keeping: 0) != nil && Fingerprint(head(known.head.count)) == known.head
  }

  /// Goes to the place that a checkpoint names.
  ///
  /// - Returns: false where the content is not the one that the checkpoint was made for.
  func take(up known: FileCheckpoint, size: Int64) -> Bool {
    guard known.head.count > 0 else { return false }
    guard isCompressed else {
      guard size >= known.position.offset, holds(known) else { return false }
      return seek(to: known.position.offset)
    }
    // The head first, for it tells most files apart.
    let ahead = Int64(known.head.count)
    guard begins(with: known) else { return false }
    guard let tail = skip(known.position.offset - ahead, keeping: known.tail.count) else { return false }
    // A tail that reaches into the head is not compared: all of it was.
    return tail.count < known.tail.count || Fingerprint(tail) == known.tail
  }
}
