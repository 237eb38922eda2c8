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
  private(set) var lostDeliveries = 0
  private(set) var savedCheckpoints = 0
  /// By output: alerts that are dead letters now, because their bytes are damaged.
  private(set) var buried: [Int64: Int] = [:]
  /// Segment files of which something could not be read.
  private(set) var damagedFiles: Set<Int64> = []

  private var outputs: Set<Int64> = []
  private var wants: [Int64: [(output: Int64, places: Places)]] = [:]
  /// True where the list of who waits for what could be read to its end: only then is everything counted that is lost.
  private(set) var isWantsComplete = false
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
        db, "SELECT id, name, dropped, requeued FROM output", "INSERT OR REPLACE INTO output VALUES (?, ?, ?, ?)")
      copyRows(db, "SELECT * FROM dead", "INSERT OR REPLACE INTO dead VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      forEach(db, "SELECT id, name FROM output") { outputs.insert(try Self.integer($0, 0)) }
      readWants(db)
      copySegments(db)
    }
    try? old.close()
  }

  /// Copies row by row until one cannot be read.
  @discardableResult
  private func copyRows(_ db: Database, _ select: String, _ insert: String) -> Int {
    var count = 0
    _ = try? new.write { target in
      forEach(db, select) { row in
        let values = row.databaseValues
        if (try? target.execute(sql: insert, arguments: StatementArguments(values))) != nil { count += 1 }
      }
    }
    return count
  }

  /// - Returns: true where the last row was reached.
  @discardableResult
  private func forEach(_ db: Database, _ sql: String, _ body: (Row) throws -> Void) -> Bool {
    do {
      let rows = try Row.fetchCursor(db, sql: sql)
      while let row = try rows.next() { try body(row) }
      return true
    } catch {
      return false
    }
  }

  /// A number that may not be one, since the file is damaged.
  private static func integer(_ row: Row, _ index: Int) throws -> Int64 {
    guard let number = Int64.fromDatabaseValue(row[index]) else { throw OutboxError.damaged("no number") }
    return number
  }

  private mutating func readWants(_ db: Database) {
    var found: [Int64: [Int64: Places]] = [:]
    var isComplete = true
    for table in ["want", "retry"] {
      let reachedEnd = forEach(db, "SELECT segment, output, places FROM \(table)") { row in
        guard let places = Places(encoded: try row.bytes(2)) else { return isComplete = false }
        let (segment, output) = (try Self.integer(row, 0), try Self.integer(row, 1))
        let known = found[segment]?[output] ?? Places()
        found[segment, default: [:]][output] = known.union(places)
      }
      isComplete = isComplete && reachedEnd
    }
    isWantsComplete = isComplete
    wants = found.mapValues { $0.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 } }
  }

  /// - Parameter db: nil where nothing can be read of the database.
  private mutating func copySegments(_ db: Database?) {
    var ids = Set(wants.keys)
    let hasAllRows =
      db.map { forEach($0, "SELECT id FROM segment ORDER BY id") { ids.insert(try Self.integer($0, 0)) } } ?? false
    if !hasAllRows { ids.formUnion(scanned.keys) }
    for id in ids.sorted() {
      let wanted = wants[id] ?? []
      // Nobody wants it any more.
      guard !wanted.isEmpty || !isWantsComplete else { continue }
      let row = row(db, id)
      let known = read(row)
      if known == nil, case .file(let extent) = row?.source { damagedFiles.insert(extent.file) }
      let found = known ?? read(scannedRow(id))
      if let found, (try? copy(found.segment, found.source, to: wanted)) != nil { continue }
      lostDeliveries += wanted.reduce(0) { $0 + $1.places.count }
    }
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

  /// Who is to get a segment. Where that cannot be read any more, those who wanted it at first, or all: better to deliver
  /// it twice than not at all.
  private mutating func wants(of segment: StoredSegment, _ known: [(output: Int64, places: Places)])
    -> [(output: Int64, places: Places)]
  {
    let isKnown = !known.isEmpty && known.allSatisfy { outputs.contains($0.output) }
    let all = Places(0..<Int32(segment.block.entries.count))
    guard !isKnown else { return known.map { ($0.output, $0.places.intersection(all)) } }
    if let first = scanned[segment.id]?.wants {
      return first.compactMap { want in
        (try? new.outputNumber(want.output)).map { ($0, want.places.intersection(all)) }
      }
    }
    return outputs.sorted().map { ($0, all) }
  }

  /// Alerts whose bytes are damaged become dead letters; the rest is delivered.
  private mutating func copy(
    _ segment: StoredSegment, _ source: SegmentRow.Source, to known: [(output: Int64, places: Places)]
  ) throws {
    let wants = wants(of: segment, known)
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
        lostDeliveries += 1
        buried[want.output, default: 0] += 1
      }
      settlements.append(settlement)
    }
    let draft = SegmentDraft(segment.block, accepted: segment.accepted, formats: new.formats)
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
