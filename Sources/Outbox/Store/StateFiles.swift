internal import AlertModel
internal import Foundation
internal import Glibc
internal import Logging

/// The files of an outbox in the state folder, and what is done with a damaged one.
///
/// A database is made, or saved from a damaged one, under another name and then renamed: whatever is at the final name is
/// whole, so an empty or unreadable file there is damage, and a crash in between is a start from before.
struct StateFiles {
  let folder: String

  private var database: String { folder + "/" + Outbox.fileName }
  var hasDatabase: Bool { files.fileExists(atPath: database) }
  private var segments: SegmentFolder { SegmentFolder(folder: folder) }

  private var draft: String { database + ".new" }
  private var mark: String { folder + "/outbox.damaged" }
  private var files: FileManager { .default }

  struct Opened {
    let store: Store
    let recovery: Recovery?
  }

  /// An output that goes on under its number, whatever became of the database.
  typealias KnownOutput = (id: Int64, name: String)

  /// - Parameter outputs: those of which the numbers are known.
  func open(
    durability: Durability, formats: [String], outputs: [KnownOutput], limits: SegmentLimits, crash: CrashHook,
    now: Timestamp, logger: Logger
  ) throws(OutboxError) -> Opened {
    func store() throws(OutboxError) -> Store {
      try Store(
        folder: folder, path: database, durability: durability, formats: formats, limits: limits, crash: crash,
        logger: logger)
    }
    if !hasDatabase, !files.fileExists(atPath: draft), !segments.numbers.isEmpty {
      // An empty file, which is damage, so that a crash in between does not make it look like a new start.
      markDamaged("the outbox '\(database)' is missing, and alerts that it kept are still there")
      _ = files.createFile(atPath: database, contents: nil)
    }
    // What a repair that was cut off has left: it begins anew, or was done.
    if hasDatabase { remove(draft) }
    if !hasDatabase {
      try make(formats: formats, outputs: outputs, logger: logger)
      return Opened(store: try store(), recovery: nil)
    }
    do throws(OutboxError) {
      try refuseDamage()
      return Opened(store: try store(), recovery: nil)
    } catch .damaged(let reason) {
      let recovery = try replace(because: reason, formats: formats, outputs: outputs, now: now, logger: logger)
      logger.error("\(recovery)")
      return Opened(store: try store(), recovery: recovery)
    }
  }

  /// Remembers damage that was found while running, so that the next start does not run into it again.
  func markDamaged(_ reason: String) {
    try? Data(reason.utf8).write(to: URL(fileURLWithPath: mark))
  }

  private func refuseDamage() throws(OutboxError) {
    if let reason = files.contents(atPath: mark) {
      throw .damaged(String(decoding: reason, as: UTF8.self))
    }
    if SegmentFile.status(database)?.size == 0 {
      throw .damaged("the outbox '\(database)' is damaged: it is empty")
    }
    if LogFile(path: database + "-wal").damage() != nil {
      throw .damaged("the outbox '\(database)' is damaged: a part of its log does not have its checksum")
    }
  }

  /// Makes an empty database. What a crash left of an earlier try is used where it is whole: it may hold what was saved.
  private func make(formats: [String], outputs: [KnownOutput], logger: Logger) throws(OutboxError) {
    removeLog(of: database)
    do throws(OutboxError) {
      try makeDraft(formats: formats, outputs: outputs, logger: logger).close()
    } catch .damaged {
      remove(draft)
      try makeDraft(formats: formats, outputs: outputs, logger: logger).close()
    }
    try move(draft, to: database)
    try? files.removeItem(atPath: mark)
  }

  private func makeDraft(
    formats: [String], outputs: [KnownOutput], logger: Logger
  ) throws(OutboxError) -> Store {
    let store = try Store(
      folder: folder, path: draft, durability: nil, formats: formats, limits: nil, crash: CrashHook(), logger: logger)
    // Alerts are nobody else's business. SQLite gives its log the same rights.
    chmod(draft, 0o600)
    if !outputs.isEmpty { try store.keepOutputs(outputs) }
    return store
  }

  /// Sets the damaged database aside and puts a new one in its place, with what could be saved.
  private func replace(
    because reason: String, formats: [String], outputs: [KnownOutput], now: Timestamp, logger: Logger
  ) throws(OutboxError) -> Recovery {
    // What follows changes the log, which must look damaged to the next start too where this is cut off.
    markDamaged(reason)
    let log = LogFile(path: database + "-wal")
    if let damage = log.damage() { log.accept(damage) }
    let new = try makeDraft(formats: formats, outputs: outputs, logger: logger)
    var salvage = Salvage(from: database, to: new)
    salvage.run()
    let names = (try? new.outputNames()) ?? [:]
    new.close()
    let time = now.rfc3339.filter { $0 != ":" && $0 != "-" && $0 != "." }
    let aside = folder + "/outbox-damaged-\(time).sqlite"
    for number in salvage.damagedFiles { segments.keep(number, as: "outbox-damaged-\(time)-\(number).segments") }
    // From here on what was saved counts, and a start that finds no database goes on with that.
    sync(draft)
    try move(database, to: aside)
    // Before the new database comes, to which the log does not belong.
    for suffix in ["-wal", "-shm"] where files.fileExists(atPath: database + suffix) {
      try move(database + suffix, to: aside + suffix)
    }
    try move(draft, to: database)
    try? files.removeItem(atPath: mark)
    func byName(_ counts: [Int64: Int]) -> [String: Int] {
      Dictionary(uniqueKeysWithValues: counts.map { (names[$0.key] ?? "output \($0.key)", $0.value) })
    }
    return Recovery(
      reason: reason, setAside: aside, savedDeliveries: salvage.savedDeliveries, lost: byName(salvage.lost),
      buried: byName(salvage.buried), mayHaveLostMore: salvage.mayHaveLostMore,
      savedCheckpoints: salvage.savedCheckpoints)
  }

  private func move(_ source: String, to target: String) throws(OutboxError) {
    // Whole before it has the name under which it counts, after a power failure too.
    sync(source)
    guard rename(source, target) == 0 else {
      throw .unusableFolder("'\(source)' cannot be renamed to '\(target)': \(String(cString: strerror(errno)))")
    }
    // The new name survives a power failure only when the folder is on the disk.
    sync(folder)
  }

  /// Waits until a file, or a folder's list of names, is on the disk.
  private func sync(_ path: String) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    Glibc.close(descriptor)
  }

  private func remove(_ path: String) {
    try? files.removeItem(atPath: path)
    removeLog(of: path)
  }

  private func removeLog(of path: String) {
    for suffix in ["-wal", "-shm", "-journal"] { try? files.removeItem(atPath: path + suffix) }
  }
}
