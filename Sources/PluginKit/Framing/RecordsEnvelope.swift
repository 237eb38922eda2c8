internal import AlertModel

/// Recognises the beginning `{"Records":[{` of CloudTrail's log files, whose records are documents of their own.
///
/// A file is one object on one line and may be very large; its records are handed out one by one, so that memory stays
/// bounded and a damaged record costs only itself.
/// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html)
enum RecordsEnvelope {
  enum Beginning: Equatable {
    case other
    /// It may be one; more bytes are needed to know.
    case unknown
    /// It is one, and the first record begins at this index.
    case records(Int)
  }

  /// How far to look: white space that runs on for longer than this makes it something else.
  static let longestBeginning = 4096

  private static let tokens: [[UInt8]] = ["{", "\"Records\"", ":", "[", "{"].map { Array($0.utf8) }

  /// Looks for a further `"Records"`, piece by piece.
  struct Search: Sendable {
    private static let name = Array("\"Records\"".utf8)
    /// How much of the name the last bytes are.
    private var matched = 0
    private(set) var isFound = false

    mutating func look(at bytes: Slice<UnsafeBufferPointer<UInt8>>) {
      for byte in bytes where !isFound {
        matched = byte == Self.name[matched] ? matched + 1 : byte == Self.name[0] ? 1 : 0
        isFound = matched == Self.name.count
      }
    }
  }

  /// What begins at `start`.
  static func beginning(of bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Beginning {
    let end = min(bytes.count, start + longestBeginning)
    let isCut = end < bytes.count || end == start + longestBeginning
    var at = start
    for (place, token) in tokens.enumerated() {
      while at < end, bytes[at].isJSONSpace { at += 1 }
      if place == tokens.count - 1 {
        guard at < end else { break }
        return bytes[at] == token[0] ? .records(at) : .other
      }
      for byte in token {
        guard at < end else { return isCut ? .other : .unknown }
        guard bytes[at] == byte else { return .other }
        at += 1
      }
    }
    return isCut ? .other : .unknown
  }
}

extension UInt8 {
  /// White space that does not end a line.
  var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\r") || self == UInt8(ascii: "\t") }
}
