internal import AlertModel
internal import Glibc

/// Finds segments in the files without the database, by their headers.
struct SegmentScan {
  struct Found: Sendable {
    let extent: Extent
    let accepted: Timestamp
    /// Who wanted it when it was accepted.
    let wants: [(output: String, places: Places)]
  }

  /// Every segment that has a whole header, by its id. Some were delivered already: a file goes when all of its have left.
  static func segments(in folder: SegmentFolder) -> [Int64: Found] {
    var found: [Int64: Found] = [:]
    for number in folder.numbers {
      guard let file = try? SegmentFile(reading: folder.path(number)) else { continue }
      scan(file, number, into: &found)
    }
    return found
  }

  private static func scan(_ file: SegmentFile, _ number: Int64, into found: inout [Int64: Found]) {
    let size = file.size
    var at = 0
    // Ids ascend. Lower ones behind higher ones are what a file that is written again has left of its earlier content.
    var last: Int64 = 0
    while let start = nextMagic(file, from: at, size: size) {
      at = start + 8
      guard let header = try? file.read(min(SegmentRecord.headerSize, size - start), at: start),
        let record = SegmentRecord(header), start + record.headSize + record.bodySize <= size,
        let head = try? file.read(record.headSize, at: start), let wants = record.wants(in: head)
      else { continue }
      let extent = Extent(file: number, start: start, head: record.headSize, body: record.bodySize)
      at = extent.next
      guard record.id > last else { continue }
      last = record.id
      found[record.id] = Found(extent: extent, accepted: record.accepted, wants: wants)
    }
  }

  /// The next multiple of 8 at which a header may begin.
  private static func nextMagic(_ file: SegmentFile, from first: Int, size: Int) -> Int? {
    let window = 64 * 1024
    var at = first
    while at + SegmentRecord.headerSize <= size {
      guard let bytes = try? file.read(min(window, size - at), at: at) else {
        at += window
        continue
      }
      for offset in stride(from: 0, to: bytes.count - 7, by: 8)
      where bytes[offset] == SegmentRecord.magic[0] && bytes[offset..<offset + 8].elementsEqual(SegmentRecord.magic) {
        return at + offset
      }
      at += bytes.count & ~7
      if bytes.count < 8 { return nil }
    }
    return nil
  }
}
