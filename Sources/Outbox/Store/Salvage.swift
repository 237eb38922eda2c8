internal import Foundation
internal import GRDB
internal import PluginKit

/// Copies what can be read of a damaged outbox into a new one: deliveries that wait, dead letters, checkpoints, values.
/// Whatever cannot be read is left out, and counted where it is known. Alerts in segment files stay where they are; what
/// the database cannot say of them any more, their headers do.
struct Salvage {
  private let damaged: String
  private let new: Store

  private(set) var savedDeliveries = 0
  /// By output: alerts that cannot be read any more.
  private(set) var lost: [Int64: Int] = [:]
  private(set) var savedCheckpoints = 0
  /// By output: alerts that are dead letters now, because their bytes are damaged.
  private(set) var buried: [Int64: Int] = [:]
  /// Segment files of which something could not be read.
  private(set) var damagedFiles: Set<Int64> = []

  private var outputs: Set<Int64> = []
  private var wants = SalvagedWants()
  /// True where more may be lost than is counted: something of the list of who waits for what cannot be read, and nothing
  /// else says what it was.
  private(set) var mayHaveLostMore = false
  private lazy var scanned = SegmentScan.segments(in: SegmentFolder(folder: new.folder))

  init(from damaged: String, to new: Store) {
    self.damaged = damaged
    self.new = new
  }

