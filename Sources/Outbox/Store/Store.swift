internal import AlertModel
internal import GRDB
internal import Logging
internal import PluginKit
internal import Synchronization

/// The database file. Every method blocks: it is called on a thread for that.
final class Store: Sendable {
  let path: String
  let crash: CrashHook
  let formats: FormatNumbers
  let folder: String

  let reader: SegmentReader
  /// Nil where the folder is another process's.
  let writer: SegmentWriter?

  private let pool: DatabasePool
  /// That of the file, which an earlier version may have made.
  private let pageSize: Int
  private let identity: FileIdentity?
  private let logger: Logger
  private let upkeep = Mutex(Upkeep())

  private struct Upkeep {
    var log = WriteAheadLog()
    var deletedSegments = 0
    var dataVersion: Int?
  }

  /// Opens an outbox that is whole, and makes it where there is none.
  ///
  /// - Parameters:
  ///   - durability: nil for a draft, which is on the disk only when its owner has seen to that.
  ///   - limits: of the segment files, where this process has the folder's lock and writes them; nil otherwise.
  /// - Throws: `OutboxError`; `damaged` where it has to be set aside.
  init(
    folder: String, path: String, durability: Durability?, formats: [String], limits: SegmentLimits?, crash: CrashHook,
    logger: Logger
  ) throws(OutboxError) {
    let files = SegmentFolder(folder: folder)
    let reader = SegmentReader(files)
    self.reader = reader
    self.path = path
    self.folder = folder
    self.crash = crash
    self.logger = logger
    do {
      pool = try DatabasePool(path: path, configuration: Connection.configuration(isDraft: durability == nil))
      let (numbers, content, pageSize) = try pool.writeWithoutTransaction { db in
        try Schema.migrate(db, path: path)
        if let durability {
          try db.execute(sql: "PRAGMA synchronous = \(durability == .power ? "FULL" : "NORMAL")")
        }
        try IntegrityCheck.check(db, path: path)
        return (
          formats.isEmpty ? FormatNumbers() : try FormatNumbers(db, names: formats), try Self.content(db, path: path),
          try Connection.pageSize(of: db)
        )
      }
      self.pageSize = pageSize
      self.formats = numbers
      identity = FileIdentity(path: path)
      writer = try limits.map { limits throws(OutboxError) in
        try SegmentWriter(
          files, content: content, reader: reader, isDurable: durability == .power, limits: limits, crash: crash)
      }
    } catch {
      throw OutboxError(error, path: path)
    }
  }

  /// Closes the database, and leaves the log to whoever else has it open.
  func closeConnection() {
    do { try pool.close() } catch { logger.warning("the outbox could not be closed: \(error)") }
  }

  /// Moves the log into the database and closes both. The last call.
  func close() {
    do {
      try pool.writeWithoutTransaction { db in try emptyLog(db) }
    } catch {
      logger.warning("the outbox's log could not be moved into the database; the next start does it: \(error)")
    }
    writer?.close()
    closeConnection()
  }

  /// Moves all of the log into the database. What a power failure leaves of that must not refer to bytes that it has not
  /// left.
  private func emptyLog(_ db: Database) throws {
    try writer?.sync()
    try upkeep.withLock { try $0.log.truncate(db) }
  }

  /// Runs `body` in one transaction; whatever it throws, nothing of it stays. It may be run twice.
  ///
  /// - Parameter bytes: about how many bytes it writes.
  func write<Result>(
    bytes: Int = 0, before: CrashPoint? = nil, after: CrashPoint? = nil, _ body: (Database) throws -> Result
  ) throws(OutboxError) -> Result {
    do {
      return try pool.writeWithoutTransaction { db in
        if let before { crash.reach(before) }
        let result: Result
        do {
          result = try transact(db, body)
        } catch let error where Self.isFull(error) {
          // What the log holds may have its place in the database already: then emptying it makes room.
          try emptyLog(db)
          writer?.tidy(keeping: 0)
          result = try transact(db, body)
        }
        if let after { crash.reach(after) }
        keepUp(db, bytes: bytes)
        return result
      }
    } catch {
      throw OutboxError(error, path: path)
    }
  }

  private static func isFull(_ error: any Error) -> Bool {
    if case .diskFull = error as? OutboxError { return true }
    return (error as? DatabaseError)?.resultCode == .SQLITE_FULL
  }

  private func transact<Result>(_ db: Database, _ body: (Database) throws -> Result) throws -> Result {
    var result: Result?
    try db.inTransaction(.immediate) {
      result = try body(db)
      return .commit
    }
    guard let result else { throw OutboxError.failed("the outbox '\(path)' committed nothing") }
    return result
  }

  func read<Result>(_ body: (Database) throws -> Result) throws(OutboxError) -> Result {
    do { return try pool.read(body) } catch { throw OutboxError(error, path: path) }
  }

  /// Refuses to keep what would not outlive the process.
  func refuseWhereRemoved() throws(OutboxError) {
    guard FileIdentity(path: path) != identity else { return }
    throw .unusableFolder(
      "the outbox '\(path)' was removed or replaced while Weir was using it: nothing more can be kept, and what waits is "
        + "delivered as far as it can still be read; start Weir again")
  }

