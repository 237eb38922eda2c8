internal import AlertModel
internal import GRDB
public import Logging
internal import PluginKit

/// Looks at an outbox and mends it by hand, beside a running gateway or without one. A running gateway notices within a
/// second. Every method blocks.
///
/// An alert that is on its way at that moment may still be delivered when it is dropped.
public final class OutboxInspector: Sendable {
  private let store: Store
  private let folder: String

  /// - Parameter formats: the names of the formats in the order of `Vocabulary.tables`.
  /// - Throws: `unusableFolder` where there is no outbox, `newerSchema`, `damaged`.
  public init(folder: String, formats: [String] = [], logger: Logger) throws(OutboxError) {
    let path = folder + "/" + Outbox.fileName
    guard StateFiles(folder: folder).hasDatabase else {
      throw .unusableFolder("there is no outbox in the state folder '\(folder)'; nothing has been kept there yet")
    }
    self.folder = folder
    store = try Store(
      folder: folder, path: path, durability: .process, formats: formats, crash: CrashHook(), logger: logger)
  }

  /// True, and its process id where it is known, where a gateway uses the outbox.
  public var runningGateway: (isRunning: Bool, pid: Int32?) {
    let holder = StateLock.holder(of: folder)
    return (holder.isHeld, holder.pid)
  }

  /// What was kept under `key` (`Outbox.setValue`); nil where nothing was.
  public func value(_ key: String) throws(OutboxError) -> [UInt8]? { try store.value(key) }

  public func close() { store.closeConnection() }

  /// How many alerts each output has.
  public func backlog() throws(OutboxError) -> [OutputBacklog] {
    try store.standings().map { OutputBacklog(output: $0.name, pending: $0.pending, dead: $0.dead) }
  }

  /// Calls `body` with each delivery that is meant, until it returns false: those that wait by output in order, then
  /// those that are retried, then the dead.
  public func forEach(_ filter: DeliveryFilter, _ body: (StoredDelivery) throws -> Bool) throws {
    try visit(filter) { delivery, _ in try body(delivery) }
  }

  /// Tries again now what is meant: what waits for another try loses its wait, and dead letters wait again, last in order.
  /// Alerts that were damaged in the state file are not what the detector wrote, and stay dead.
  ///
  /// - Returns: how many alerts.
  public func retry(_ filter: DeliveryFilter) throws -> Int {
    var parcels: Set<Place.ParcelKey> = []
    var dead: [Int64] = []
    var count = 0
    try visit(filter) { delivery, place in
      switch place {
      case .waiting: return true
      case .dead where delivery.lastError == DeadRow.damagedReason: return true
      case .parcel(let key, _, _): parcels.insert(key)
      case .dead(let id): dead.append(id)
      }
      count += 1
      return true
    }
    try store.write { db in
      for key in parcels {
        try db.execute(
          sql: "UPDATE retry SET next_attempt = 0, not_before = 0 WHERE output = ? AND parcel = ?",
          arguments: [key.output, key.parcel])
      }
    }
    for ids in dead.chunks(of: Self.step) { try requeue(ids) }
    return count
  }

  /// Forgets what is meant: it is not delivered, and is no dead letter any more.
  ///
  /// - Returns: how many alerts.
  public func drop(_ filter: DeliveryFilter) throws -> Int {
    var places: [Place] = []
    try visit(filter) { _, place in
      places.append(place)
      return true
    }
    var count = 0
    for step in places.chunks(of: Self.step) { count += try store.write { db in try self.drop(step, db) } }
    return count
  }

  /// How many alerts one transaction changes: a running gateway waits no longer than that takes.
  private static let step = 500

  /// Where a delivery stands in the file.
  private enum Place {
    struct ParcelKey: Hashable {
      let output: Int64
      let parcel: Int64
    }

    case waiting(output: Int64, segment: Int64, place: Int32)
    case parcel(ParcelKey, segment: Int64, place: Int32)
    case dead(Int64)
  }

  private func visit(_ filter: DeliveryFilter, _ body: (StoredDelivery, Place) throws -> Bool) throws {
    try store.read { db in
      let outputs = try Row.fetchAll(db, sql: "SELECT id, name FROM output ORDER BY name")
        .map { (id: $0[0] as Int64, name: $0[1] as String) }
        .filter { filter.outputs.isEmpty || filter.outputs.contains($0.name) }
      for output in outputs where filter.includes(state: .pending) {
        guard try visitWaiting(db, output, filter, body) else { return }
      }
      for output in outputs where filter.includes(state: .retrying) {
        guard try visitRetrying(db, output, filter, body) else { return }
      }
      for output in outputs where filter.includes(state: .dead) {
        guard try visitDead(db, output, filter, body) else { return }
      }
    }
  }

