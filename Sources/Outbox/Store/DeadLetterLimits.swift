internal import AlertModel
internal import GRDB

/// How many dead letters are kept, and for how long, so that they never fill the disk.
public enum DeadLetterLimits {
  /// 30 days.
  public static let standardAge = Duration.seconds(30 * 24 * 3600)

  /// How many alerts the outbox keeps as dead letters; from there on the oldest go.
  public static let count = 100_000
}

extension Store {
  /// What trimming found.
  struct DeadLetterTrim: Equatable {
    /// How many were too old.
    var old = 0
    /// How many were too many.
    var surplus = 0
    var left = 0
  }

  /// Forgets dead letters that died before `time`, and the oldest of those that are more than `limit`. Their numbers
  /// ascend with time, so only the first ones are looked at.
  func trimDeadLetters(before time: Timestamp, limit: Int) throws(OutboxError) -> DeadLetterTrim {
    let count = try read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM dead") ?? 0 }
    var trim = DeadLetterTrim(left: count)
    guard count > 0 else { return trim }
    let step = 500
    while true {
      let surplus = max(trim.left - limit, 0)
      let (first, old) = try read { db in
        let rows = try Row.fetchAll(db, sql: "SELECT id, died FROM dead ORDER BY id LIMIT \(step)")
        return (rows.map { $0[0] as Int64 }, rows.prefix { ($0[1] as Int64) < time.nanoseconds }.count)
      }
      let gone = min(max(old, surplus), first.count)
      guard gone > 0, let last = first.prefix(gone).last else { return trim }
      try write { db in try db.execute(sql: "DELETE FROM dead WHERE id <= ?", arguments: [last]) }
      trim.old += min(old, gone)
      trim.surplus += max(gone - old, 0)
      trim.left -= gone
    }
  }
}
