public import AlertModel

extension JSONEscapes {
  /// Appends text as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
  public static func appendRepaired(_ text: UnsafeRawBufferPointer, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    appendInsideRepaired(text, to: &json)
    json.append(UInt8(ascii: "\""))
  }

  /// The same without quotes.
  static func appendInsideRepaired(_ text: UnsafeRawBufferPointer, to json: inout [UInt8]) {
    if text.isPlain {
      json.append(contentsOf: text)
    } else {
      var repaired = String(decoding: text, as: UTF8.self)
      repaired.withUTF8 { appendInside(UnsafeRawBufferPointer($0), to: &json) }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// True where it is ASCII and nothing in it needs an escape; now and then false for such text too.
  fileprivate var isPlain: Bool {
    guard count >= 8 else {
      return allSatisfy { (0x20..<0x80).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }
    var found: UInt64 = 0
    var at = 0
    while at + 8 < count {
      found |= Self.unusual(loadUnaligned(fromByteOffset: at, as: UInt64.self))
      at += 8
    }
    // The last eight, some of which may have been in the word before.
    found |= Self.unusual(loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
    return found == 0
  }

  /// Not 0 where one of the eight bytes is a quote, a backslash, below 0x20 or no ASCII; now and then for others.
  @inline(__always)
  private static func unusual(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ ones &* UInt64(UInt8(ascii: "\""))
    let backslashes = word ^ ones &* UInt64(UInt8(ascii: "\\"))
    return (word | (quotes &- ones) | (backslashes &- ones) | (word &- ones &* 0x20)) & (ones &* 0x80)
  }
}
