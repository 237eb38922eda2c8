internal import AlertModel

/// Writes text from alerts so that it stays within its place: nothing in it can end a line, a field or a record.
struct SafeText {
  /// What gets a backslash before it.
  private let escaped: [Bool]
  /// What stands before `n`, `r`, `t` and `u001b` in place of a control character.
  private let mark: StaticString

  private init(escaping characters: StaticString, mark: StaticString) {
    var escaped = [Bool](repeating: false, count: 256)
    for index in 0..<characters.utf8CodeUnitCount { escaped[Int(characters.utf8Start[index])] = true }
    self.escaped = escaped
    self.mark = mark
  }

  /// For a text between double quotes.
  static let quoted = SafeText(escaping: "\"\\", mark: "\\")
  /// For the inside of a JSON string as the value of a parameter of structured data (RFC 5424, section 6.3.3): `"`, `\` and
  /// `]` get a backslash. JSON's own escapes stay as they are, and what JSON leaves as it is becomes such an escape; they
  /// differ from what they stand for by one more backslash only.
  static let parameter = SafeText(escaping: "\"\\]", mark: "\\\\")
  /// For text outside quotes.
  static let plain = SafeText(escaping: "", mark: "\\")
  /// For a field of CEF's header: `|` and `\` get a backslash; line breaks are not allowed there, so they are shown.
  static let cefHeader = SafeText(escaping: "|\\", mark: "\\\\")
  /// For a value of CEF's extension: `=` and `\` get a backslash, and line breaks are `\n` and `\r`.
  static let cefValue = SafeText(escaping: "=\\", mark: "\\")

  /// Appends UTF-8 text.
  func append(_ text: UnsafeRawBufferPointer, to message: inout [UInt8]) {
    var index = 0
    while true {
      let start = index
      while index < text.count, isPlain(text[index]) { index += 1 }
      message.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<index]))
      guard index < text.count else { return }
      if let (scalar, length) = Self.unsafeScalar(in: text, at: index) {
        appendVisible(scalar, to: &message)
        index += length
      } else {
        if escaped[Int(text[index])] { message.append(UInt8(ascii: "\\")) }
        message.append(text[index])
        index += 1
      }
    }
  }

  func append(_ value: FieldValue, to message: inout [UInt8]) { value.withText { append($0, to: &message) } }

  private func appendVisible(_ scalar: UInt32, to message: inout [UInt8]) {
    message.append(contentsOf: UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount))
    switch scalar {
    case 0x09: message.append(UInt8(ascii: "t"))
    case 0x0a: message.append(UInt8(ascii: "n"))
    case 0x0d: message.append(UInt8(ascii: "r"))
    default:
      message.append(UInt8(ascii: "u"))
      for shift: UInt32 in [12, 8, 4, 0] {
        let digit = UInt8(scalar >> shift & 15)
        message.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
  }

  /// True for ASCII that stays as it is.
  private func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7f && !escaped[Int(byte)] }

  /// A character that could end a line or act on a terminal: control characters (C0, DEL, C1), line and paragraph
  /// separators, and what turns the direction of text.
  private static func unsafeScalar(in text: UnsafeRawBufferPointer, at index: Int) -> (UInt32, length: Int)? {
    let byte = text[index]
    if byte < 0x20 || byte == 0x7f { return (UInt32(byte), 1) }
    if byte == 0xc2, index + 1 < text.count, (0x80...0x9f).contains(text[index + 1]) {
      return (UInt32(text[index + 1]), 2)
    }
    guard byte == 0xe2, index + 2 < text.count else { return nil }
    let last = text[index + 2]
    switch (text[index + 1], last) {
    case (0x80, 0xa8...0xae): return (0x2000 + UInt32(last - 0x80), 3)
    case (0x81, 0xa6...0xa9): return (0x2040 + UInt32(last - 0x80), 3)
    default: return nil
    }
  }
}
