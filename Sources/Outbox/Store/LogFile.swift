internal import Glibc

/// A write-ahead log on the disk, looked at without SQLite, which takes the first frame that does not have its checksum
/// for the log's end: what a crash left half-written ends a log in the same way. But where a whole transaction stands
/// behind that frame, the frame is damaged, and what was committed with it and after it would be forgotten in silence.
///
/// The format is that of sqlite.org/fileformat2.html, section 4. Each frame's checksum goes on from that of the frame
/// before, so a frame shows on its own whether it fits behind what is written in its predecessor.
struct LogFile {
  let path: String

  /// Frames, counted from 0.
  struct Damage: Equatable {
    let firstBroken: Int
    /// The last frame that ends a transaction.
    let lastCommit: Int
  }

  private static let headerSize = 32
  private static let frameHeaderSize = 24
  /// What the first page begins with, before its description of the tables.
  private static let databaseHeaderSize = 100

  /// Two running sums.
  private struct Sum: Equatable {
    var first: UInt32 = 0
    var second: UInt32 = 0

    mutating func add(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) {
      var at = 0
      while at + 8 <= bytes.count {
        let one = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
        let other = bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
        first = first &+ (isBigEndian ? UInt32(bigEndian: one) : UInt32(littleEndian: one)) &+ second
        second = second &+ (isBigEndian ? UInt32(bigEndian: other) : UInt32(littleEndian: other)) &+ first
        at += 8
      }
    }
  }

  private struct Header {
    var isBigEndian = false
    var pageSize = Connection.pageSize
    var salts: (UInt32, UInt32) = (0, 0)
    var sum = Sum()
    var isWhole = false
  }

