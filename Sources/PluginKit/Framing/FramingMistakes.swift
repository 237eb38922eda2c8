internal import AlertModel

// The steps of a `DocumentFramer` over what is broken or too large. Each returns false where it needs more bytes.
extension DocumentFramer {
  /// A document over the limit, of which only the beginning is kept.
  struct Oversize: Sendable {
    let line: Int
    let offset: Int64
    let kept: [UInt8]
  }

  /// Keeps repeated looking for the end of broken documents from costing more than a few times their length.
  ///
  /// After a document that turns out broken on a later line, framing goes back to the line behind its first. A file of
  /// nothing but beginnings would be looked at again and again; so after a few failures over the same bytes, each line
  /// in them must be a document by itself.
  struct RetryBudget: Sendable {
    private static let most = 4
    private var failures = 0
    /// The offset up to which failed documents have been followed.
    private var mark: Int64 = 0

    func isSpent(at offset: Int64) -> Bool { failures >= Self.most && offset < mark }

    mutating func fail(from offset: Int64, to place: Int64) {
      failures = offset < mark ? failures + 1 : 1
      mark = max(mark, place)
    }
  }

  /// What begins at the cursor ends with its line, and is broken.
  mutating func breakLine() {
    scanned = cursor
    phase = .brokenLine
  }

  /// The byte at `place` shows that the document at the cursor is broken.
  mutating func breakDocument(at place: Int, in bytes: Bytes) {
    // The mistake is on the first line: nothing says that the next lines belong to it.
    guard scanner.newlines > 0, let feed = lineFeed(in: bytes, from: cursor), feed < place else {
      phase = .brokenLine
      scanned = min(scanned, place)
      return
    }
    retries.fail(from: origin + Int64(cursor), to: origin + Int64(place))
    scanned = feed
    phase = .brokenDocument
  }

  mutating func stepInBrokenLine(_ bytes: Bytes, isFinal: Bool, into output: inout FramedBytes) -> Bool {
    guard let feed = lineFeed(in: bytes, from: scanned) else {
      if isFinal {
        emitBroken(to: bytes.count, bytes, into: &output)
        array = nil
        return false
      }
      scanned = bytes.count
      guard bytes.count - cursor > limit else { return false }
      keepBeginning(bytes)
      phase = .oversizeLine
      return true
    }
    emitBroken(to: feed, bytes, into: &output)
    return true
  }

  mutating func stepInBrokenDocument(_ bytes: Bytes, isFinal: Bool, into output: inout FramedBytes) -> Bool {
    if let start = nextBeginning(in: bytes) {
      emitBroken(to: start, bytes, into: &output)
      return true
    }
    if isFinal {
      emitBroken(to: bytes.count, bytes, into: &output)
      array = nil
      return false
    }
    guard bytes.count - cursor > limit else { return false }
    // Nothing that looks like another document within the limit: what was read is lost, and the next line is tried.
    keepBeginning(bytes)
    phase = .oversizeLine
    return true
  }

  /// The first line behind `scanned` that looks like the beginning of a document: not further to the right than the one
  /// at the cursor. Remembers how far it looked.
  private mutating func nextBeginning(in bytes: Bytes) -> Int? {
    let column = origin + Int64(cursor) - lineStart
    while let feed = lineFeed(in: bytes, from: scanned) {
      let start = feed + 1
      var at = start
      while at < bytes.count, bytes[at].isBlank { at += 1 }
      guard at < bytes.count else {
        scanned = feed
        return nil
      }
      let byte = bytes[at]
      let begins =
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || (array != nil && byte == UInt8(ascii: "]"))
      if begins, Int64(at - start) <= max(column, 0) { return start }
      scanned = at
    }
    scanned = bytes.count
    return nil
  }

  /// Hands out what is broken, up to `end`, for the parser to say why.
  private mutating func emitBroken(to end: Int, _ bytes: Bytes, into output: inout FramedBytes) {
    var last = end
    while last > cursor, bytes[last - 1].isJSONSpace { last -= 1 }
    emit(cursor..<last, line: line, bytes, into: &output)
    advance(to: end, in: bytes)
    array?.expects = .anything
    phase = .between
  }

  // MARK: Over the limit

  /// The document at the cursor is not over and has more bytes than the limit allows.
  mutating func outgrowLimit(_ bytes: Bytes) -> Bool {
    // Perhaps it only swallowed what follows a broken line.
    if scanner.newlines > 0 {
      let end = scanned
      if let feed = lineFeed(in: bytes, from: cursor) {
        scanned = feed
        if nextBeginning(in: bytes) != nil {
          scanned = feed
          retries.fail(from: origin + Int64(cursor), to: origin + Int64(end))
          phase = .brokenDocument
          return true
        }
      }
      scanned = end
    }
    keepBeginning(bytes)
    phase = .oversizeDocument
    return true
  }

  /// Lets go of the bytes, and keeps the beginning for the dead letter.
  private mutating func keepBeginning(_ bytes: Bytes) {
    resumePosition = position
    oversize = Oversize(
      line: line, offset: origin + Int64(cursor), kept: Array(bytes[cursor...].prefix(Self.keptOfOversize)))
    advance(to: bytes.count, in: bytes)
  }

  mutating func stepInOversizeDocument(_ bytes: Bytes, isFinal: Bool, into output: inout FramedBytes) -> Bool {
    switch scanner.scan(bytes, from: cursor, origin: origin) {
    case .complete(let end):
      advance(to: end, in: bytes)
      reportOversize(into: &output)
      elementEnd = origin + Int64(cursor)
      array?.expects = .separator
      phase = .between
      return true
    case .more:
      advance(to: bytes.count, in: bytes)
      if isFinal {
        reportOversize(into: &output)
        array = nil
        phase = .between
      }
      return false
    case .broken(let place):
      advance(to: place, in: bytes)
      phase = .oversizeLine
      return true
    }
  }

  mutating func stepInOversizeLine(_ bytes: Bytes, isFinal: Bool, into output: inout FramedBytes) -> Bool {
    let feed = lineFeed(in: bytes, from: cursor)
    advance(to: feed ?? bytes.count, in: bytes)
    guard feed != nil || isFinal else { return false }
    reportOversize(into: &output)
    if feed == nil { array = nil }
    array?.expects = .anything
    phase = .between
    return feed != nil
  }

  private mutating func reportOversize(into output: inout FramedBytes) {
    resumePosition = nil
    guard let oversize else { return }
    self.oversize = nil
    let count = origin + Int64(cursor) - oversize.offset
    output.unreadable.append(
      .oversize(count: count, limit: limit, line: oversize.line, offset: oversize.offset, kept: oversize.kept))
  }

  // MARK: Of no use

  mutating func stepInUnusable(_ bytes: Bytes) -> Bool {
    advance(to: bytes.count, in: bytes)
    return false
  }
}

extension UnreadableInput {
  static func oversize(count: Int64, limit: Int, line: Int, offset: Int64, kept: [UInt8]) -> UnreadableInput {
    var reason = "a document of \(count) bytes is larger than 'max_document' allows (\(limit) bytes)"
    if Int64(kept.count) < count { reason += "; only its first \(kept.count) bytes are kept" }
    return UnreadableInput(reason: reason, line: line, offset: offset, bytes: kept, countsAsAlert: true)
  }
}
