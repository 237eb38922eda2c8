/// What the first bytes of a source say it is, where that is not text in UTF-8.
enum SourceSignature: Equatable {
  /// UTF-8 with its byte-order mark, which is so many bytes long.
  case byteOrderMark(Int)
  /// Something that cannot be read; the reason, with what to do.
  case unusable(String)

  /// The most bytes that are needed to know.
  static let length = 3

  /// - Returns: nil for text.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    switch (bytes.first, bytes.dropFirst().first, bytes.dropFirst(2).first) {
    case (0xEF, 0xBB, 0xBF):
      self = .byteOrderMark(3)
    case (0xFF, 0xFE, _), (0xFE, 0xFF, _):
      self = .unusable(
        "the text is UTF-16 and Weir reads UTF-8; convert it first, for example with 'iconv -f UTF-16 -t UTF-8'")
    case (0x1F, 0x8B, _):
      self = .unusable("the bytes are gzip; give the file's name instead, or decompress it first with 'zcat'")
    default:
      return nil
    }
  }
}
