/// What accepted alerts survive.
public enum Durability: String, Sendable, CaseIterable {
  /// The death of the process, at any instant: SQLite's `synchronous = NORMAL` with a write-ahead log. After a power
  /// failure the last moments before it may be missing, alerts and checkpoints alike.
  case process

  /// A power failure as well: `synchronous = FULL`, one `fsync` a commit.
  case power
}
