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
      folder: folder, path: path, durability: .process, formats: formats, limits: nil, crash: CrashHook(),
      logger: logger)
  }

  /// True, and its process id where it is known, where a gateway uses the outbox.
  public var runningGateway: (isRunning: Bool, pid: Int32?) {
    let holder = StateLock.holder(of: folder)
    return (holder.isHeld, holder.pid)
  }

  /// What was kept under `key` (`Outbox.setValue`); nil where nothing was.
  public func value(_ key: String) throws(OutboxError) -> [UInt8]? { try store.value(key) }

  /// Lets go of the state. Nothing can be asked after it.
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

  /// Forgets what is meant: it is not delivered, and is no dead letter any more. The room is given back at once, by the
  /// gateway where one runs.
  ///
  /// - Returns: how many alerts.
  public func drop(_ filter: DeliveryFilter) throws -> Int {
    var places: [Place] = []
    try visit(filter) { _, place in
      places.append(place)
      return true
    }
    var count = 0
    var freed: [Extent] = []
    for step in places.chunks(of: Self.step) {
      let (dropped, extents) = try store.write { db in try self.drop(step, db) }
      count += dropped
      freed += extents
    }
    if !places.isEmpty, !runningGateway.isRunning { giveBack(freed) }
    return count
  }

  /// Where this fails the room is given back by the next gateway that starts, but for holes in files that are wanted.
  private func giveBack(_ freed: [Extent]) {
    // The gateway reuses room: whoever has not the lock may cut out what was just written.
    guard let lock = try? StateLock(folder: folder) else { return }
    defer { lock.release() }
    try? store.giveBack(freed)
    try? store.tidy()
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
    let outputs = try store.read { db in
      try Row.fetchAll(db, sql: "SELECT id, name FROM output ORDER BY name")
        .map { (id: $0[0] as Int64, name: $0[1] as String) }
        .filter { filter.outputs.isEmpty || filter.outputs.contains($0.name) }
    }
    for output in outputs where filter.includes(state: .pending) {
      guard try visitWaiting(output, filter, body) else { return }
    }
    for output in outputs where filter.includes(state: .retrying) {
      guard try visitRetrying(output, filter, body) else { return }
    }
    for output in outputs where filter.includes(state: .dead) {
      guard try visitDead(output, filter, body) else { return }
    }
  }

  /// How many segments, or dead letters, are looked up at once. Their alerts are read after that: a transaction that is
  /// held open for as long as somebody reads a list would keep the gateway's log from being emptied.
  private static let pageSize = 16

  /// Calls `body` with segments as `page` finds them, until it returns false or there are no more.
  private func forEachSegment<Key>(
    page: (Database, _ after: Key?) throws -> [(key: Key, row: SegmentRow)],
    _ body: (Key, StoredSegment) throws -> Bool
  ) throws -> Bool {
    var last: Key?
    while true {
      let found = try store.read { db in try page(db, last) }
      guard let end = found.last else { return true }
      for (key, row) in found {
        // A gateway that runs may have delivered it meanwhile.
        guard let segment = try store.segment(row) else { continue }
        guard try body(key, segment) else { return false }
      }
      last = end.key
    }
  }

  private func visitWaiting(
    _ output: (id: Int64, name: String), _ filter: DeliveryFilter, _ body: (StoredDelivery, Place) throws -> Bool
  ) throws -> Bool {
    try forEachSegment { (db, last: Int64?) in
      try Row.fetchAll(
        db,
        sql: """
          SELECT want.segment, want.places, \(SegmentRow.columns)
          FROM want JOIN segment ON segment.id = want.segment WHERE want.output = ? AND want.segment > ?
          ORDER BY want.segment LIMIT \(Self.pageSize)
          """, arguments: [output.id, last ?? 0]
      ).map { row in
        let places = try WaitingRow(segment: row[0], output: output.id).decode(row, 1)
        return (row[0], try store.row(row, id: row[0], places: places, from: 2))
      }
    } _: { _, segment in
      for place in segment.places.all {
        let delivery = StoredDelivery(
          output: output.name, alert: segment.alert(place), state: .pending, accepted: segment.accepted, attempts: 0,
          nextAttempt: nil, lastError: segment.damage(place), died: nil)
        guard filter.includes(delivery) else { continue }
        guard try body(delivery, .waiting(output: output.id, segment: segment.id, place: place)) else { return false }
      }
      return true
    }
  }

  /// What the database says of an alert's tries.
  private struct Tries {
    let segment: Int64
    let parcel: Int64
    let attempts: Int
    let next: Timestamp
    let reason: String
  }

  private func visitRetrying(
    _ output: (id: Int64, name: String), _ filter: DeliveryFilter, _ body: (StoredDelivery, Place) throws -> Bool
  ) throws -> Bool {
    try forEachSegment { (db, last: Tries?) in
      try Row.fetchAll(
        db,
        sql: """
          SELECT retry.segment, retry.places, retry.parcel, retry.attempts, retry.next_attempt, retry.reason,
            \(SegmentRow.columns)
          FROM retry JOIN segment ON segment.id = retry.segment
          WHERE retry.output = ? AND (retry.segment, retry.parcel) > (?, ?)
          ORDER BY retry.segment, retry.parcel LIMIT \(Self.pageSize)
          """, arguments: [output.id, last?.segment ?? 0, last?.parcel ?? 0]
      ).map { row in
        let places = try WaitingRow(segment: row[0], output: output.id, parcel: row[2]).decode(row, 1)
        return (
          Tries(segment: row[0], parcel: row[2], attempts: row[3], next: Store.time(row[4]), reason: row[5]),
          try store.row(row, id: row[0], places: places, from: 6)
        )
      }
    } _: { tries, segment in
      let key = Place.ParcelKey(output: output.id, parcel: tries.parcel)
      for place in segment.places.all {
        let delivery = StoredDelivery(
          output: output.name, alert: segment.alert(place), state: .retrying, accepted: segment.accepted,
          attempts: tries.attempts, nextAttempt: tries.next, lastError: segment.damage(place) ?? tries.reason, died: nil
        )
        guard filter.includes(delivery) else { continue }
        guard try body(delivery, .parcel(key, segment: segment.id, place: place)) else { return false }
      }
      return true
    }
  }

  private func visitDead(
    _ output: (id: Int64, name: String), _ filter: DeliveryFilter, _ body: (StoredDelivery, Place) throws -> Bool
  ) throws -> Bool {
    var last: Int64 = 0
    while true {
      let rows = try store.read { db in
        try Row.fetchAll(
          db,
          sql: """
            SELECT id, accepted, entry, line, 0, 0, 0, 0, attempts, died, reason FROM dead WHERE output = ? AND id > ?
            ORDER BY id LIMIT \(Self.pageSize)
            """,
          arguments: [output.id, last])
      }
      guard let end = rows.last else { return true }
      for row in rows {
        let segment = try store.decode(try store.row(row, id: row[0], places: Places(), from: 1))
        let delivery = StoredDelivery(
          output: output.name, alert: segment.alert(0), state: .dead, accepted: segment.accepted, attempts: row[8],
          nextAttempt: nil, lastError: segment.damage(0) ?? row[10], died: Store.time(row[9]))
        guard filter.includes(delivery) else { continue }
        guard try body(delivery, .dead(segment.id)) else { return false }
      }
      last = end[0]
    }
  }

  private func drop(_ places: [Place], _ db: Database) throws -> (count: Int, freed: [Extent]) {
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
    var freed: [Extent] = []
    for segment in segments { _ = try Store.deleteIfUnused(db, segment, freeing: &freed) }
    return (count, freed)
  }

  private static func countDropped(_ db: Database, _ output: Int64) throws {
    try db.cachedStatement(sql: "UPDATE output SET dropped = dropped + 1 WHERE id = ?").execute(arguments: [output])
  }

  /// So many bytes of alerts go into one segment; SQLite keeps no value of more than a thousand million
  /// (https://www.sqlite.org/limits.html).
  private static let segmentSize = 16 << 20

  /// Numbers of formats stay what they are: the gateway may know formats that are not known here.
  private static let asStored = FormatNumbers()

  /// Puts dead letters into new segments, as few an output as their size allows.
  private func requeue(_ ids: [Int64]) throws {
    try store.write { db in
      var byOutput: [Int64: (builder: BlockBuilder, accepted: Timestamp)] = [:]
      for id in ids {
        let row = try Row.fetchOne(
          db, sql: "SELECT output, died, entry, line, 0, 0, 0, 0 FROM dead WHERE id = ?", arguments: [id])
        guard let row else { continue }
        let dead = try store.decode(
          try store.row(row, id: id, places: Places(), from: 1), formats: Self.asStored)
        // The age counts from here: it would be a dead letter again at once otherwise.
        let output: Int64 = row[0]
        var gathered = byOutput.removeValue(forKey: output) ?? (BlockBuilder(alerts: ids.count), SystemClock().now)
        gathered.builder.append(dead.block, place: 0)
        if gathered.builder.byteCount < Self.segmentSize {
          byOutput[output] = gathered
        } else {
          try requeue(gathered.builder.block(), accepted: gathered.accepted, of: output, db)
        }
        try db.execute(sql: "DELETE FROM dead WHERE id = ?", arguments: [id])
      }
      for (output, (builder, accepted)) in byOutput.sorted(by: { $0.key < $1.key }) {
        try requeue(builder.block(), accepted: accepted, of: output, db)
      }
    }
  }

  private func requeue(_ block: AlertBlock, accepted: Timestamp, of output: Int64, _ db: Database) throws {
    let all = Places(0..<Int32(block.entries.count))
    let name = try String.fetchOne(db, sql: "SELECT name FROM output WHERE id = ?", arguments: [output]) ?? ""
    // Into the database, whatever their size: only the gateway writes segment files.
    let segment = try Store.insert(
      SegmentDraft(block, accepted: accepted, wants: [(name, all)], formats: Self.asStored), at: nil, db)
    try Store.putWant(db, segment: segment, output: output, all)
    try db.execute(
      sql: "UPDATE output SET requeued = requeued + ? WHERE id = ?", arguments: [block.entries.count, output])
  }
}

extension StoredSegment {
  fileprivate func alert(_ place: Int32) -> OutgoingAlert { DeliveryBatch(block: block, places: [place])[0] }

  /// Nil where the alert is what was stored.
  fileprivate func damage(_ place: Int32) -> String? { damaged.contains(place) ? DeadRow.damagedReason : nil }
}

extension Array {
  /// Pieces of so many elements; the last may be shorter.
  fileprivate func chunks(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
