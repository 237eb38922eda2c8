internal import GRDB

extension Store {
  func value(_ key: String) throws(OutboxError) -> [UInt8]? {
    try read { db in
      try Row.fetchOne(db, sql: "SELECT value FROM value WHERE key = ?", arguments: [key])?.bytes(0)
    }
  }

  func setValue(_ value: [UInt8]?, for key: String) throws(OutboxError) {
    try write { db in
      guard let value else { return try db.execute(sql: "DELETE FROM value WHERE key = ?", arguments: [key]) }
      try value.withBorrowedData { data in
        try db.execute(sql: "INSERT OR REPLACE INTO value VALUES (?, ?)", arguments: [key, data])
      }
    }
  }
}