  mutating func run() {
    var configuration = Configuration()
    configuration.busyMode = .timeout(1)
    guard let old = try? DatabaseQueue(path: damaged, configuration: configuration) else { return copySegments(nil) }
    // Nothing of what is thrown here is news: the file is known to be damaged.
    old.writeWithoutTransaction { db in
      copyRows(db, "SELECT key, value FROM value", "INSERT OR REPLACE INTO value VALUES (?, ?)")
      savedCheckpoints = copyRows(
        db, "SELECT key, value FROM checkpoint", "INSERT OR REPLACE INTO checkpoint VALUES (?, ?)")
      copyRows(db, "SELECT id, name FROM format", "INSERT OR REPLACE INTO format VALUES (?, ?)")
      copyRows(
        db, "SELECT id, name, dropped, requeued FROM output",
        "INSERT INTO output VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
          + "SET dropped = excluded.dropped, requeued = excluded.requeued WHERE id = excluded.id AND name = excluded.name"
      )
      copyRows(db, "SELECT * FROM dead", "INSERT OR REPLACE INTO dead VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      outputs = Set(((try? new.outputNames()) ?? [:]).keys)
      wants = SalvagedWants(db)
      copySegments(db)
    }
    try? old.close()
  }

  /// Copies row by row until one cannot be read.
  @discardableResult
  private func copyRows(_ db: Database, _ select: String, _ insert: String) -> Int {
    var count = 0
    _ = try? new.write { target in
      Self.forEach(db, select) { row in
        let values = row.databaseValues
        if (try? target.execute(sql: insert, arguments: StatementArguments(values))) != nil { count += 1 }
      }
    }
    return count
  }

  /// - Returns: true where the last row was reached.
  @discardableResult
  static func forEach(_ db: Database, _ sql: String, _ body: (Row) throws -> Void) -> Bool {
    do {
      let rows = try Row.fetchCursor(db, sql: sql)
      while let row = try rows.next() { try body(row) }
      return true
    } catch {
      return false
    }
  }

  /// A number that may not be one, since the file is damaged.
  static func integer(_ row: Row, _ index: Int) throws -> Int64 {
    guard let number = Int64.fromDatabaseValue(row[index]) else { throw OutboxError.damaged("no number") }
    return number
  }

  /// - Parameter db: nil where nothing can be read of the database.
  private mutating func copySegments(_ db: Database?) {
    var ids = Set(wants.segments)
    let hasAllRows =
      db.map { Self.forEach($0, "SELECT id FROM segment ORDER BY id") { ids.insert(try Self.integer($0, 0)) } } ?? false
    if !hasAllRows {
      ids.formUnion(scanned.keys)
      mayHaveLostMore = !wants.isReadToEnd
    }
    for id in ids.sorted() {
      let wanted = wants(of: id, db)
      // Nobody wants it any more.
      if let wanted, wanted.isEmpty { continue }
      let row = row(db, id)
      let known = read(row)
      if known == nil, case .file(let extent) = row?.source { damagedFiles.insert(extent.file) }
      let found = known ?? read(scannedRow(id))
      if let found, (try? copy(found.segment, found.source, to: wanted)) != nil { continue }
      guard let wanted else {
        mayHaveLostMore = true
        continue
      }
      for want in wanted { lost[want.output, default: 0] += want.places.count }
    }
  }

  /// Who is to get a segment; nil where that cannot be said, and all are to get it: better twice than not at all.
  private mutating func wants(of id: Int64, _ db: Database?) -> SalvagedWants.Wants? {
    let known = wants.wants(of: id)
    let isKnown = known.allSatisfy { outputs.contains($0.output) }
    if wants.isComplete, isKnown { return known }
    guard let first = firstWants(of: id, db) else {
      if !known.isEmpty, isKnown {
        mayHaveLostMore = true
        return known
      }
      return nil
    }
    let wanted = wants.wants(of: id, first: first)
    // What nobody wants has left the database.
    return isKnown && !wanted.isEmpty ? wanted : first
  }

  /// Who wanted a segment when it was accepted.
  private mutating func firstWants(of id: Int64, _ db: Database?) -> SalvagedWants.Wants? {
    let sql = "SELECT wants FROM segment WHERE id = ?"
    let row = db.flatMap { try? Row.fetchOne($0, sql: sql, arguments: [id]) }
    let first = row.flatMap { (try? $0.bytes(0)).flatMap(SegmentRecord.unseal) } ?? scanned[id]?.wants
    return first?.compactMap { want in (try? new.outputNumber(want.output)).map { ($0, want.places) } }
  }

  private func read(_ row: SegmentRow?) -> (segment: StoredSegment, source: SegmentRow.Source)? {
    row.flatMap { row in (try? new.decode(row)).map { ($0, row.source) } }
  }

  /// A segment as the damaged database has it; nil where it cannot be read there.
  private func row(_ db: Database?, _ id: Int64) -> SegmentRow? {
    guard let db else { return nil }
    // A database of schema 1 has no segments in files.
    for columns in [SegmentRow.columns, "accepted, entries, lines, 0, 0, 0, 0"] {
      let sql = "SELECT \(columns) FROM segment WHERE id = ?"
      if let found = try? Row.fetchOne(db, sql: sql, arguments: [id]),
        let row = try? new.row(found, id: id, places: Places(), from: 0)
      {
        return row
      }
    }
    return nil
  }

  private mutating func scannedRow(_ id: Int64) -> SegmentRow? {
    scanned[id].map { SegmentRow(id: id, accepted: $0.accepted, places: Places(), source: .file($0.extent)) }
  }

  /// Alerts whose bytes are damaged become dead letters; the rest is delivered.
  private mutating func copy(
    _ segment: StoredSegment, _ source: SegmentRow.Source, to wanted: SalvagedWants.Wants?
  ) throws {
    let all = Places(0..<Int32(segment.block.entries.count))
    let wants =
      (wanted ?? outputs.sorted().map { ($0, all) }).map { ($0.output, $0.places.intersection(all)) }
      as SalvagedWants.Wants
    var settlements: [Settlement] = []
    var whole: [(output: Int64, places: Places)] = []
    for want in wants {
      whole.append((want.output, want.places.subtracting(segment.damaged)))
      var settlement = Settlement(output: want.output)
      for place in want.places.intersection(segment.damaged).all {
        settlement.dead.append(
          DeadRow(
            accepted: segment.accepted, died: segment.accepted, attempts: 0, reason: DeadRow.damagedReason,
            block: segment.block.selecting([place], count: 1)))
        buried[want.output, default: 0] += 1
      }
      settlements.append(settlement)
    }
    let names = try new.outputNames()
    let draft = SegmentDraft(
      segment.block, accepted: segment.accepted,
      wants: wants.compactMap { want in names[want.output].map { ($0, want.places) } }, formats: new.formats)
    var extent: Extent?
    if case .file(let found) = source { extent = found }
    try new.write(bytes: extent == nil ? draft.size : 0) { db in
      // Under its number, which its header has too.
      let id = try Store.insert(draft, at: extent, id: segment.id, db)
      for want in whole { try Store.putWant(db, segment: id, output: want.output, want.places) }
      var freed: [Extent] = []
      _ = try Store.deleteIfUnused(db, id, freeing: &freed)
    }
    _ = try new.settle(settlements)
    savedDeliveries += whole.reduce(0) { $0 + $1.places.count }
  }
}

extension DeadRow {
  static let damagedReason = "the alert was damaged in the state file: its checksum does not fit its bytes"
}
