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
    // ASCII needs no repair.
    if text.reduce(0, |) < 0x80 {
      appendInside(text, to: &json)
    } else {
      var repaired = String(decoding: text, as: UTF8.self)
      repaired.withUTF8 { appendInside(UnsafeRawBufferPointer($0), to: &json) }
    }
  }
}
