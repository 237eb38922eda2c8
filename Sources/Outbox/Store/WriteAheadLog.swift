internal import GRDB
internal import Logging

/// Moves the write-ahead log into the database every so often, so that it neither grows nor stops the writer for long.
struct WriteAheadLog {
  /// Bytes of log at which it is moved. Large enough that pages written several times are moved once.
  static let target = 16 * 1024 * 1024

  private var written = 0

  /// Notes that about so many bytes were committed, and a few pages of the database's own.
  mutating func add(bytes: Int, pageSize: Int) {
    written += bytes + 4 * pageSize
  }

  var isDue: Bool { written >= Self.target }

  /// Moves what no reader needs any more. Where a reader holds the log back until it is four times as large as it should
  /// be, readers are waited for.
  mutating func checkpoint(_ db: Database, crash: CrashHook) throws {
    crash.reach(.beforeWALCheckpoint)
    let mode: Database.CheckpointMode = written >= 4 * Self.target ? .restart : .passive
    let (frames, moved) = try db.checkpoint(mode)
    if moved == frames { written = 0 }
    crash.reach(.afterWALCheckpoint)
  }

  /// Moves everything and cuts the log to nothing: before the file is closed, and when the disk is nearly full.
  mutating func truncate(_ db: Database) throws {
    try db.checkpoint(.truncate)
    written = 0
  }
}
