/// Between text and the inside of a JSON string (RFC 8259, section 7).
public enum JSONEscapes {
  /// Appends the text that `escaped`, the inside of a JSON string, stands for. A lone surrogate becomes U+FFFD.
  static func appendUnescaped(_ escaped: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    var at = 0
    while at < escaped.count {
      let byte = escaped[at]
      guard byte == UInt8(ascii: "\\"), at + 1 < escaped.count else {
        text.append(byte)
        at += 1
        continue
      }
      switch escaped[at + 1] {
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"):
        var (scalar, length) = (codeUnit(in: escaped, at: at + 2), 6)
        if (0xD800..<0xDC00).contains(scalar), at + 7 < escaped.count, escaped[at + 6] == UInt8(ascii: "\\"),
          escaped[at + 7] == UInt8(ascii: "u")
        {
          let low = codeUnit(in: escaped, at: at + 8)
          if (0xDC00..<0xE000).contains(low) {
            scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            length = 12
          }
        }
        text.append(contentsOf: Array(String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8))
        at += length
        continue
      default: text.append(escaped[at + 1])
      }
      at += 2
    }
  }

  /// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
  public static func appendQuoted(_ text: some StringProtocol, to json: inout [UInt8]) {
    // A native string lies in memory as it is.
    if let done: Void = text.utf8.withContiguousStorageIfAvailable({
      appendQuoted(UnsafeRawBufferPointer($0), to: &json)
    }) {
      return done
    }
    var text = String(text)
    text.withUTF8 { appendQuoted(UnsafeRawBufferPointer($0), to: &json) }
  }

  /// `text` as a JSON string with its quotes, for what is not on an alert's way.
  public static func quoted(_ text: String) -> String {
    var json: [UInt8] = []
    appendQuoted(text, to: &json)
    return String(decoding: json, as: UTF8.self)
  }

  /// Appends UTF-8 `text` as a JSON string with its quotes.
  public static func appendQuoted(_ text: UnsafeRawBufferPointer, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    appendInside(text, to: &json)
    json.append(UInt8(ascii: "\""))
  }

  /// Appends UTF-8 `text` as the inside of a JSON string: without its quotes.
  public static func appendInside(_ text: UnsafeRawBufferPointer, to json: inout [UInt8]) {
    var copied = 0
    var at = 0
    while at < text.count {
      // Eight bytes at a time, the last eight at the end, as hardly any needs an escape.
      let word = min(at, text.count - 8)
      if word >= 0, !mayNeedEscape(text.loadUnaligned(fromByteOffset: word, as: UInt64.self)) {
        at = word + 8
        continue
      }
      if text[at] < 0x20 || text[at] == UInt8(ascii: "\"") || text[at] == UInt8(ascii: "\\") {
        json.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[copied..<at]))
        appendEscaped(text[at], to: &json)
        copied = at + 1
      }
      at += 1
    }
    json.append(copyOf: UnsafeRawBufferPointer(rebasing: text[copied...]))
  }

  /// True where one of the eight bytes is a quote, a backslash or below 0x20; now and then for others.
  @inline(__always)
  private static func mayNeedEscape(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ ones &* UInt64(UInt8(ascii: "\""))
    let backslashes = word ^ ones &* UInt64(UInt8(ascii: "\\"))
    let zeros = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
    return (zeros | (word &- ones &* 0x20) & ~word) & (ones &* 0x80) != 0
  }

  private static func appendEscaped(_ byte: UInt8, to json: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): json.append(contentsOf: [UInt8(ascii: "\\"), byte])
    case UInt8(ascii: "\\"): json.append(contentsOf: [byte, byte])
    case 0x0A: json.append(contentsOf: Array("\\n".utf8))
    case 0x0D: json.append(contentsOf: Array("\\r".utf8))
    case 0x09: json.append(contentsOf: Array("\\t".utf8))
    case 0..<0x20:
      json.append(contentsOf: Array("\\u00".utf8))
      json.append(hexadecimal: byte)
    default: json.append(byte)
    }
  }

  private static func codeUnit(in escaped: UnsafeRawBufferPointer, at start: Int) -> UInt32 {
    var unit: UInt32 = 0
    for at in start..<min(start + 4, escaped.count) {
      let byte = escaped[at]
      let digit: UInt8 =
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        default: (byte | 0x20) - UInt8(ascii: "a") + 10
        }
      unit = unit << 4 | UInt32(digit & 15)
    }
    return unit
  }
}
