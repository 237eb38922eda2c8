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

  /// The outputs' names, by their numbers.
  func outputNames() throws(OutboxError) -> [Int64: String] {
    try read { db in
      Dictionary(uniqueKeysWithValues: try Row.fetchAll(db, sql: "SELECT id, name FROM output").map { ($0[0], $0[1]) })
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
    let draft = segment.map { SegmentDraft($0, accepted: accepted, formats: formats) }
    let extent = try place(draft)
    do throws(OutboxError) {
      let number = try commit(draft, at: extent, wants: wants, checkpoints: checkpoints)
      if let extent { writer?.confirm(extent) }
      return number
    } catch {
      if let extent { writer?.abandon(extent) }
      throw error
    }
  }

  /// Where in the files a segment goes; nil for one that goes into the database.
  private func place(_ draft: SegmentDraft?) throws(OutboxError) -> Extent? {
    try refuseWhereRemoved()
    let size = draft?.size ?? 0
    try makeRoom(for: size)
    guard let draft, let writer, size > writer.limits.row else { return nil }
    return try writer.place(head: draft.headSize, body: draft.bodySize)
  }

  private func commit(
    _ draft: SegmentDraft?, at extent: Extent?, wants: [(output: Int64, places: Places)],
    checkpoints: [InputCheckpoint]
  ) throws(OutboxError) -> Int64? {
    let bytes = extent == nil ? draft?.size ?? 0 : 0
    return try write(bytes: bytes, before: .beforeBegin, after: .afterCommit) { db in
      crash.reach(.afterBegin)
      var number: Int64?
      if let draft {
        let id = try Self.insert(draft, at: extent, db)
        number = id
        if let extent { try writer?.write(draft, id: id, to: extent) }
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

  /// Adds the row of a segment: with its lines, bound and not copied, or with the place where they are.
  ///
  /// - Parameter id: the number that it has already; nil for the next one.
  static func insert(_ draft: SegmentDraft, at extent: Extent?, id: Int64? = nil, _ db: Database) throws -> Int64 {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO segment (id, accepted, entries, lines, file, start, head, body, wants)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try (extent == nil ? draft.entries : []).withBorrowedData { entries in
      try (extent == nil ? draft.body : []).withBorrowedData { lines in
        try (extent == nil ? draft.sealedWants : []).withBorrowedData { wants in
          try statement.execute(arguments: [
            id, draft.accepted.nanoseconds, entries, lines, extent?.file ?? 0, extent?.start ?? 0, extent?.head ?? 0,
            extent?.body ?? 0, wants,
          ])
        }
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
    try WaitingRow(segment: segment, output: output).encode(places).withBorrowedData { encoded in
      try db.cachedStatement(sql: "INSERT OR REPLACE INTO want (segment, output, places, count) VALUES (?, ?, ?, ?)")
        .execute(arguments: [segment, output, encoded, places.count])
    }
  }

  /// What an output still wants of a segment.
  static func want(_ db: Database, segment: Int64, output: Int64) throws -> Places {
    let statement = try db.cachedStatement(sql: "SELECT places FROM want WHERE segment = ? AND output = ?")
    guard let row = try Row.fetchOne(statement, arguments: [segment, output]) else { return Places() }
    return try WaitingRow(segment: segment, output: output).decode(row, 0)
  }
}
