internal import GRDB

extension OutboxError {
  /// What an error of SQLite means for whoever called.
  init(_ error: any Error, path: String) {
    if let error = error as? OutboxError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self = .failed("the outbox '\(path)' failed: \(error)")
      return
    }
    let detail = "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
    switch error.resultCode {
    case .SQLITE_FULL:
      self = .diskFull("no space is left for the outbox '\(path)'; free some on its file system")
    case .SQLITE_IOERR:
      self = .inputOutput("the system failed to read or write the outbox '\(path)': \(detail)")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self = .busy("another process kept the outbox '\(path)' locked: \(detail)")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
      self = .damaged("the outbox '\(path)' is damaged: \(detail)")
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      self = .unusableFolder(
        "the outbox '\(path)' cannot be opened for writing: \(detail); make it and its folder writable for this user, "
          + "or set another folder with 'state'")
    default:
      self = .failed("the outbox '\(path)' failed: \(detail)")
    }
  }
}
