internal import AlertModel
internal import GRDB
internal import PluginKit

/// A segment as it was read back, for one output.
struct StoredSegment: Sendable {
  let id: Int64
  let accepted: Timestamp
  let block: AlertBlock
  /// What the output wants of it.
  var places: Places
  /// Alerts whose bytes are not what was stored.
  let damaged: Places
}

extension Store {
  /// The next segments of which an output wants something, in order: at least one where there is one, then until there
  /// are `alerts` or `bytes` of them.
  func segments(for output: Int64, after segment: Int64, alerts: Int, bytes: Int) throws(OutboxError) -> [StoredSegment]
  {
    try load { db in
      let statement = try db.cachedStatement(
        sql: """
          SELECT want.segment, want.places, \(SegmentRow.columns)
          FROM want LEFT JOIN segment ON segment.id = want.segment
          WHERE want.segment > ? AND want.output = ? ORDER BY want.segment
          """)
      var found: [SegmentRow] = []
      var (foundAlerts, foundBytes) = (0, 0)
      let rows = try Row.fetchCursor(statement, arguments: [segment, output])
      while foundAlerts < alerts, foundBytes < bytes, let row = try rows.next() {
        let places = try WaitingRow(segment: row[0], output: output).decode(row, 1)
        let read = try self.row(row, id: row[0], places: places, from: 2)
        foundAlerts += read.places.count
        foundBytes += read.byteCount
        found.append(read)
      }
      return found
    }
  }

  /// The first segments of a parcel, in its order, with what of it they hold: until there are `alerts` of them, and `bytes`.
  /// None where somebody has dropped it.
  func segments(of parcel: Int64, output: Int64, alerts: Int, bytes: Int) throws(OutboxError) -> [StoredSegment] {
    try load { db in
      let statement = try db.cachedStatement(
        sql: """
          SELECT retry.segment, retry.places, \(SegmentRow.columns)
          FROM retry LEFT JOIN segment ON segment.id = retry.segment
          WHERE retry.output = ? AND retry.parcel = ? ORDER BY retry.segment
          """)
      var found: [SegmentRow] = []
      var (foundAlerts, foundBytes) = (0, 0)
      let rows = try Row.fetchCursor(statement, arguments: [output, parcel])
      while foundAlerts < alerts || foundBytes < bytes, let row = try rows.next() {
        let places = try WaitingRow(segment: row[0], output: output, parcel: parcel).decode(row, 1)
        let read = try self.row(row, id: row[0], places: places, from: 2)
        foundAlerts += read.places.count
        foundBytes += read.byteCount
        found.append(read)
      }
      return found
    }
  }

  /// What an output's worker goes on with.
  func parcels(of output: Int64) throws(OutboxError) -> [Parcel] {
    try read { db in
      var parcels: [Parcel] = []
      let rows = try Row.fetchCursor(
        db, sql: "SELECT * FROM retry WHERE output = ? ORDER BY parcel, segment", arguments: [output])
      while let row = try rows.next() {
        let id: Int64 = row["parcel"]
        let key = WaitingRow(segment: row["segment"], output: output, parcel: id)
        let part = Part(segment: key.segment, places: try key.decode(row, 3))
        if parcels.last?.id == id {
          parcels[parcels.count - 1].parts.append(part)
          continue
        }
        parcels.append(
          Parcel(
            id: id, parts: [part], attempts: row["attempts"], firstFailure: Self.time(row["first_failure"]),
            nextAttempt: Self.time(row["next_attempt"]), notBefore: Self.time(row["not_before"]),
            blocks: row["blocks"], reason: row["reason"]))
      }
      for index in parcels.indices {
        let row = try Row.fetchOne(
          db, sql: "SELECT id, document FROM digest WHERE output = ? AND parcel = ?",
          arguments: [output, parcels[index].id])
        if let row { parcels[index].digest = DigestDocument(id: row[0], json: try row.bytes(1)) }
      }
      return parcels
    }
  }

  static func time(_ nanoseconds: Int64) -> Timestamp { Timestamp(nanoseconds: nanoseconds) }

  /// How many alerts wait for each output, in order or to be tried again, and what `weir outbox` did to them.
  func standings() throws(OutboxError) -> [OutputStanding] {
    try read { db in
      let statement = try db.cachedStatement(
        sql: """
          SELECT id, name, dropped, requeued,
            (SELECT coalesce(sum(count), 0) FROM want WHERE want.output = output.id)
            + (SELECT coalesce(sum(count), 0) FROM retry WHERE retry.output = output.id),
            (SELECT count(*) FROM dead WHERE dead.output = output.id)
          FROM output ORDER BY name
          """)
      return try Row.fetchAll(statement).map {
        OutputStanding(id: $0[0], name: $0[1], pending: $0[4], dead: $0[5], dropped: $0[2], requeued: $0[3])
      }
    }
  }

  /// The checkpoints whose key begins so.
  func checkpoints(prefix: String) throws(OutboxError) -> [InputCheckpoint] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT key, value FROM checkpoint ORDER BY key")
        .filter { ($0[0] as String).hasPrefix(prefix) }
        .map { InputCheckpoint(key: $0[0], value: try $0.bytes(1)) }
    }
  }
}

/// How an output stands in the file.
struct OutputStanding: Sendable, Equatable {
  let id: Int64
  let name: String
  let pending: Int
  let dead: Int
  let dropped: Int
  let requeued: Int
}

extension Store {
  /// How many segments the file holds.
  func segmentCount() throws(OutboxError) -> Int {
    try read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM segment") ?? 0 }
  }
}
