internal import Foundation
internal import GRDB
internal import PluginKit

/// Copies what can be read of a damaged outbox into a new one: deliveries that wait, dead letters, checkpoints, values.
/// Whatever cannot be read is left out, and counted where it is known.
struct Salvage {
  private let damaged: String
  private let new: Store

  private(set) var savedDeliveries = 0
  private(set) var lostDeliveries = 0
  private(set) var savedCheckpoints = 0
  /// By output: alerts that are dead letters now, because their bytes are damaged.
  private(set) var buried: [Int64: Int] = [:]

  private var outputs: Set<Int64> = []
  private var wants: [Int64: [(output: Int64, places: Places)]] = [:]
  private var isWantsComplete = false

  init(from damaged: String, to new: Store) {
    self.damaged = damaged
    self.new = new
  }

  mutating func run() {
    var configuration = Configuration()
    configuration.busyMode = .timeout(1)
    guard let old = try? DatabaseQueue(path: damaged, configuration: configuration) else { return }
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
        guard let places = Places(encoded: try row.bytes(2)) else { throw OutboxError.damaged("places") }
        let (segment, output) = (try Self.integer(row, 0), try Self.integer(row, 1))
        let known = found[segment]?[output] ?? Places()
        found[segment, default: [:]][output] = known.union(places)
      }
      isComplete = isComplete && reachedEnd
    }
    isWantsComplete = isComplete
    wants = found.mapValues { $0.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 } }
  }

  private mutating func copySegments(_ db: Database) {
    var ids = Set(wants.keys)
    forEach(db, "SELECT id FROM segment ORDER BY id") { ids.insert(try Self.integer($0, 0)) }
    for id in ids.sorted() {
      let wanted = wants[id] ?? []
      // Who wanted it cannot be read any more: better to deliver it twice than not at all.
      guard !wanted.isEmpty || !isWantsComplete else { continue }
      do {
        let row = try Row.fetchOne(
          db, sql: "SELECT accepted, entries, lines FROM segment WHERE id = ?", arguments: [id])
        guard let row else { throw OutboxError.damaged("missing") }
        let segment = try new.decode(row, id: id, places: Places(), from: 0)
        let all = Places(0..<Int32(segment.block.entries.count))
        let asked = wanted.isEmpty ? outputs.sorted().map { ($0, all) } : wanted
        try copy(segment, to: asked)
      } catch {
        lostDeliveries += wanted.reduce(0) { $0 + $1.places.count }
      }
    }
  }

  /// Alerts whose bytes are damaged become dead letters; the rest is delivered.
  private mutating func copy(_ segment: StoredSegment, to wants: [(output: Int64, places: Places)]) throws {
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
    let entries = SegmentCodec.encode(segment.block, formats: new.formats)
    try new.write(bytes: segment.block.bytes.count) { db in
      let id = try new.insert(segment.block, entries: entries, accepted: segment.accepted, db)
      for want in whole { try Store.putWant(db, segment: id, output: want.output, want.places) }
      _ = try Store.deleteIfUnused(db, id)
    }
    _ = try new.settle(settlements)
    savedDeliveries += whole.reduce(0) { $0 + $1.places.count }
  }
}

extension DeadRow {
  static let damagedReason = "the alert was damaged in the state file: its checksum does not fit its bytes"
}
