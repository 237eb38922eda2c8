internal import AlertModel
internal import Glibc

// The steps of a `DocumentFramer` over sound input. Each returns false where it needs more bytes.
extension DocumentFramer {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  mutating func step(_ bytes: Bytes, isFinal: Bool, into output: inout FramedBytes) -> Bool {
    switch phase {
    case .between: stepBetween(bytes, isFinal: isFinal, into: &output)
    case .document: stepInDocument(bytes, isFinal: isFinal, into: &output)
    case .afterDocument: stepAfterDocument(bytes, isFinal: isFinal, into: &output)
    case .brokenLine: stepInBrokenLine(bytes, isFinal: isFinal, into: &output)
    case .brokenDocument: stepInBrokenDocument(bytes, isFinal: isFinal, into: &output)
    case .oversizeDocument: stepInOversizeDocument(bytes, isFinal: isFinal, into: &output)
    case .oversizeLine: stepInOversizeLine(bytes, isFinal: isFinal, into: &output)
    case .recordsEnd: stepInRecordsEnd(bytes, isFinal: isFinal, into: &output)
    case .unusable: stepInUnusable(bytes)
    }
  }

  private mutating func stepBetween(_ bytes: Bytes, isFinal: Bool, into output: inout FramedBytes) -> Bool {
    skipSpace(bytes)
    guard cursor < bytes.count else {
      if isFinal { reportOpenArray(into: &output) }
      return false
    }
    if origin + Int64(cursor) == 0 {
      guard isFinal || bytes.count >= SourceSignature.length else { return false }
      if let signature = SourceSignature(Bytes(rebasing: bytes[cursor...])) {
        return take(signature, into: &output)
      }
    }
    return array == nil
      ? beginDocument(bytes, isFinal: isFinal, into: &output)
      : beginElement(bytes, into: &output)
  }

  private mutating func take(_ signature: SourceSignature, into output: inout FramedBytes) -> Bool {
    switch signature {
    case .byteOrderMark(let length):
      cursor += length
    case .unusable(let reason):
      output.unreadable.append(
        UnreadableInput(reason: reason, line: 1, offset: 0, bytes: [], countsAsAlert: false))
      phase = .unusable
    }
    return true
  }

  // MARK: Between documents

  /// At the first byte of what should be a document.
  private mutating func beginDocument(_ bytes: Bytes, isFinal: Bool, into output: inout FramedBytes) -> Bool {
    switch bytes[cursor] {
    case UInt8(ascii: "{"):
      let beginning = cursor
      frameLines(bytes, into: &output)
      guard cursor < bytes.count, bytes[cursor] == UInt8(ascii: "{") else { return true }
      switch RecordsEnvelope.beginning(of: bytes, at: cursor) {
      case .other where cursor > beginning && !isFinal && isBeginningOfLine(bytes): return false
      case .other: beginScanning()
      case .unknown where isFinal: beginScanning()
      case .unknown: return false
      case .records(let first):
        array = .init(kind: .records, expects: .element, line: line)
        advance(to: first, in: bytes)
      }
    case UInt8(ascii: "["):
      // An array of objects is taken apart. Of anything else the parser may say what it is.
      let end = min(bytes.count, cursor + RecordsEnvelope.longestBeginning)
      var next = cursor + 1
      while next < end, bytes[next].isJSONSpace { next += 1 }
      guard next < bytes.count || isFinal else { return false }
      if next < end, bytes[next] == UInt8(ascii: "{") {
        array = .init(kind: .plain, expects: .element, line: line)
        advance(to: next, in: bytes)
      } else if next < end, bytes[next] == UInt8(ascii: "]") {
        advance(to: next + 1, in: bytes)
      } else {
        beginScanning()
      }
    default:
      guard bytes[cursor] == 0xEF else {
        breakLine()
        return true
      }
      // Files may have been put together with their byte-order marks.
      guard isFinal || bytes.count - cursor >= SourceSignature.length else { return false }
      if case .byteOrderMark(let length)? = SourceSignature(Bytes(rebasing: bytes[cursor...])) {
        cursor += length
      } else {
        breakLine()
      }
    }
    return true
  }

