internal import AlertModel
internal import GRDB
internal import PluginKit

/// What the database has of a segment for one output: its bytes, or where they are.
struct SegmentRow: Sendable {
  let id: Int64
  let accepted: Timestamp
  let places: Places
  let source: Source

  enum Source: Sendable {
    case row(entries: [UInt8], lines: [UInt8])
    case file(Extent)
  }

  /// What `Store.row` reads.
  static let columns = """
    segment.accepted, segment.entries, segment.lines, segment.file, segment.start, segment.head, segment.body
    """

  /// The length of its lines.
  var byteCount: Int {
    switch source {
    case .row(_, let lines): lines.count
    case .file(let extent): extent.body
    }
  }

  /// Nil for a segment that lies in the database.
  static func extent(_ row: Row, from column: Int) -> Extent? {
    let numbers = (column..<column + 4).map { Int64.fromDatabaseValue(row[$0]) ?? 0 }
    guard numbers[0] != 0 else { return nil }
    // Bounds that damage may have moved: more than the largest record has no place in memory.
    let (start, head, body) = (Int(numbers[1]), Int(numbers[2]), Int(numbers[3]))
    guard start >= 0, (0...Int(UInt32.max)).contains(head), (0...Int(UInt32.max)).contains(body) else {
      return Extent(file: numbers[0], start: 0, head: 0, body: 0)
    }
    return Extent(file: numbers[0], start: start, head: head, body: body)
  }
}

extension Store {
  /// - Parameter column: where `SegmentRow.columns` begin in the row.
  func row(_ row: Row, id: Int64, places: Places, from column: Int) throws -> SegmentRow {
    guard let accepted = Int64.fromDatabaseValue(row[column]) else {
      throw OutboxError.damaged("the outbox '\(path)' is damaged: segment \(id) is missing")
    }
    let source: SegmentRow.Source =
      if let extent = SegmentRow.extent(row, from: column + 3) {
        .file(extent)
      } else {
        .row(entries: try row.bytes(column + 1), lines: try row.bytes(column + 2))
      }
    return SegmentRow(id: id, accepted: Timestamp(nanoseconds: accepted), places: places, source: source)
  }

  /// The segment with its alerts, each checked against its checksum.
  ///
  /// - Parameter formats: what the numbers of formats stand for; nil for the store's.
  /// - Throws: `damaged`. Where the row was read in an earlier transaction, the segment may also have left since then.
  func decode(_ row: SegmentRow, formats: FormatNumbers? = nil) throws(OutboxError) -> StoredSegment {
    let (entries, lines, place): (ArraySlice<UInt8>, [UInt8], String)
    switch row.source {
    case .row(let allEntries, let allLines):
      (entries, lines, place) = (allEntries[...], allLines, "the outbox '\(path)'")
    case .file(let extent):
      let (head, body) = try reader.read(extent)
      place = "the outbox's file '\(SegmentFolder(folder: folder).path(extent.file))'"
      guard let record = SegmentRecord(head), record.id == row.id, record.accepted == row.accepted,
        record.headSize == head.count, record.bodySize == body.count
      else { throw .damaged("\(place) is damaged: segment \(row.id) is not where it was written") }
      (entries, lines) = (head[record.entriesStart...], body)
    }
    let decoded = entries.withUnsafeBytes { SegmentCodec.decode($0, over: lines, formats: formats ?? self.formats) }
    guard let decoded, row.places.isBelow(decoded.entries.count) else {
      throw .damaged("\(place) is damaged: segment \(row.id) does not have its checksum")
    }
    return StoredSegment(
      id: row.id, accepted: row.accepted, block: AlertBlock(bytes: lines, entries: decoded.entries),
      places: row.places, damaged: decoded.damaged)
  }

  /// Reads rows, and then, outside of the transaction, what they refer to. Where one of the segments has left meanwhile,
  /// everything is read again.
  func load(_ rows: (Database) throws -> [SegmentRow]) throws(OutboxError) -> [StoredSegment] {
    while true {
      let found = try read(rows)
      var segments: [StoredSegment] = []
      for row in found {
        if let segment = try segment(row) { segments.append(segment) }
      }
      if segments.count == found.count { return segments }
    }
  }

  /// The segment with its alerts; nil where nobody waits for it any more. Then the gateway may have written something else to
  /// its place while it was read here, all of it or a part. So what does not have its checksum is damage only where the
  /// segment is there still: room is used again only after that is over.
  func segment(_ row: SegmentRow) throws(OutboxError) -> StoredSegment? {
    let read = Result { () throws(OutboxError) in try decode(row) }
    if case .success(let segment) = read, segment.places.intersection(segment.damaged).isEmpty { return segment }
    return try hasLeft(row) ? nil : try read.get()
  }

  /// True where nobody waits for the segment any more.
  func hasLeft(_ row: SegmentRow) throws(OutboxError) -> Bool {
    try read { db in
      try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM segment WHERE id = ?)", arguments: [row.id]) ?? true
    }
  }
}
