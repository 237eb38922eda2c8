internal import AlertModel
public import Logging
public import PluginKit
internal import Synchronization

/// The durable queue between routes and queued outputs: alerts, what each output still has to get of them, and where the
/// inputs go on, in one SQLite database (`outbox.sqlite` in the state folder).
///
/// What `commit` has returned from is kept: after `kill -9` at any instant, the next start delivers it. Delivery is at
/// least once. An output's alerts that may be delivered twice after a crash are those that were on their way, at the
/// most `concurrency × batch`: a worker begins the next delivery only when the one before is settled in the database.
public final class Outbox: Sendable {
  /// The database's name in the state folder.
  public static let fileName = "outbox.sqlite"

  /// What was found at the start that a person should know; nil where all was well.
  public let recovery: Recovery?

  let store: Store
  let clock: any GatewayClock
  private let lock: StateLock
  private let logger: Logger
  private let writer = BlockingThread("outbox")
  private let reader = BlockingThread("outbox.reader")
  private let lanes = Mutex<[String: Lane]>([:])
  private let settlements = SettlementQueue()
  private let damage = Mutex<OutboxError?>(nil)
  private let stir = Signal()

  /// Opens the outbox of a state folder, makes it where there is none, and keeps other processes away from it. A damaged
  /// database is set aside under a name with the time, what can be read of it goes into a new one, and `recovery` says
  /// so. Blocks.
  ///
  /// - Parameters:
  ///   - folder: exists and can be written to.
  ///   - formats: the names of the formats in the order of `Vocabulary.tables`, so that alerts that another version left
  ///     keep theirs.
  /// - Throws: `unusableFolder`, `inUse`, `newerSchema`, or what the disk says.
  public static func open(
    folder: String, durability: Durability = .process, formats: [String] = [], clock: any GatewayClock = SystemClock(),
    logger: Logger
  ) throws(OutboxError) -> Outbox {
    let lock = try StateLock(folder: folder)
    let crash = CrashHook.fromEnvironment()
    let opened = try StateFiles(folder: folder).open(
      durability: durability, formats: formats, crash: crash, now: clock.now, logger: logger)
    return try Outbox(lock: lock, store: opened.store, recovery: opened.recovery, clock: clock, logger: logger)
  }

  private init(
    lock: StateLock, store: Store, recovery: Recovery?, clock: any GatewayClock, logger: Logger
  ) throws(OutboxError) {
    self.lock = lock
    self.store = store
    self.recovery = recovery
    self.clock = clock
    self.logger = logger
    let standings = try store.standings()
    lanes.withLock { lanes in
      for standing in standings { lanes[standing.name] = Lane(standing) }
    }
    _ = try store.wasChangedByOthers()
  }

  /// Keeps a batch: its alerts, which of them each output wants, and where the inputs go on. All of it or nothing.
  ///
  /// - Parameters:
  ///   - block: alerts that no output wants are not stored.
  ///   - wants: for each queued output, places in the block, ascending.
  ///   - checkpoints: replace those of the same keys.
  /// - Throws: `OutboxError`. Nothing was kept then; where it `isTemporary`, wait and commit the same again.
  public func commit(
    _ block: AlertBlock, wants: [(output: String, places: [Int32])], checkpoints: [InputCheckpoint]
  ) async throws(OutboxError) {
    let segment = Segment(block, wants: wants)
    guard segment != nil || !checkpoints.isEmpty else { return }
    try await onWriter { () throws(OutboxError) in
      var numbers: [(output: Int64, places: Places)] = []
      var wanting: [Lane] = []
      for want in segment?.wants ?? [] {
        let lane = try self.lane(want.output)
        wanting.append(lane)
        numbers.append((lane.id, want.places))
      }
      let accepted = self.clock.now
      // Before the commit: once it is there, a worker may have delivered it before this thread goes on.
      let number = try self.store.commit(segment, wants: numbers, checkpoints: checkpoints, accepted: accepted)
      guard let segment, let number else { return }
      for (lane, want) in zip(wanting, numbers) {
        lane.offer(
          StoredSegment(
            id: number, accepted: accepted, block: segment.block, places: want.places, damaged: Places()))
      }
    }
  }

  /// The checkpoints whose key begins with `prefix`.
  public func checkpoints(prefix: String = "") async throws(OutboxError) -> [InputCheckpoint] {
    try await onWriter { () throws(OutboxError) in try self.store.checkpoints(prefix: prefix) }
  }

  /// What was kept under `key`; nil where nothing was.
  public func value(_ key: String) async throws(OutboxError) -> [UInt8]? {
    try await onWriter { () throws(OutboxError) in try self.store.value(key) }
  }

  /// Keeps a small value under `key`, or forgets it where `value` is nil.
  public func setValue(_ value: [UInt8]?, for key: String) async throws(OutboxError) {
    try await onWriter { () throws(OutboxError) in try self.store.setValue(value, for: key) }
  }