  /// Frames lines that are documents, without looking into them, as long as that is safe: a line that begins with `{` and
  /// ends with `}` cannot be the beginning of a longer document if what follows it is no comma and no closing bracket.
  private mutating func frameLines(_ bytes: Bytes, into output: inout FramedBytes) {
    guard let base = bytes.baseAddress else { return }
    let end = bytes.count
    var start = cursor
    var number = line
    while start < end, base[start] == UInt8(ascii: "{"),
      let found = memchr(base + start, 0x0A, end - start)
    {
      let feed = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
      var next = feed + 1
      var feeds = 1
      var nextLine = next
      while next < end, base[next].isJSONSpace {
        if base[next] == UInt8(ascii: "\n") {
          feeds += 1
          nextLine = next + 1
        }
        next += 1
      }
      guard next < end, !base[next].continuesValue else { break }
      var last = feed - 1
      while base[last].isBlank { last -= 1 }
      guard last > start, base[last] == UInt8(ascii: "}"), !mayHoldRecords(base + start, feed - start) else { break }
      emit(start..<last + 1, line: number, bytes, into: &output)
      number += feeds
      lineStart = origin + Int64(nextLine)
      start = next
    }
    cursor = start
    line = number
  }

  /// True where all that is there may be the beginning of a line: behind other lines, the rest is worth one more read, as a
  /// whole line need not be looked into.
  private func isBeginningOfLine(_ bytes: Bytes) -> Bool {
    bytes.count - cursor <= limit && lineFeed(in: bytes, from: cursor) == nil
  }

  private func mayHoldRecords(_ line: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var at = 1
    while at < count, line[at].isBlank { at += 1 }
    return at + 1 < count && line[at + 1] == UInt8(ascii: "R") && line[at] == UInt8(ascii: "\"")
  }

  // MARK: In an array

