internal import Foundation
internal import GRDB

/// Looks whether a database is whole, at a bounded cost.
enum IntegrityCheck {
  /// Bytes up to which every page is looked at; that takes some hundredths of a second.
  private static let wholeFileLimit = 64 * 1024 * 1024

  /// - Throws: `OutboxError.damaged`, or SQLite's error.
  static func check(_ db: Database, path: String) throws {
    try checkPages(db, path: path)
    try WaitingRow.check(db)
  }

  private static func checkPages(_ db: Database, path: String) throws {
    let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
    if try pages * Connection.pageSize(of: db) <= wholeFileLimit {
      try check(db, "PRAGMA quick_check(1)", path)
      return
    }
    for table in ["output", "want", "retry", "digest", "checkpoint", "value", "format"] {
      try check(db, "PRAGMA quick_check(\(table))", path)
    }
    // Segments by their keys: the leaves of the tree, not the alerts, whose checksums are looked at when they are read.
    _ = try Int.fetchOne(db, sql: "SELECT sum(id) FROM segment")
  }

  private static func check(_ db: Database, _ sql: String, _ path: String) throws {
    let answer = try String.fetchOne(db, sql: sql)
    guard answer == "ok" else {
      throw OutboxError.damaged("the outbox '\(path)' is damaged: \(answer ?? "no answer")")
    }
  }
}
