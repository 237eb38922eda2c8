/// Why the outbox could not do what was asked. Nothing that ended in an error counts as kept.
public enum OutboxError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The state folder is missing, cannot be written to, or is no folder.
  case unusableFolder(String)

  /// Another process uses the state folder. `pid` is nil where the lock file does not say.
  case inUse(folder: String, pid: Int32?)

  /// The state was written by a newer Weir.
  case newerSchema(path: String, found: Int, known: Int)

  /// The disk is full: wait, and commit the same again.
  case diskFull(String)

  /// The system could not read, write or sync: wait, and commit the same again.
  case inputOutput(String)

  /// Another process (`weir outbox`) kept the database locked for too long: commit the same again.
  case busy(String)

  /// The database is damaged. The next `Outbox.open` sets it aside and saves what can be read.
  case damaged(String)

  /// Anything else that SQLite says; a defect in Weir, or the outbox was closed.
  case failed(String)

  /// True where the same call can succeed later without anything but the disk changing.
  public var isTemporary: Bool {
    switch self {
    case .diskFull, .inputOutput, .busy: true
    case .unusableFolder, .inUse, .newerSchema, .damaged, .failed: false
    }
  }

  public var description: String {
    switch self {
    case .unusableFolder(let reason): reason
    case .inUse(let folder, let pid):
      "the state folder '\(folder)' is in use by \(pid.map { "process \($0)" } ?? "another process"); "
        + "stop that one, or set another folder with 'state'"
    case .newerSchema(let path, let found, let known):
      "'\(path)' was written by a newer version of Weir (schema \(found), this one knows \(known)); "
        + "use that version, or set another folder with 'state'"
    case .diskFull(let reason), .inputOutput(let reason), .busy(let reason), .damaged(let reason), .failed(let reason):
      reason
    }
  }
}