  /// In an array whose elements are documents, at a byte that is not white space.
  private mutating func beginElement(_ bytes: Bytes, into output: inout FramedBytes) -> Bool {
    guard let open = array else { return true }
    switch bytes[cursor] {
    case UInt8(ascii: ",") where open.expects != .element:
      array?.expects = .element
      cursor += 1
    case UInt8(ascii: "]"):
      if open.expects == .element {
        output.unreadable.append(
          problem("a comma stands before the end of the array that begins on line \(open.line)"))
      }
      cursor += 1
      endArray()
    case UInt8(ascii: ","):
      breakLine()
    case let byte where open.expects == .separator:
      // Where a line begins with a document instead of a comma, the array was cut short and something else goes on.
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "["), lineStart > elementEnd {
        reportOpenArray(into: &output)
      } else {
        breakLine()
      }
    default:
      beginScanning(toleratingMistakes: true)
    }
    return true
  }

  private mutating func endArray() {
    guard array?.kind == .records else {
      array = nil
      return
    }
    array?.kind = .recordsEnd
    array?.expects = .anything
    resumePosition = nil
    resumePosition = position
    furtherRecords = RecordsEnvelope.Search()
    scanner.beginInsideObject()
    scanned = cursor
    phase = .recordsEnd
  }

  private mutating func stepInRecordsEnd(_ bytes: Bytes, isFinal: Bool, into output: inout FramedBytes) -> Bool {
    switch scanner.scan(bytes, from: cursor, origin: origin) {
    case .complete(let end):
      furtherRecords.look(at: bytes[cursor..<end])
      if furtherRecords.isFound {
        output.unreadable.append(
          problem(
            "behind the array 'Records' that begins on line \(array?.line ?? line) comes another 'Records', which is not "
              + "read; give each an object of its own"))
      }
      resumePosition = nil
      advance(to: end, in: bytes)
      array = nil
      phase = .between
      return true
    case .more:
      furtherRecords.look(at: bytes[cursor...])
      advance(to: bytes.count, in: bytes)
      if isFinal {
        resumePosition = nil
        reportOpenArray(into: &output)
        phase = .between
      }
      return false
    case .broken(let place):
      resumePosition = nil
      advance(to: place, in: bytes)
      output.unreadable.append(
        problem("the object with 'Records' that begins on line \(array?.line ?? line) does not end as JSON must"))
      array = nil
      // What stands there may be the next document, or hold one.
      if bytes[place] == UInt8(ascii: "{") || bytes[place] == UInt8(ascii: "[") {
        phase = .between
      } else {
        breakLine()
      }
      return true
    }
  }

  // MARK: In a document

  private mutating func beginScanning(toleratingMistakes: Bool = false) {
    scanner.begin(toleratingMistakes: toleratingMistakes)
    scanned = cursor
    phase = .document
  }

  private mutating func stepInDocument(_ bytes: Bytes, isFinal: Bool, into output: inout FramedBytes) -> Bool {
    var window = bytes
    let isOneLine = retries.isSpent(at: origin + Int64(cursor))
    if isOneLine, let feed = lineFeed(in: bytes, from: scanned) { window = Bytes(rebasing: bytes[..<feed]) }
    switch scanner.scan(window, from: scanned, origin: origin) {
    case .complete(let end):
      scanned = end
      if array == nil { phase = .afterDocument } else { finishDocument(bytes, into: &output) }
      return true
    case .more:
      scanned = window.count
      if isFinal, window.count == bytes.count, scanner.endsWithInput {
        finishDocument(bytes, into: &output)
        return true
      }
      if isFinal || window.count < bytes.count {
        breakDocument(at: scanned, in: bytes)
        return true
      }
      guard bytes.count - cursor > limit else { return false }
      return outgrowLimit(bytes)
    case .broken(let place):
      scanned = place
      breakDocument(at: place, in: bytes)
      return true
    }
  }

  /// The document at the cursor ends at `scanned`. Something else than another document behind it on the line makes the
  /// line broken: one mistake is one dead letter.
  private mutating func stepAfterDocument(_ bytes: Bytes, isFinal: Bool, into output: inout FramedBytes) -> Bool {
    let end = min(bytes.count, scanned + RecordsEnvelope.longestBeginning)
    var next = scanned
    while next < end, bytes[next].isBlank { next += 1 }
    if next == bytes.count, next < scanned + RecordsEnvelope.longestBeginning, !isFinal { return false }
    if next == end || bytes[next].mayFollowDocument {
      finishDocument(bytes, into: &output)
    } else {
      phase = .brokenLine
    }
    return true
  }

  /// Hands out the document from the cursor to `scanned`.
  private mutating func finishDocument(_ bytes: Bytes, into output: inout FramedBytes) {
    emit(cursor..<scanned, line: line, bytes, into: &output)
    line += scanner.newlines
    if let start = scanner.lastLineStart { lineStart = start }
    cursor = scanned
    elementEnd = origin + Int64(cursor)
    array?.expects = .separator
    phase = .between
  }

  // MARK: Moving

  private mutating func skipSpace(_ bytes: Bytes) {
    while cursor < bytes.count, bytes[cursor].isJSONSpace {
      if bytes[cursor] == UInt8(ascii: "\n") {
        line += 1
        lineStart = origin + Int64(cursor) + 1
      }
      cursor += 1
    }
  }

  /// Moves the cursor over bytes, counting lines.
  mutating func advance(to place: Int, in bytes: Bytes) {
    var at = cursor
    while at < place, let feed = lineFeed(in: Bytes(rebasing: bytes[..<place]), from: at) {
      line += 1
      lineStart = origin + Int64(feed) + 1
      at = feed + 1
    }
    cursor = place
    scanned = max(scanned, place)
  }

  func lineFeed(in bytes: Bytes, from start: Int) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress,
      let found = memchr(base + start, 0x0A, bytes.count - start)
    else { return nil }
    return base.distance(to: found.assumingMemoryBound(to: UInt8.self))
  }

  // MARK: Handing out

  mutating func emit(_ range: Range<Int>, line: Int, _ bytes: Bytes, into output: inout FramedBytes) {
    let offset = origin + Int64(range.lowerBound)
    guard range.count <= limit else {
      let kept = Array(bytes[range.prefix(Self.keptOfOversize)])
      output.unreadable.append(
        .oversize(count: Int64(range.count), limit: limit, line: line, offset: offset, kept: kept))
      return
    }
    output.frames.append(.init(start: range.lowerBound, count: range.count, line: line, offset: offset))
  }

  /// Gives up on the array that is open, if one is.
  mutating func reportOpenArray(into output: inout FramedBytes) {
    guard let open = array else { return }
    output.unreadable.append(
      problem("the array that begins on line \(open.line) is not closed; the input may have been cut short"))
    array = nil
  }

  /// Something that is wrong at the cursor, without an alert that is lost by it.
  private func problem(_ reason: String) -> UnreadableInput {
    UnreadableInput(
      reason: reason, line: line, offset: origin + Int64(cursor), bytes: [], countsAsAlert: false)
  }
}

extension UInt8 {
  /// True for what may stand behind a document on its line.
  fileprivate var mayFollowDocument: Bool {
    self == UInt8(ascii: "\n") || self == UInt8(ascii: "{") || self == UInt8(ascii: "[")
  }

  /// True for what may stand behind a value inside a longer document.
  fileprivate var continuesValue: Bool {
    self == UInt8(ascii: ",") || self == UInt8(ascii: "}") || self == UInt8(ascii: "]")
  }
}
