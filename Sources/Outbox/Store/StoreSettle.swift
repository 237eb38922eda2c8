internal import AlertModel
internal import GRDB
internal import PluginKit

extension Store {
  /// Commits what deliveries changed, and deletes the segments that nobody refers to any more.
  func settle(_ settlements: [Settlement]) throws(OutboxError) {
    var deleted = 0
    let bytes = settlements.reduce(0) { $0 + $1.dead.reduce(0) { $0 + $1.block.bytes.count } }
    try write(bytes: bytes, before: .beforeSettlement, after: .afterSettlement) { db in
      deleted = 0
      var segments: Set<Int64> = []
      for settlement in settlements {
        try apply(settlement, db)
        segments.formUnion(settlement.segments)
      }
      for segment in segments.sorted() where try Self.deleteIfUnused(db, segment) {
        deleted += 1
        crash.reach(.duringSegmentDeletion)
      }
    }
    noteDeletedSegments(deleted)
  }

  private func apply(_ settlement: Settlement, _ db: Database) throws {
    let output = settlement.output
    for part in settlement.taken {
      let left = try Self.want(db, segment: part.segment, output: output).subtracting(part.places)
      try Self.putWant(db, segment: part.segment, output: output, left)
    }
    for part in settlement.returned {
      let all = try Self.want(db, segment: part.segment, output: output).union(part.places)
      try Self.putWant(db, segment: part.segment, output: output, all)
    }
    for parcel in settlement.closed { try Self.delete(db, parcel: parcel.id, output: output) }
    for parcel in settlement.parcels {
      try Self.delete(db, parcel: parcel.id, output: output)
      try Self.insert(db, parcel, output: output)
    }
    for dead in settlement.dead { try insert(dead, output: output, db) }
  }

  /// Deletes a segment that no output waits for.
  static func deleteIfUnused(_ db: Database, _ segment: Int64) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        SELECT EXISTS (SELECT 1 FROM want WHERE segment = ?1) OR EXISTS (SELECT 1 FROM retry WHERE segment = ?1)
        """)
    guard try Bool.fetchOne(statement, arguments: [segment]) == false else { return false }
    try db.cachedStatement(sql: "DELETE FROM segment WHERE id = ?").execute(arguments: [segment])
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
      try part.places.encoded.withBorrowedData { places in
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
    try SegmentCodec.encode(dead.block, formats: formats).withBorrowedData { entry in
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
    let row = try Row.fetchOne(
      db, sql: "SELECT places FROM retry WHERE output = ? AND parcel = ? AND segment = ?", arguments: key)
    guard let row else { return false }
    let all = try decodePlaces(row, 0)
    let left = all.subtracting(Places(place..<place + 1))
    guard left != all else { return false }
    if left.isEmpty {
      try db.execute(sql: "DELETE FROM retry WHERE output = ? AND parcel = ? AND segment = ?", arguments: key)
    } else {
      try left.encoded.withBorrowedData { encoded in
        try db.execute(
          sql: "UPDATE retry SET places = ?, count = ? WHERE output = ? AND parcel = ? AND segment = ?",
          arguments: [encoded, left.count] + key)
      }
    }
    try db.execute(sql: "DELETE FROM digest WHERE output = ? AND parcel = ?", arguments: [output, parcel])
    return true
  }
}
