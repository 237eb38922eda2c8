public import AlertModel

/// Something that cannot be processed, kept with the reason.
public struct DeadLetter: Sendable, Equatable {
  /// What is wrong and, where one can, what to do.
  public let reason: String
  /// The input that it came from: `<stdin>`, `alerts.ndjson`.
  public let source: String
  /// The line on which it begins, from 1; 0 where it is all of the source.
  public let line: Int
  /// The byte at which it begins, from 0.
  public let offset: Int64
  /// The bytes as they were read.
  public let bytes: [UInt8]

  public init(reason: String, source: String, line: Int, offset: Int64, bytes: [UInt8]) {
    self.reason = reason
    self.source = source
    self.line = line
    self.offset = offset
    self.bytes = bytes
  }

  /// Where it is, for people: `alerts.ndjson:14`, or the source alone.
  public var place: String { Self.place(in: source, line: line) }

  /// A line of a source, for people; the source alone where the line is 0.
  public static func place(in source: String, line: Int) -> String { line > 0 ? "\(source):\(line)" : source }

  /// Appends the letter as one line of JSON with a line feed. Text stays text (`raw`); bytes that are not UTF-8 are in
  /// Base64 (`raw_base64`).
  public func appendJSON(at time: Timestamp, to line: inout [UInt8]) {
    line.append(contentsOf: Array(#"{"@timestamp":""#.utf8))
    time.append(to: &line)
    line.append(contentsOf: Array(#"","reason":"#.utf8))
    JSONEscapes.appendQuoted(reason, to: &line)
    line.append(contentsOf: Array(#","source":"#.utf8))
    JSONEscapes.appendQuoted(source, to: &line)
    line.append(contentsOf: Array(",\"line\":\(self.line),\"offset\":\(offset),".utf8))
    Self.appendRaw(bytes, to: &line)
    line.append(contentsOf: Array("}\n".utf8))
  }

  /// Appends bytes that need not be JSON as a member of an object: text as it is (`raw`), anything else in Base64
  /// (`raw_base64`).
  public static func appendRaw(_ bytes: [UInt8], to line: inout [UInt8]) {
    if let text = String(validating: bytes, as: UTF8.self) {
      line.append(contentsOf: Array(#""raw":"#.utf8))
      JSONEscapes.appendQuoted(text, to: &line)
    } else {
      line.append(contentsOf: Array(#""raw_base64":""#.utf8))
      appendBase64(bytes, to: &line)
      line.append(UInt8(ascii: "\""))
    }
  }

  /// RFC 4648, section 4.
  private static func appendBase64(_ bytes: [UInt8], to text: inout [UInt8]) {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var at = 0
    while at < bytes.count {
      let count = min(3, bytes.count - at)
      var group: UInt32 = 0
      for place in 0..<3 { group = group << 8 | (place < count ? UInt32(bytes[at + place]) : 0) }
      for place in 0..<4 {
        text.append(place <= count ? alphabet[Int(group >> UInt32(18 - 6 * place)) & 63] : UInt8(ascii: "="))
      }
      at += 3
    }
  }
}
