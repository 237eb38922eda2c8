internal import AlertModel
internal import GRDB
internal import PluginKit

extension Store {
  /// The number that stands for an output in the file; made where there is none.
  func outputNumber(_ name: String) throws(OutboxError) -> Int64 {
    try write { db in
      try db.execute(sql: "INSERT OR IGNORE INTO output (name) VALUES (?)", arguments: [name])
      return try Int64.fetchOne(db, sql: "SELECT id FROM output WHERE name = ?", arguments: [name]) ?? 0
    }
  }

  /// Makes sure that outputs have the numbers that they are known by.
  func keepOutputs(_ outputs: [(id: Int64, name: String)]) throws(OutboxError) {
    try write { db in
      for output in outputs {
        try db.execute(
          sql: "INSERT OR IGNORE INTO output (id, name) VALUES (?, ?)", arguments: [output.id, output.name])
      }
    }
  }

  /// Keeps a segment and checkpoints in one transaction.
  ///
  /// - Returns: the segment's number, in the order of commits.
  func commit(
    _ segment: Segment?, wants: [(output: Int64, places: Places)], checkpoints: [InputCheckpoint], accepted: Timestamp
  ) throws(OutboxError) -> Int64? {
    let bytes = segment.map { $0.block.bytes.count + $0.block.entries.count * SegmentCodec.entrySize } ?? 0
    try makeRoom(for: bytes)
    let entries = segment.map { SegmentCodec.encode($0.block, formats: formats) } ?? []
    return try write(bytes: bytes, before: .beforeBegin, after: .afterCommit) { db in
      crash.reach(.afterBegin)
      var number: Int64?
      if let segment {
        number = try insert(segment.block, entries: entries, accepted: accepted, db)
        crash.reach(.afterSegment)
        for want in wants { try Self.putWant(db, segment: number ?? 0, output: want.output, want.places) }
        crash.reach(.afterWants)
      }
      for checkpoint in checkpoints {
        guard !checkpoint.value.isEmpty else {
          try db.cachedStatement(sql: "DELETE FROM checkpoint WHERE key = ?").execute(arguments: [checkpoint.key])
          continue
        }
        try checkpoint.value.withBorrowedData { value in
          try db.cachedStatement(
            sql:
              "INSERT INTO checkpoint (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
          ).execute(arguments: [checkpoint.key, value])
        }
      }
      crash.reach(.beforeCommit)
      return number
    }
  }

  /// Writes the lines as they are: bound, not copied.
  func insert(_ block: AlertBlock, entries: [UInt8], accepted: Timestamp, _ db: Database) throws -> Int64 {
    let statement = try db.cachedStatement(sql: "INSERT INTO segment (accepted, entries, lines) VALUES (?, ?, ?)")
    try entries.withBorrowedData { entries in
      try block.bytes.withBorrowedData { lines in
        try statement.execute(arguments: [accepted.nanoseconds, entries, lines])
      }
    }
    return db.lastInsertedRowID
  }

  /// Sets what an output still wants of a segment; nothing is no row.
  static func putWant(_ db: Database, segment: Int64, output: Int64, _ places: Places) throws {
    guard !places.isEmpty else {
      try db.cachedStatement(sql: "DELETE FROM want WHERE segment = ? AND output = ?")
        .execute(arguments: [segment, output])
      return
    }
    try places.encoded.withBorrowedData { encoded in
      try db.cachedStatement(sql: "INSERT OR REPLACE INTO want (segment, output, places, count) VALUES (?, ?, ?, ?)")
        .execute(arguments: [segment, output, encoded, places.count])
    }
  }

  /// What an output still wants of a segment.
  static func want(_ db: Database, segment: Int64, output: Int64) throws -> Places {
    let statement = try db.cachedStatement(sql: "SELECT places FROM want WHERE segment = ? AND output = ?")
    guard let row = try Row.fetchOne(statement, arguments: [segment, output]) else { return Places() }
    return try decodePlaces(row, 0)
  }

  static func decodePlaces(_ row: Row, _ index: Int) throws -> Places {
    guard let places = Places(encoded: try row.bytes(index)) else {
      throw OutboxError.damaged("the outbox is damaged: a set of places cannot be read")
    }
    return places
  }
}
