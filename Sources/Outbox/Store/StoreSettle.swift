internal import AlertModel
internal import GRDB
internal import PluginKit

extension Store {
  /// Commits what deliveries changed, and deletes the segments that nobody refers to any more.
  ///
  /// - Returns: the outputs of which alerts that were on their way had been dropped meanwhile, so that their counts have
  ///   to be read anew.
  func settle(_ settlements: [Settlement]) throws(OutboxError) -> Set<Int64> {
    var deleted = 0
    var freed: [Extent] = []
    var changed: Set<Int64> = []
    let bytes = settlements.reduce(0) { $0 + $1.dead.reduce(0) { $0 + $1.block.bytes.count } }
    try write(bytes: bytes, before: .beforeSettlement, after: .afterSettlement) { db in
      deleted = 0
      freed = []
      changed = []
      var segments: Set<Int64> = []
      for settlement in settlements {
        if try apply(settlement, db) { changed.insert(settlement.output) }
        segments.formUnion(settlement.segments)
      }
      for segment in segments.sorted() where try Self.deleteIfUnused(db, segment, freeing: &freed) {
        deleted += 1
        crash.reach(.duringSegmentDeletion)
      }
    }
    noteDeletedSegments(deleted)
    writer?.release(freed)
    return changed
  }

  /// - Returns: true where some of the alerts had been dropped while they were on their way. Those that were to be tried
  ///   again stay dropped; the others were delivered, or are dead letters, and count as that.
  private func apply(_ settlement: Settlement, _ db: Database) throws -> Bool {
    let output = settlement.output
    var dropped: [Part] = []
    func note(_ places: Places, of segment: Int64) {
      if !places.isEmpty { dropped.append(Part(segment: segment, places: places)) }
    }
    for part in settlement.taken {
      let wanted = try Self.want(db, segment: part.segment, output: output)
      note(part.places.subtracting(wanted), of: part.segment)
      try Self.putWant(db, segment: part.segment, output: output, wanted.subtracting(part.places))
    }
    for parcel in settlement.closed {
      for part in parcel.parts {
        let held = try Self.places(db, of: part.segment, in: parcel.id, output: output)
        note(part.places.subtracting(held), of: part.segment)
      }
      try Self.delete(db, parcel: parcel.id, output: output)
    }
    var forgotten = 0
    for part in settlement.returned.subtracting(dropped) {
      let all = try Self.want(db, segment: part.segment, output: output).union(part.places)
      try Self.putWant(db, segment: part.segment, output: output, all)
    }
    forgotten += settlement.returned.alertCount - settlement.returned.subtracting(dropped).alertCount
    for parcel in settlement.parcels {
      var rest = parcel
      rest.parts = parcel.parts.subtracting(dropped)
      // A digest stands for the alerts that it counts; without some of them it is another one.
      if rest.count < parcel.count { rest.digest = nil }
      forgotten += parcel.count - rest.count
      try Self.delete(db, parcel: parcel.id, output: output)
      try Self.insert(db, rest, output: output)
    }
    for dead in settlement.dead { try insert(dead, output: output, db) }
    guard !dropped.isEmpty else { return false }
    try db.cachedStatement(sql: "UPDATE output SET dropped = dropped - ? WHERE id = ?")
      .execute(arguments: [dropped.alertCount - forgotten, output])
    return true
  }

  /// What a parcel still holds of a segment.
  private static func places(_ db: Database, of segment: Int64, in parcel: Int64, output: Int64) throws -> Places {
    let statement = try db.cachedStatement(
      sql: "SELECT places FROM retry WHERE output = ? AND parcel = ? AND segment = ?")
    guard let row = try Row.fetchOne(statement, arguments: [output, parcel, segment]) else { return Places() }
    return try WaitingRow(segment: segment, output: output, parcel: parcel).decode(row, 0)
  }

  /// Deletes a segment that no output waits for.
  ///
  /// - Parameter freed: takes up where in the files it lay, which is free once the transaction is committed.
  static func deleteIfUnused(_ db: Database, _ segment: Int64, freeing freed: inout [Extent]) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        SELECT EXISTS (SELECT 1 FROM want WHERE segment = ?1) OR EXISTS (SELECT 1 FROM retry WHERE segment = ?1)
        """)
    guard try Bool.fetchOne(statement, arguments: [segment]) == false else { return false }
    let deletion = try db.cachedStatement(sql: "DELETE FROM segment WHERE id = ? RETURNING file, start, head, body")
    for row in try Row.fetchAll(deletion, arguments: [segment]) {
      if let extent = SegmentRow.extent(row, from: 0) { freed.append(extent) }
    }
    return true
  }

  private static func delete(_ db: Database, parcel: Int64, output: Int64) throws {
    for table in ["retry", "digest"] {
      try db.cachedStatement(sql: "DELETE FROM \(table) WHERE output = ? AND parcel = ?")
        .execute(arguments: [output, parcel])
    }
  }

  private static func insert(_ db: Database, _ parcel: Parcel, output: Int64) throws {
    let statement = try db.cachedStatement(sql: "INSERT INTO retry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for part in parcel.parts where !part.places.isEmpty {
      let key = WaitingRow(segment: part.segment, output: output, parcel: parcel.id)
      try key.encode(part.places).withBorrowedData { places in
        try statement.execute(arguments: [
          output, parcel.id, part.segment, places, part.places.count, parcel.attempts,
          parcel.firstFailure.nanoseconds, parcel.nextAttempt.nanoseconds, parcel.notBefore.nanoseconds,
          parcel.blocks, parcel.reason,
        ])
      }
    }
    if let digest = parcel.digest {
      try digest.json.withBorrowedData { json in
        try db.cachedStatement(sql: "INSERT INTO digest VALUES (?, ?, ?, ?)")
          .execute(arguments: [output, parcel.id, digest.id, json])
      }
    }
  }

  private func insert(_ dead: DeadRow, output: Int64, _ db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "INSERT INTO dead (output, reason, attempts, accepted, died, entry, line) VALUES (?, ?, ?, ?, ?, ?, ?)")
    let draft = SegmentDraft(dead.block, accepted: dead.accepted, formats: formats)
    try draft.entries.withBorrowedData { entry in
      try dead.block.bytes.withBorrowedData { line in
        try statement.execute(arguments: [
          output, dead.reason, dead.attempts, dead.accepted.nanoseconds, dead.died.nanoseconds, entry, line,
        ])
      }
    }
  }
}

extension Store {
  /// Takes an alert out of a parcel. What is left of a digest's alerts is delivered one by one.
  ///
  /// - Returns: false where it was not there any more.
  static func remove(_ db: Database, _ place: Int32, of segment: Int64, from parcel: Int64, output: Int64) throws
    -> Bool
  {
    let key: StatementArguments = [output, parcel, segment]
    let all = try places(db, of: segment, in: parcel, output: output)
    let left = all.subtracting(Places(place..<place + 1))
    guard left != all else { return false }
    if left.isEmpty {
      try db.execute(sql: "DELETE FROM retry WHERE output = ? AND parcel = ? AND segment = ?", arguments: key)
    } else {
      let row = WaitingRow(segment: segment, output: output, parcel: parcel)
      try row.encode(left).withBorrowedData { encoded in
        try db.execute(
          sql: "UPDATE retry SET places = ?, count = ? WHERE output = ? AND parcel = ? AND segment = ?",
          arguments: [encoded, left.count] + key)
      }
    }
    try db.execute(sql: "DELETE FROM digest WHERE output = ? AND parcel = ?", arguments: [output, parcel])
    return true
  }
}
