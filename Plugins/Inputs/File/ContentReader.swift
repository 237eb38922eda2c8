internal import Glibc
internal import PluginKit

/// Reads the content of an open regular file from its beginning: as it is, or decompressed where its first bytes say that
/// it is gzip.
final class ContentReader {
  enum Failure: Error, Equatable {
    /// read(2) failed.
    case system(Int32)
    /// The gzip data ends before it should.
    case cutShort
    /// The gzip data cannot be decompressed; the reason.
    case damaged(String)
  }

  private let file: OpenFile
  /// True where the file holds gzip; decided by its magic bytes (RFC 1952, section 2.3.1), not by its name.
  let isCompressed: Bool
  private let decoder: GzipDecoder?
  /// Where in the file the next read begins.
  private(set) var fileOffset: Int64 = 0
  private var firstBytes: [UInt8] = []
  /// Why reading ended early.
  private(set) var failure: Failure?

  var descriptor: Int32 { file.descriptor }

  init(_ file: OpenFile, maxDecompressed: Int) {
    self.file = file
    let descriptor = file.descriptor
    var magic: [UInt8] = [0, 0]
    isCompressed = pread(descriptor, &magic, 2, 0) == 2 && magic == [0x1F, 0x8B]
    decoder = isCompressed ? GzipDecoder(limit: maxDecompressed) : nil
    // Read ahead: the file is read from front to back.
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  /// The first bytes of the content, at most `count`; of compressed content only what has been read.
  func head(_ count: Int) -> [UInt8] {
    isCompressed ? Array(firstBytes.prefix(count)) : bytes(at: 0, count: count)
  }

  /// The bytes of a plain file at an offset; fewer where it ends before.
  func bytes(at offset: Int64, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(pread(descriptor, buffer.baseAddress, count, off_t(offset)), 0)
    }
  }

  /// Writes the next bytes of the content.
  ///
  /// - Returns: how many; 0 at the end, and where reading cannot go on (see `failure`).
  func read(into room: UnsafeMutableRawBufferPointer) -> Int {
    guard failure == nil else { return 0 }
    guard let decoder else { return readFile(into: room) }
    var isFinal = false
    while true {
      switch decoder.decompress(into: room, isFinal: isFinal) {
      case .bytes(let count):
        if firstBytes.count < Fingerprint.headSize {
          firstBytes += room[..<min(count, Fingerprint.headSize - firstBytes.count)]
        }
        return count
      case .end:
        return 0
      case .damaged(let reason):
        failure = .damaged(reason)
        return 0
      case .starved where isFinal:
        failure = .cutShort
        return 0
      case .starved:
        let piece = [UInt8](unsafeUninitializedCapacity: DocumentFramer.readSize) { buffer, count in
          count = readFile(into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard failure == nil else { return 0 }
        isFinal = piece.isEmpty
        decoder.feed(piece)
      }
    }
  }

  /// True where `DocumentFramer.readSize` bytes can be read, and none of them must be waited for.
  var isAtHand: Bool {
    !isCompressed && PageCache.holds(DocumentFramer.readSize, at: fileOffset, of: descriptor)
  }

  /// Goes to an offset of a plain file.
  func seek(to offset: Int64) -> Bool {
    guard !isCompressed else { return false }
    fileOffset = offset
    return true
  }

  /// Drops the next bytes of the content.
  ///
  /// - Returns: the last bytes before `count`, at most as many as `keeping`; nil where the content is shorter.
  func skip(_ count: Int64, keeping: Int) -> [UInt8]? {
    var left = count
    var kept: [UInt8] = []
    let size = DocumentFramer.readSize
    return withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { room -> [UInt8]? in
      while left > 0 {
        let piece = UnsafeMutableRawBufferPointer(rebasing: room[..<Int(min(Int64(size), left))])
        let got = read(into: piece)
        guard got > 0 else { return nil }
        left -= Int64(got)
        kept = Array((kept + piece[..<got].suffix(keeping)).suffix(keeping))
      }
      return kept
    }
  }

  private func readFile(into room: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = pread(descriptor, room.baseAddress, room.count, off_t(fileOffset))
      if count >= 0 {
        fileOffset += Int64(count)
        return count
      }
      if errno == EINTR { continue }
      failure = .system(errno)
      return 0
    }
  }
}