  private func visitWaiting(
    _ db: Database, _ output: (id: Int64, name: String), _ filter: DeliveryFilter,
    _ body: (StoredDelivery, Place) throws -> Bool
  ) throws -> Bool {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT want.segment, want.places, segment.accepted, segment.entries, segment.lines
        FROM want JOIN segment ON segment.id = want.segment WHERE want.output = ? ORDER BY want.segment
        """, arguments: [output.id])
    while let row = try rows.next() {
      let segment = try store.decode(row, id: row[0], places: try Store.decodePlaces(row, 1), from: 2)
      for place in segment.places.all {
        let delivery = StoredDelivery(
          output: output.name, alert: segment.alert(place), state: .pending, accepted: segment.accepted, attempts: 0,
          nextAttempt: nil, lastError: nil, died: nil)
        guard filter.includes(delivery) else { continue }
        guard try body(delivery, .waiting(output: output.id, segment: segment.id, place: place)) else { return false }
      }
    }
    return true
  }

  private func visitRetrying(
    _ db: Database, _ output: (id: Int64, name: String), _ filter: DeliveryFilter,
    _ body: (StoredDelivery, Place) throws -> Bool
  ) throws -> Bool {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT retry.segment, retry.places, segment.accepted, segment.entries, segment.lines,
          retry.parcel, retry.attempts, retry.next_attempt, retry.reason
        FROM retry JOIN segment ON segment.id = retry.segment WHERE retry.output = ? ORDER BY retry.segment
        """, arguments: [output.id])
    while let row = try rows.next() {
      let segment = try store.decode(row, id: row[0], places: try Store.decodePlaces(row, 1), from: 2)
      let key = Place.ParcelKey(output: output.id, parcel: row[5])
      for place in segment.places.all {
        let delivery = StoredDelivery(
          output: output.name, alert: segment.alert(place), state: .retrying, accepted: segment.accepted,
          attempts: row[6], nextAttempt: Store.time(row[7]), lastError: row[8], died: nil)
        guard filter.includes(delivery) else { continue }
        guard try body(delivery, .parcel(key, segment: segment.id, place: place)) else { return false }
      }
    }
    return true
  }

  private func visitDead(
    _ db: Database, _ output: (id: Int64, name: String), _ filter: DeliveryFilter,
    _ body: (StoredDelivery, Place) throws -> Bool
  ) throws -> Bool {
    let rows = try Row.fetchCursor(
      db, sql: "SELECT id, 0, accepted, entry, line, attempts, died, reason FROM dead WHERE output = ? ORDER BY id",
      arguments: [output.id])
    while let row = try rows.next() {
      let segment = try store.decode(row, id: row[0], places: Places(), from: 2)
      let delivery = StoredDelivery(
        output: output.name, alert: segment.alert(0), state: .dead, accepted: segment.accepted, attempts: row[5],
        nextAttempt: nil, lastError: row[7], died: Store.time(row[6]))
      guard filter.includes(delivery) else { continue }
      guard try body(delivery, .dead(segment.id)) else { return false }
    }
    return true
  }

  private func drop(_ places: [Place], _ db: Database) throws -> Int {
    var count = 0
    var segments: Set<Int64> = []
    for place in places {
      switch place {
      case .waiting(let output, let segment, let place):
        let all = try Store.want(db, segment: segment, output: output)
        let left = all.subtracting(Places(place..<place + 1))
        guard left != all else { continue }
        try Store.putWant(db, segment: segment, output: output, left)
        try Self.countDropped(db, output)
        segments.insert(segment)
      case .parcel(let key, let segment, let place):
        guard try Store.remove(db, place, of: segment, from: key.parcel, output: key.output) else { continue }
        try Self.countDropped(db, key.output)
        segments.insert(segment)
      case .dead(let id):
        try db.cachedStatement(sql: "DELETE FROM dead WHERE id = ?").execute(arguments: [id])
        guard db.changesCount > 0 else { continue }
      }
      count += 1
    }
    for segment in segments { _ = try Store.deleteIfUnused(db, segment) }
    return count
  }

  private static func countDropped(_ db: Database, _ output: Int64) throws {
    try db.cachedStatement(sql: "UPDATE output SET dropped = dropped + 1 WHERE id = ?").execute(arguments: [output])
  }

  /// Puts dead letters into new segments, one an output.
  private func requeue(_ ids: [Int64]) throws {
    try store.write { db in
      var byOutput: [Int64: (builder: BlockBuilder, accepted: Timestamp)] = [:]
      for id in ids {
        let row = try Row.fetchOne(
          db, sql: "SELECT output, 0, died, entry, line FROM dead WHERE id = ?", arguments: [id])
        guard let row else { continue }
        let dead = try store.decode(row, id: id, places: Places(), from: 2)
        // The age counts from here: it would be a dead letter again at once otherwise.
        byOutput[row[0], default: (BlockBuilder(alerts: ids.count), SystemClock().now)].builder.append(
          dead.block, place: 0)
        try db.execute(sql: "DELETE FROM dead WHERE id = ?", arguments: [id])
      }
      for (output, (builder, accepted)) in byOutput.sorted(by: { $0.key < $1.key }) {
        let block = builder.block()
        let entries = SegmentCodec.encode(block, formats: store.formats)
        let segment = try store.insert(block, entries: entries, accepted: accepted, db)
        try Store.putWant(db, segment: segment, output: output, Places(0..<Int32(block.entries.count)))
        try db.execute(
          sql: "UPDATE output SET requeued = requeued + ? WHERE id = ?", arguments: [block.entries.count, output])
      }
    }
  }
}

extension StoredSegment {
  fileprivate func alert(_ place: Int32) -> OutgoingAlert { DeliveryBatch(block: block, places: [place])[0] }
}

extension Array {
  /// Pieces of so many elements; the last may be shorter.
  fileprivate func chunks(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
