internal import GRDB

/// The tables, and how older ones become these.
enum Schema {
  /// Written to the file as `user_version`. Raise it with every step added to `steps`.
  static var version: Int { steps.count }

  /// `application_id`: "WEIR", so that a file can be told from any other SQLite database.
  static let applicationID = 0x5745_4952

  /// Step n makes schema n + 1 from schema n.
  private static let steps: [String] = [
    """
    -- STRICT, so that the check at the start also finds values of another type, which damage can bring about.
    -- The alerts of one batch, each once: fixed-size entries, and their lines.
    CREATE TABLE segment (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      accepted INTEGER NOT NULL,
      entries BLOB NOT NULL,
      lines BLOB NOT NULL
    ) STRICT;
    -- The queued outputs. `dropped` and `requeued` count what `weir outbox` did, for the ledger of a running gateway.
    CREATE TABLE output (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      dropped INTEGER NOT NULL DEFAULT 0,
      requeued INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    -- What an output still has to deliver of a segment, in order: an output's cursor is its first row.
    CREATE TABLE want (
      segment INTEGER NOT NULL,
      output INTEGER NOT NULL,
      places BLOB NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (segment, output)
    ) WITHOUT ROWID, STRICT;
    -- Alerts that were tried and will be again: one row for those of a segment that share a try (`parcel`).
    CREATE TABLE retry (
      output INTEGER NOT NULL,
      parcel INTEGER NOT NULL,
      segment INTEGER NOT NULL,
      places BLOB NOT NULL,
      count INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      first_failure INTEGER NOT NULL,
      next_attempt INTEGER NOT NULL,
      not_before INTEGER NOT NULL,
      blocks INTEGER NOT NULL,
      reason TEXT NOT NULL,
      PRIMARY KEY (output, parcel, segment)
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX retry_by_segment ON retry (segment);
    -- A document that stands for a parcel's alerts.
    CREATE TABLE digest (
      output INTEGER NOT NULL,
      parcel INTEGER NOT NULL,
      id TEXT NOT NULL,
      document BLOB NOT NULL,
      PRIMARY KEY (output, parcel)
    ) WITHOUT ROWID, STRICT;
    -- Alerts given up on, copied, so that their segment can leave.
    CREATE TABLE dead (
      id INTEGER PRIMARY KEY,
      output INTEGER NOT NULL,
      reason TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      accepted INTEGER NOT NULL,
      died INTEGER NOT NULL,
      entry BLOB NOT NULL,
      line BLOB NOT NULL
    ) STRICT;
    CREATE INDEX dead_by_output ON dead (output);
    -- Where inputs go on.
    CREATE TABLE checkpoint (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT;
    -- What else the gateway remembers.
    CREATE TABLE value (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT;
    -- Formats by the number that entries carry: numbers stay, whatever order a later version has its formats in.
    CREATE TABLE format (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    """,
    """
    -- Where a segment lies in the segment files: the number of the file, the first byte, bytes of head and of lines.
    -- `entries` and `lines` are empty then. Small segments, and those of schema 1, have them and no file.
    ALTER TABLE segment ADD COLUMN file INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE segment ADD COLUMN start INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE segment ADD COLUMN head INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE segment ADD COLUMN body INTEGER NOT NULL DEFAULT 0;
    """,
    """
    -- Which output wanted what of a segment that lies here, as the header of one in a file says it. From here on the places
    -- of `want` and `retry` have a checksum of their row in front of them.
    ALTER TABLE segment ADD COLUMN wants BLOB NOT NULL DEFAULT x'';
    """,
  ]

  /// Brings a database to this version.
  ///
  /// - Throws: `OutboxError.newerSchema`, `OutboxError.damaged` where the file is no outbox, `DatabaseError`.
  static func migrate(_ db: Database, path: String) throws {
    let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    guard found <= version else { throw OutboxError.newerSchema(path: path, found: found, known: version) }
    guard found == 0 || application == applicationID else {
      throw OutboxError.damaged("'\(path)' is not an outbox of Weir (application id \(application))")
    }
    guard found < version else { return }
    try db.inTransaction(.immediate) {
      for step in steps[found...] { try db.execute(sql: step) }
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: "PRAGMA user_version = \(version)")
      return .commit
    }
  }
}