  /// What is damaged; nil where nothing is known to be, or where there is no log.
  func damage() -> Damage? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard let header = header(descriptor) else { return nil }
    var firstBroken = header.isWhole ? nil : 0
    var lastCommit: Int?
    var sum = header.sum
    forEachFrame(descriptor, header) { number, frame in
      let stored = Self.storedSum(frame)
      let isWhole = Self.sum(of: frame, after: sum, header) == stored && Self.salts(frame) == header.salts
      sum = stored
      if !isWhole { firstBroken = firstBroken ?? number }
      if isWhole, firstBroken != nil, Self.integer(frame, 4) != 0 { lastCommit = number }
      return true
    }
    guard let firstBroken, let lastCommit else { return nil }
    return Damage(firstBroken: firstBroken, lastCommit: lastCommit)
  }

  /// Makes SQLite read the log beyond damage: with checksums that fit the bytes as they are. What the bytes hold then has
  /// to be checked by whoever reads it.
  func accept(_ damage: Damage) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard let header = header(descriptor) else { return }
    var sum = writeHeader(header, to: descriptor)
    var original = header.sum
    var firstPage = storedFirstPage(header)
    var last: [UInt8] = []
    forEachFrame(descriptor, header) { number, frame in
      var copy = Array(frame)
      let stored = Self.storedSum(frame)
      if Self.integer(frame, 0) == 1 {
        if Self.sum(of: frame, after: original, header) == stored {
          firstPage = Array(copy[Self.frameHeaderSize...])
        } else if let firstPage {
          // Without what the first page says of the tables nothing can be read, and that stays as it was made.
          copy.replaceSubrange(
            (Self.frameHeaderSize + Self.databaseHeaderSize)..., with: firstPage[Self.databaseHeaderSize...])
        }
      }
      original = stored
      // A frame without a page would end the log; the one before it is read twice instead.
      if Self.integer(frame, 0) == 0, !last.isEmpty { copy = last }
      copy.withUnsafeMutableBytes { bytes in
        Self.put(header.salts.0, bytes, 8)
        Self.put(header.salts.1, bytes, 12)
        sum = Self.sum(of: UnsafeRawBufferPointer(bytes), after: sum, header)
        Self.put(sum.first, bytes, 16)
        Self.put(sum.second, bytes, 20)
      }
      let at = Self.headerSize + number * (Self.frameHeaderSize + header.pageSize)
      _ = pwrite(descriptor, copy, copy.count, off_t(at))
      last = copy
      return number < damage.lastCommit
    }
    fsync(descriptor)
  }

  /// The first page as the database itself has it; nil where that is none.
  private func storedFirstPage(_ header: Header) -> [UInt8]? {
    let descriptor = open(String(path.dropLast("-wal".count)), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var page = [UInt8](repeating: 0, count: header.pageSize)
    guard pread(descriptor, &page, page.count, 0) == page.count, page.starts(with: "SQLite format 3\0".utf8) else {
      return nil
    }
    return page
  }

  /// The header; one that is damaged is made good from the first frame. Nil where there is no frame.
  private func header(_ descriptor: Int32) -> Header? {
    var bytes = [UInt8](repeating: 0, count: Self.headerSize + Self.frameHeaderSize)
    guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { return nil }
    return bytes.withUnsafeBytes { bytes in
      var header = Header()
      let magic = Self.integer(bytes, 0)
      header.isBigEndian = magic & 1 == 1
      header.pageSize = Int(Self.integer(bytes, 8))
      header.salts = (Self.integer(bytes, 16), Self.integer(bytes, 20))
      header.sum = Sum(first: Self.integer(bytes, 24), second: Self.integer(bytes, 28))
      var sum = Sum()
      sum.add(UnsafeRawBufferPointer(rebasing: bytes[..<24]), isBigEndian: header.isBigEndian)
      header.isWhole = magic & ~1 == 0x377F_0682 && sum == header.sum
      guard !header.isWhole else { return header }
      var guess = Header()
      if header.pageSize == Connection.formerPageSize { guess.pageSize = header.pageSize }
      guess.sum = header.sum
      guess.salts = (Self.integer(bytes, Self.headerSize + 8), Self.integer(bytes, Self.headerSize + 12))
      return guess
    }
  }

  private func writeHeader(_ header: Header, to descriptor: Int32) -> Sum {
    if header.isWhole { return header.sum }
    var sum = Sum()
    var bytes = [UInt8](repeating: 0, count: Self.headerSize)
    bytes.withUnsafeMutableBytes { bytes in
      for (at, value) in [(0, 0x377F_0682), (4, 3_007_000), (8, UInt32(header.pageSize))] as [(Int, UInt32)] {
        Self.put(value, bytes, at)
      }
      Self.put(header.salts.0, bytes, 16)
      Self.put(header.salts.1, bytes, 20)
      sum.add(UnsafeRawBufferPointer(rebasing: bytes[..<24]), isBigEndian: false)
      Self.put(sum.first, bytes, 24)
      Self.put(sum.second, bytes, 28)
    }
    _ = pwrite(descriptor, bytes, bytes.count, 0)
    return sum
  }

  /// Calls `body` with each whole frame until it returns false.
  private func forEachFrame(
    _ descriptor: Int32, _ header: Header, _ body: (Int, UnsafeRawBufferPointer) -> Bool
  ) {
    let size = Self.frameHeaderSize + header.pageSize
    var frame = [UInt8](repeating: 0, count: size)
    var number = 0
    while pread(descriptor, &frame, size, off_t(Self.headerSize + number * size)) == size {
      guard frame.withUnsafeBytes({ body(number, $0) }) else { return }
      number += 1
    }
  }

  private static func sum(of frame: UnsafeRawBufferPointer, after sum: Sum, _ header: Header) -> Sum {
    var sum = sum
    sum.add(UnsafeRawBufferPointer(rebasing: frame[..<8]), isBigEndian: header.isBigEndian)
    sum.add(UnsafeRawBufferPointer(rebasing: frame[frameHeaderSize...]), isBigEndian: header.isBigEndian)
    return sum
  }

  private static func storedSum(_ frame: UnsafeRawBufferPointer) -> Sum {
    Sum(first: integer(frame, 16), second: integer(frame, 20))
  }

  private static func salts(_ frame: UnsafeRawBufferPointer) -> (UInt32, UInt32) {
    (integer(frame, 8), integer(frame, 12))
  }

  private static func integer(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
    UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
  }

  private static func put(_ value: UInt32, _ bytes: UnsafeMutableRawBufferPointer, _ at: Int) {
    bytes.storeBytes(of: value.bigEndian, toByteOffset: at, as: UInt32.self)
  }
}