  /// Refuses to begin a write of so many bytes that the disk might be full behind it.
  func makeRoom(for bytes: Int) throws(OutboxError) {
    guard let available = FreeSpace.available(in: folder) else { return }
    // What the log holds already goes into the database as well.
    let needed = bytes + FreeSpace.reserve
    if available >= needed + WriteAheadLog.target { return }
    do {
      let left = try pool.writeWithoutTransaction { db in
        try emptyLog(db)
        writer?.tidy(keeping: 0)
        return FreeSpace.available(in: folder) ?? 0
      }
      if left >= needed { return }
    } catch {
      throw OutboxError(error, path: path)
    }
    throw .diskFull("less than \(needed / 1024) KiB are free for the outbox '\(path)'; free some on its file system")
  }

  /// Notes that a segment was deleted: its pages may be given back to the file system.
  func noteDeletedSegments(_ count: Int) {
    upkeep.withLock { $0.deletedSegments += count }
  }

  /// True where another process has changed the database since the last call.
  func wasChangedByOthers() throws(OutboxError) -> Bool {
    do {
      return try pool.writeWithoutTransaction { db in
        let version = try Int.fetchOne(db, sql: "PRAGMA data_version") ?? 0
        return upkeep.withLock { upkeep in
          defer { upkeep.dataVersion = version }
          return upkeep.dataVersion != nil && upkeep.dataVersion != version
        }
      }
    } catch {
      throw OutboxError(error, path: path)
    }
  }

  /// Gives free pages back and empties the log, a step at a time, while nothing else is to do.
  func tidy() throws(OutboxError) {
    do {
      try pool.writeWithoutTransaction { db in try vacuum(db, keeping: Self.idleRoom, atOnce: 16 * 1024 * 1024) }
    } catch {
      throw OutboxError(error, path: path)
    }
    writer?.tidy(keeping: Self.idleRoom)
  }

  /// Gives back the room of what another process has dropped.
  func recountFiles() throws(OutboxError) {
    guard let writer else { return }
    writer.recount(try read { db in try Self.content(db, path: path) })
  }

  /// Gives back the room of segments that left, without a writer of its own: for whoever has the folder's lock for that.
  func giveBack(_ freed: [Extent]) throws(OutboxError) {
    let folder = SegmentFolder(folder: folder)
    let writer = try SegmentWriter(
      folder, content: try read { db in try Self.content(db, path: path) }, reader: reader, isDurable: false,
      limits: SegmentLimits(), crash: crash)
    writer.cutOut(freed)
    writer.close()
  }

  /// What the database knows of the segment files.
  private static func content(_ db: Database, path: String) throws -> [SegmentWriter.Content] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT file, count(*), max(start + head + body), min(min(start, head, body)) FROM segment
        WHERE file <> 0 GROUP BY file
        """)
    return try rows.map { row in
      // Damage may have made anything of them.
      let numbers = (0..<4).compactMap { Int64.fromDatabaseValue(row[$0]) }
      guard numbers.count == 4, numbers[0] > 0, numbers[3] >= 0 else {
        throw OutboxError.damaged("the outbox '\(path)' is damaged: the place of a segment cannot be one")
      }
      return SegmentWriter.Content(file: numbers[0], segments: Int(numbers[1]), end: Int(numbers[2]))
    }
  }

  /// Bytes that stay free for the next segments.
  private static let busyRoom = 64 * 1024 * 1024
  private static let idleRoom = 4 * 1024 * 1024

  /// How many segments may leave before the free pages are looked at.
  private static let deletionsBetweenVacuums = 32

  private func keepUp(_ db: Database, bytes: Int) {
    do {
      let vacuumIsDue = upkeep.withLock { upkeep in
        upkeep.log.add(bytes: bytes, pageSize: pageSize)
        guard upkeep.deletedSegments >= Self.deletionsBetweenVacuums else { return false }
        upkeep.deletedSegments = 0
        return true
      }
      if vacuumIsDue { try vacuum(db, keeping: Self.busyRoom, atOnce: 64 * 1024 * 1024) }
      if upkeep.withLock({ $0.log.isDue }) {
        // What a power failure leaves of the database must not refer to bytes that it has not left.
        try writer?.sync()
        try upkeep.withLock { try $0.log.checkpoint(db, crash: crash) }
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      // A reader holds the log; the next commit tries again.
    } catch {
      // What was committed is in the log and safe; the log grows until this succeeds, and `makeRoom` watches the disk.
      logger.error("the outbox's log could not be moved into the database: \(OutboxError(error, path: path))")
    }
  }

  private func vacuum(_ db: Database, keeping kept: Int, atOnce most: Int) throws {
    let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
    let surplus = free - kept / pageSize
    guard surplus > 0 else { return }
    let step = min(surplus, most / pageSize)
    // The pragma does a page a step, so it is stepped to its end.
    let cursor = try Row.fetchCursor(db, sql: "PRAGMA incremental_vacuum(\(step))")
    while try cursor.next() != nil {}
    upkeep.withLock { $0.log.add(bytes: 0, pageSize: pageSize) }
  }
}
