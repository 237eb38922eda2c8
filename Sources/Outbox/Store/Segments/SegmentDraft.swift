internal import AlertModel
internal import PluginKit

/// A segment as it is about to be written, into the database or into a file.
struct SegmentDraft: Sendable {
  let block: AlertBlock
  /// The parts of the block's bytes that are stored, one behind the other.
  let lines: [Range<Int>]
  /// How long they are together.
  let bodySize: Int
  let accepted: Timestamp
  let entries: [UInt8]
  private let wants: [UInt8]

  init(_ segment: Segment, accepted: Timestamp, formats: FormatNumbers) {
    self.init(
      segment.block, lines: segment.lines, accepted: accepted, wants: SegmentRecord.encode(wants: segment.wants),
      formats: formats)
  }

  /// One that goes into the database, or is in a file already.
  ///
  /// - Parameter wants: who wanted what at first; empty where that is not known.
  init(
    _ block: AlertBlock, accepted: Timestamp, wants: [(output: String, places: Places)] = [], formats: FormatNumbers
  ) {
    self.init(
      block, lines: [0..<block.bytes.count], accepted: accepted, wants: SegmentRecord.encode(wants: wants),
      formats: formats)
  }

  private init(
    _ block: AlertBlock, lines: [Range<Int>], accepted: Timestamp, wants: [UInt8], formats: FormatNumbers
  ) {
    self.block = block
    self.lines = lines
    bodySize = lines.reduce(0) { $0 + $1.count }
    self.accepted = accepted
    self.wants = wants
    entries = SegmentCodec.encode(block, lines: lines, formats: formats)
  }

  var headSize: Int { SegmentRecord.headerSize + wants.count + entries.count }
  var size: Int { headSize + bodySize }

  /// What is stored of the block's bytes, in one piece.
  var body: [UInt8] { bodySize == block.bytes.count ? block.bytes : Array(lines.lazy.map { block.bytes[$0] }.joined()) }

  /// Who wanted what at first, for a row, which has no header; with a checksum.
  var sealedWants: [UInt8] { wants.isEmpty ? [] : SegmentRecord.seal(wants) }

  func header(id: Int64) -> [UInt8] {
    SegmentRecord.header(
      id: id, accepted: accepted, wants: wants, entriesSize: entries.count, bodySize: bodySize)
  }
}
