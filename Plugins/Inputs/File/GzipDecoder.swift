internal import CZlib
internal import Glibc

/// Decompresses gzip data (RFC 1952) of any number of members, piece by piece.
final class GzipDecoder {
  enum Step: Equatable {
    /// So many bytes were written; at least one.
    case bytes(Int)
    /// The data is over, as it should be.
    case end
    /// More input is needed to go on.
    case starved
    /// The data cannot be decompressed from here on.
    case damaged(String)
  }

  /// How many times its size a file may become, once it has become large. Deflate cannot do more than about 1,032 times
  /// (zlib's "Technical Details"), and only where there is nothing but repetition; alerts come to 10 to 50 times.
  static let greatestRatio = 600
  private static let ratioMattersFrom = 64 << 20

  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool
  private let limit: Int
  private var input: [UInt8] = []
  private var used = 0
  private var isBetweenMembers = false
  /// What made the data end; told once everything in front of it has been handed over.
  private var damage: String?
  /// Bytes taken from the input and bytes written, over all members.
  private(set) var consumed: Int64 = 0
  private(set) var produced: Int64 = 0

  /// - Parameter limit: the most bytes that may come out.
  init(limit: Int) {
    self.limit = limit
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for gzip's header and trailer (zlib's manual, inflateInit2).
    isReady = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    if isReady { inflateEnd(stream) }
    stream.deallocate()
  }

  /// Takes the next piece of the compressed data; empty at its end.
  func feed(_ bytes: [UInt8]) {
    input = Array(input[used...]) + bytes
    used = 0
  }

  /// Writes as much as fits or can be had.
  ///
  /// - Parameter isFinal: true where no more input will come.
  func decompress(into room: UnsafeMutableRawBufferPointer, isFinal: Bool) -> Step {
    guard isReady else { return .damaged("memory ran out") }
    if let damage { return .damaged(damage) }
    while true {
      if isBetweenMembers {
        switch nextMember(isFinal: isFinal) {
        case .ready: isBetweenMembers = false
        case .step(let step): return step
        }
      }
      guard used < input.count else { return .starved }
      let room = UnsafeMutableRawBufferPointer(rebasing: room[..<min(room.count, 1 << 30)])
      let (result, taken, made) = inflateOnce(into: room)
      used += taken
      consumed += Int64(taken)
      produced += Int64(made)
      if result == Z_STREAM_END { isBetweenMembers = true }
      damage = excess ?? mistake(result)
      let allowed = made - max(0, Int(produced) - limit)
      if allowed > 0 { return .bytes(allowed) }
      if let damage { return .damaged(damage) }
    }
  }

  /// Why zlib cannot go on; nil where it can.
  private func mistake(_ result: Int32) -> String? {
    guard result != Z_OK, result != Z_STREAM_END, result != Z_BUF_ERROR else { return nil }
    return stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(result)"
  }

  private func inflateOnce(into room: UnsafeMutableRawBufferPointer) -> (result: Int32, taken: Int, made: Int) {
    input.withUnsafeMutableBytes { bytes in
      let available = min(bytes.count - used, 1 << 30)
      stream.pointee.next_in = bytes.baseAddress?.advanced(by: used).assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(available)
      stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(room.count)
      let result = inflate(stream, Z_NO_FLUSH)
      return (result, available - Int(stream.pointee.avail_in), room.count - Int(stream.pointee.avail_out))
    }
  }

  private enum NextMember {
    case ready
    case step(Step)
  }

  /// Behind a member: another one, zeros that fill a block (as tapes have them), or the end.
  private func nextMember(isFinal: Bool) -> NextMember {
    while used < input.count, input[used] == 0 {
      used += 1
      consumed += 1
    }
    let left = input.count - used
    if left == 0 { return .step(isFinal ? .end : .starved) }
    if left == 1, !isFinal { return .step(.starved) }
    guard left > 1, input[used] == 0x1F, input[used + 1] == 0x8B else {
      return .step(.damaged("something that is not gzip follows"))
    }
    guard inflateReset(stream) == Z_OK else { return .step(.damaged("zlib cannot go on")) }
    return .ready
  }

  private var excess: String? {
    if produced > limit { return "it becomes larger than 'max_decompressed' allows (\(limit) bytes)" }
    if produced > Self.ratioMattersFrom, produced / max(consumed, 1) >= Self.greatestRatio {
      return "it becomes more than \(Self.greatestRatio) times as large, which no file of alerts does"
    }
    return nil
  }
}
