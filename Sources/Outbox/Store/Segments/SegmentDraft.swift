internal import AlertModel
internal import PluginKit

/// A segment as it is about to be written, into the database or into a file.
struct SegmentDraft: Sendable {
  let block: AlertBlock
  let accepted: Timestamp
  let entries: [UInt8]
  private let wants: [UInt8]

  init(_ segment: Segment, accepted: Timestamp, formats: FormatNumbers) {
    self.init(segment.block, accepted: accepted, wants: SegmentRecord.encode(wants: segment.wants), formats: formats)
  }

  /// One that goes into the database, or is in a file already.
  init(_ block: AlertBlock, accepted: Timestamp, formats: FormatNumbers) {
    self.init(block, accepted: accepted, wants: [], formats: formats)
  }

  private init(_ block: AlertBlock, accepted: Timestamp, wants: [UInt8], formats: FormatNumbers) {
    self.block = block
    self.accepted = accepted
    self.wants = wants
    entries = SegmentCodec.encode(block, formats: formats)
  }

  var headSize: Int { SegmentRecord.headerSize + wants.count + entries.count }
  var size: Int { headSize + block.bytes.count }

  func header(id: Int64) -> [UInt8] {
    SegmentRecord.header(
      id: id, accepted: accepted, wants: wants, entriesSize: entries.count, bodySize: block.bytes.count)
  }
}