  /// How many alerts wait, and how many were given up on, by output: those of outputs that are no longer configured too.
  public func backlog() async throws(OutboxError) -> [OutputBacklog] {
    try await onWriter { () throws(OutboxError) in
      try self.store.standings().map { OutputBacklog(output: $0.name, pending: $0.pending, dead: $0.dead) }
    }
  }

  /// Looks after the database until the task is cancelled: notices what `weir outbox` has changed, and gives free pages
  /// back. Twice a second.
  ///
  /// - Throws: `OutboxError.damaged` when damage was found while alerts were read. Stop, close, and open again: that sets
  ///   the file aside and saves what can be read.
  public func run() async throws(OutboxError) {
    while !Task.isCancelled {
      await stir.wait(for: .milliseconds(500), clock: clock)
      if let damage = damage.withLock({ $0 }) { throw damage }
      do {
        try await onWriter { () throws(OutboxError) in
          if try self.store.wasChangedByOthers() { try self.reload() }
          try self.store.tidy()
        }
      } catch  where error.isTemporary {
        logger.warning("the outbox could not be looked after: \(error)")
      }
    }
  }

  /// Closes the database and lets other processes use the folder. The last call; workers have been stopped before.
  public func close() async {
    try? await onWriter { () throws(OutboxError) in self.store.close() }
    lock.release()
  }

  /// Makes the next `open` set the file aside, and `run` throw.
  func report(damage error: OutboxError) {
    guard case .damaged(let reason) = error else { return }
    let isFirst = damage.withLock { damage in
      defer { damage = damage ?? error }
      return damage == nil
    }
    guard isFirst else { return }
    logger.critical("\(reason); the next start sets it aside and saves what can be read")
    StateFiles(folder: store.folder).markDamaged(reason)
    stir.notify()
  }

  func lane(_ output: String) throws(OutboxError) -> Lane {
    if let lane = lanes.withLock({ $0[output] }) { return lane }
    let number = try store.outputNumber(output)
    let lane = Lane(OutputStanding(id: number, name: output, pending: 0, dead: 0, dropped: 0, requeued: 0))
    return lanes.withLock { lanes in
      if let other = lanes[output] { return other }
      lanes[output] = lane
      return lane
    }
  }

  /// Commits a settlement, together with those that came meanwhile.
  func settle(_ settlement: Settlement) async throws(OutboxError) {
    let ticket = settlements.add(settlement)
    try await onWriter { () throws(OutboxError) in
      self.settlements.commitAll { settlements throws(OutboxError) in
        try self.store.settle(settlements)
        // On this thread, so that a count that is read from the database is never older than these.
        for settlement in settlements {
          self.lanes.withLock { $0.values.first { $0.id == settlement.output } }?.settled(settlement.settledAlerts)
        }
      }
    }
    if let error = ticket.failure {
      report(damage: error)
      throw error
    }
  }

  /// Runs blocking work on the writer's thread.
  func onWriter<Result: Sendable>(
    _ body: @escaping @Sendable () throws(OutboxError) -> Result
  ) async throws(OutboxError) -> Result {
    try await run(body, on: writer)
  }

  /// Runs blocking reads beside the writer.
  func onReader<Result: Sendable>(
    _ body: @escaping @Sendable () throws(OutboxError) -> Result
  ) async throws(OutboxError) -> Result {
    try await run(body, on: reader)
  }

  private func run<Result: Sendable>(
    _ body: @escaping @Sendable () throws(OutboxError) -> Result, on thread: BlockingThread
  ) async throws(OutboxError) -> Result {
    do {
      return try await thread.run(body)
    } catch {
      throw OutboxError(error, path: store.path)
    }
  }

  private func reload() throws(OutboxError) {
    for standing in try store.standings() {
      try lane(standing.name).reload(standing)
    }
  }
}

/// How many alerts an output has in the outbox.
public struct OutputBacklog: Sendable, Equatable {
  public let output: String
  /// Not delivered yet.
  public let pending: Int
  /// Dead letters.
  public let dead: Int
}

/// What became of a damaged database at the start.
public struct Recovery: Sendable, Equatable, CustomStringConvertible {
  /// What was wrong.
  public let reason: String
  /// Where the damaged file is now.
  public let setAside: String
  /// Deliveries that were saved into the new one.
  public let savedDeliveries: Int
  /// Deliveries of which is known that they could not be saved.
  public let lostDeliveries: Int
  /// Input checkpoints that were saved.
  public let savedCheckpoints: Int

  public var description: String {
    "\(reason); it was set aside as '\(setAside)', \(savedDeliveries) waiting deliveries and \(savedCheckpoints) "
      + "input checkpoints were saved from it, \(lostDeliveries) deliveries could not be read"
  }
}
