/// Cuts CSV (RFC 4180) into cells, and counts lines.
struct CSVScanner {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0
  /// What separates cells.
  var separator = UInt8(ascii: ",")
  /// The line that is being read, from 1.
  private(set) var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed: UInt8 = 0x0A
  private static let carriageReturn: UInt8 = 0x0D

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  var isAtEnd: Bool { at >= bytes.count }

  /// What became of reading a cell.
  enum CellEnd: Equatable {
    case moreFollow
    case endOfRow
    /// Reading cannot go on, and why; the line is where the mistake began.
    case mistake(String, line: Int)
  }

  /// Reads one cell and what ends it; `write` takes its bytes, in one piece or several.
  mutating func readCell(_ write: (UnsafeRawBufferPointer) -> Void) -> CellEnd {
    skipSpace()
    if at < bytes.count, bytes[at] == Self.quote {
      let opening = line
      guard readQuoted(write) else { return .mistake("a quote that opens here is not closed", line: opening) }
      skipSpace()
      guard at >= bytes.count || endsCell(bytes[at]) else {
        return .mistake(
          "something follows the closing quote of a cell; a quote inside quotes is written twice", line: line)
      }
    } else {
      let start = at
      while at < bytes.count, !endsCell(bytes[at]) { at += 1 }
      var end = at
      while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
      write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    }
    return endCell()
  }

  /// Goes to the next line that holds something other than a comment.
  mutating func skipBlankLinesAndComments() {
    while at < bytes.count {
      var next = at
      while next < bytes.count, Self.isSpace(bytes[next]) { next += 1 }
      let isBlank = next >= bytes.count || Self.isLineBreak(bytes[next])
      guard isBlank || bytes[next] == UInt8(ascii: "#") else { return }
      while next < bytes.count, !Self.isLineBreak(bytes[next]) { next += 1 }
      at = next
      _ = endCell()
    }
  }

  /// The comma, unless this line has none and has semicolons or tabs.
  func separatorOfLine() -> UInt8 {
    let rest = bytes[at...].prefix { !Self.isLineBreak($0) }
    return [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09].first { rest.contains($0) } ?? UInt8(ascii: ",")
  }

  private mutating func readQuoted(_ write: (UnsafeRawBufferPointer) -> Void) -> Bool {
    at += 1
    while true {
      let start = at
      while at < bytes.count, bytes[at] != Self.quote {
        if bytes[at] == Self.lineFeed { line += 1 }
        at += 1
      }
      guard at < bytes.count else { return false }
      write(UnsafeRawBufferPointer(rebasing: bytes[start..<at]))
      at += 1
      guard at < bytes.count, bytes[at] == Self.quote else { return true }
      // Two quotes stand for one.
      write(UnsafeRawBufferPointer(rebasing: bytes[at..<(at + 1)]))
      at += 1
    }
  }

  private mutating func endCell() -> CellEnd {
    guard at < bytes.count else { return .endOfRow }
    let byte = bytes[at]
    at += 1
    if byte == separator { return .moreFollow }
    if byte == Self.carriageReturn, at < bytes.count, bytes[at] == Self.lineFeed { at += 1 }
    line += 1
    return .endOfRow
  }

  private mutating func skipSpace() {
    while at < bytes.count, Self.isSpace(bytes[at]), bytes[at] != separator { at += 1 }
  }

  @inline(__always)
  private func endsCell(_ byte: UInt8) -> Bool { byte == separator || Self.isLineBreak(byte) }

  @inline(__always)
  private static func isLineBreak(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }

  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
