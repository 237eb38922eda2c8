internal import Foundation
internal import GRDB

/// The settings with which every connection to an outbox is opened.
enum Connection {
  /// Bytes of a page in a new file. Alerts lie in the segment files: what is left are small rows, of which a commit
  /// changes a few, and each page that it changes is written whole.
  static let pageSize = 4 * 1024

  /// Bytes of a page in files of earlier versions.
  static let formerPageSize = 16 * 1024

  /// Bytes of a page in this file.
  static func pageSize(of db: Database) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA page_size") ?? pageSize }

  /// How long a connection waits for another process's write: `weir outbox` writes in small steps.
  private static let busyTimeout = 10.0

  /// - Parameter isDraft: nothing waits for the disk; whoever gives the file its final name does that once.
  static func configuration(isReadOnly: Bool = false, isDraft: Bool = false) -> Configuration {
    var configuration = Configuration()
    configuration.label = "weir.outbox"
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(busyTimeout)
    configuration.maximumReaderCount = 2
    configuration.readonly = isReadOnly
    configuration.prepareDatabase { db in
      if isDraft { try db.execute(sql: "PRAGMA synchronous = OFF") }
      if !db.configuration.readonly {
        // Both count only while the file is new.
        try db.execute(sql: "PRAGMA page_size = \(pageSize)")
        try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
        // Debian builds SQLite to overwrite what is deleted with zeros, which doubles what is written.
        try db.execute(sql: "PRAGMA secure_delete = OFF")
        // Checkpoints of the log are run, and their errors seen, by `WriteAheadLog`.
        try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        try db.execute(sql: "PRAGMA journal_size_limit = \(WriteAheadLog.target)")
      }
      // In KiB, where negative.
      try db.execute(sql: "PRAGMA cache_size = -8192")
      // A damaged file must show itself as an error, not as a wild read.
      try db.execute(sql: "PRAGMA cell_size_check = ON")
    }
    return configuration
  }
}

extension Array<UInt8> {
  /// Calls `body` with the bytes as a value to bind, without copying them. It must not escape.
  func withBorrowedData<Result>(_ body: (Data) throws -> Result) rethrows -> Result {
    try withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return try body(Data()) }
      return try body(
        Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none))
    }
  }
}

extension Row {
  /// The bytes of a value, copied once; empty for NULL.
  func bytes(_ index: Int) throws -> [UInt8] {
    try withUnsafeData(atIndex: index) { data in data.map { [UInt8]($0) } ?? [] }
  }
}
