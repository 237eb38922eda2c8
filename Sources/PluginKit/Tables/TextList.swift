/// A plain list of texts, one a line: the form in which scripts and people keep long lists.
///
/// `#` at the beginning of a line, or after white space, begins a comment. White space around a text, CR, blank lines and
/// a byte order mark are dropped; the last line needs no line break.
public struct TextList: Sendable {
  /// The file as messages name it.
  public let file: String
  /// The texts; each one's number is its place among the distinct texts.
  public let texts: KeyIndex
  /// By number: the line on which the text stands first.
  private let lines: [UInt32]
  /// Texts that came again, with both lines.
  public let repeated: [(number: Int, line: Int)]

  /// - Throws: `ConfigurationError` where the file is not UTF-8 or holds no text at all.
  public init(contentsOf file: FilePath, _ files: any ConfigurationFiles) throws(ConfigurationError) {
    self = try TextList(bytes: files.bytes(of: file), file: file.text)
  }

  /// - Throws: `ConfigurationError` where the bytes are not UTF-8 or hold no text at all.
  public init(bytes: [UInt8], file: String) throws(ConfigurationError) {
    var texts = KeyIndex(capacity: bytes.count / 40)
    var lines: [UInt32] = []
    var repeated: [(number: Int, line: Int)] = []
    let isUTF8 = bytes.withUnsafeBytes { bytes -> Bool in
      guard bytes.firstInvalidUTF8 == nil else { return false }
      var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      var line = 0
      while at < bytes.count {
        var end = at
        while end < bytes.count, bytes[end] != 0x0A { end += 1 }
        line += 1
        let text = Self.withoutCommentAndSpace(UnsafeRawBufferPointer(rebasing: bytes[at..<end]))
        at = end + 1
        guard !text.isEmpty else { continue }
        let (number, isNew) = texts.insert(text)
        if isNew { lines.append(UInt32(line)) } else { repeated.append((number, line)) }
      }
      return true
    }
    guard isUTF8 else {
      throw ConfigurationError("the file is not UTF-8; save it as UTF-8", at: SourcePlace(file: file))
    }
    guard texts.count > 0 else {
      throw ConfigurationError("the list is empty; was it cut short while being written?", at: SourcePlace(file: file))
    }
    self.file = file
    self.texts = texts
    self.lines = lines
    self.repeated = repeated
  }

  /// Where the text of that number stands first.
  public func place(of number: Int) -> SourcePlace { SourcePlace(file: file, line: Int(lines[number]), column: 1) }

  private static func withoutCommentAndSpace(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var start = 0
    while start < line.count, isSpace(line[start]) { start += 1 }
    var end = start
    while end < line.count {
      if line[end] == UInt8(ascii: "#"), end == start || isSpace(line[end - 1]) { break }
      end += 1
    }
    while end > start, isSpace(line[end - 1]) { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: line[start..<end])
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
