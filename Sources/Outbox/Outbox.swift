internal import AlertModel
public import Logging
public import PluginKit
internal import Synchronization

/// The durable queue between routes and queued outputs: alerts, what each output still has to get of them, and where the
/// inputs go on. The state folder has the alerts in segment files, which are only ever appended to, and all that is small
/// in one SQLite database, `outbox.sqlite`: what no transaction of it refers to was never accepted.
///
/// What `commit` has returned from is kept: after `kill -9` at any instant, the next start delivers it. Delivery is at
/// least once. An output's alerts that may be delivered twice after a crash are those that were on their way, at the
/// most `concurrency × batch`: a worker begins the next delivery only when the one before is settled in the database.
public final class Outbox: Sendable {
  /// The database's name in the state folder.
  public static let fileName = "outbox.sqlite"

  /// What was found at the start that a person should know; nil where all was well.
  public let recovery: Recovery?

  let clock: any GatewayClock
  private let current: Mutex<Store>
  private let repairCount = Mutex(0)
  private let reopen: @Sendable (_ outputs: [StateFiles.KnownOutput]) throws(OutboxError) -> StateFiles.Opened
  private let deadLetterAge = Mutex(DeadLetterLimits.standardAge)
  private let lock: StateLock
  private let logger: Logger
  private let writer = BlockingThread("outbox")
  private let reader = BlockingThread("outbox.reader")
  private let lanes = Mutex<[String: Lane]>([:])
  private let settlements = SettlementQueue()
  private let damage = Mutex<OutboxError?>(nil)
  /// True while damage is repaired when it is found.
  private let isTended = Mutex(false)
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
    try open(
      folder: folder, durability: durability, formats: formats, limits: SegmentLimits(), clock: clock, logger: logger)
  }

  static func open(
    folder: String, durability: Durability = .process, formats: [String] = [], limits: SegmentLimits,
    clock: any GatewayClock, logger: Logger
  ) throws(OutboxError) -> Outbox {
    let lock = try StateLock(folder: folder)
    let crash = CrashHook.fromEnvironment()
    let open = { @Sendable (outputs: [StateFiles.KnownOutput]) throws(OutboxError) in
      try StateFiles(folder: folder).open(
        durability: durability, formats: formats, outputs: outputs, limits: limits, crash: crash, now: clock.now,
        logger: logger)
    }
    return try Outbox(lock: lock, try open([]), reopen: open, clock: clock, logger: logger)
  }

  private init(
    lock: StateLock, _ opened: StateFiles.Opened,
    reopen: @escaping @Sendable ([StateFiles.KnownOutput]) throws(OutboxError) -> StateFiles.Opened,
    clock: any GatewayClock, logger: Logger
  ) throws(OutboxError) {
    self.lock = lock
    self.reopen = reopen
    current = Mutex(opened.store)
    recovery = opened.recovery
    self.clock = clock
    self.logger = logger
    let standings = try opened.store.standings()
    lanes.withLock { lanes in
      for standing in standings { lanes[standing.name] = Lane(standing) }
    }
    _ = try opened.store.wasChangedByOthers()
  }

  /// The database; another one after damage was repaired.
  var store: Store { current.withLock { $0 } }

  /// Counts up with every repair: what was read before it means nothing after it.
  var epoch: Int { repairCount.withLock { $0 } }

  /// How long dead letters are kept; 30 days where nothing is said.
  public func keepDeadLetters(for age: Duration) { deadLetterAge.withLock { $0 = age } }

  /// Keeps a batch: its alerts, which of them each output wants, and where the inputs go on. All of it or nothing. One task
  /// commits alerts at a time.
  ///
  /// - Parameters:
  ///   - block: alerts that no output wants are not stored.
  ///   - wants: for each queued output, places in the block, ascending.
  ///   - checkpoints: replace those of the same keys.
  /// - Throws: `OutboxError`. Nothing was kept then; where it `isTemporary`, wait and commit the same again. Damage is
  ///   thrown only where nobody repairs it; see `tend`.
  public func commit(
    _ block: AlertBlock, wants: [(output: String, places: [Int32])], checkpoints: [InputCheckpoint]
  ) async throws(OutboxError) {
    let segment = Segment(block, wants: wants)
    guard segment != nil || !checkpoints.isEmpty else { return }
    if let segment { await waitForRoom(segment) }
    try await outlivingRepairs { () throws(OutboxError) in
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

  private func waitForRoom(_ segment: Segment) async {
    for want in segment.wants {
      guard let lane = lanes.withLock({ $0[want.output] }) else { continue }
      await lane.waitForRoom(segment.block.bytes.count, clock: clock)
    }
  }

  /// The checkpoints whose key begins with `prefix`.
  public func checkpoints(prefix: String = "") async throws(OutboxError) -> [InputCheckpoint] {
    try await outlivingRepairs { () throws(OutboxError) in try self.store.checkpoints(prefix: prefix) }
  }

  /// True where a gateway has kept something in the folder.
  public static func exists(in folder: String) -> Bool { StateFiles(folder: folder).hasDatabase }

  /// What was kept under `key`; nil where nothing was.
  public func value(_ key: String) async throws(OutboxError) -> [UInt8]? {
    try await outlivingRepairs { () throws(OutboxError) in try self.store.value(key) }
  }

  /// Keeps a small value under `key`, or forgets it where `value` is nil.
  public func setValue(_ value: [UInt8]?, for key: String) async throws(OutboxError) {
    try await outlivingRepairs { () throws(OutboxError) in try self.store.setValue(value, for: key) }
  }

  /// How many alerts wait, and how many were given up on, by output: those of outputs that are no longer configured too.
  public func backlog() async throws(OutboxError) -> [OutputBacklog] {
    try await outlivingRepairs { () throws(OutboxError) in
      try self.store.standings().map { OutputBacklog(output: $0.name, pending: $0.pending, dead: $0.dead) }
    }
  }

  /// How often damage is repaired in one run: a disk that goes on damaging files is to be replaced.
  private static let repairLimit = 3

  /// How long whoever waits for a repair leaves it alone.
  private static let repairPause = Duration.milliseconds(20)

  /// How often dead letters are looked at.
  private static let trimInterval = Duration.seconds(60)

  /// Looks after the database from now on, until the task is cancelled: see `run`.
  ///
  /// - Parameter failed: told what made an end of it, such as damage that was found for the fourth time.
  public func tend(failed: @escaping @Sendable (OutboxError) -> Void) -> Task<Void, Never> {
    isTended.withLock { $0 = true }
    return Task {
      defer { isTended.withLock { $0 = false } }
      do throws(OutboxError) { try await run() } catch { failed(error) }
    }
  }

  /// Looks after the database until the task is cancelled: notices what `weir outbox` has changed, gives free pages back,
  /// forgets dead letters that are too old or too many, and repairs damage that was found while alerts were read: the
  /// file is set aside, what can be read of it is saved into a new one, and all goes on with that.
  ///
  /// - Throws: `OutboxError.damaged` when damage was found for the fourth time.
  func run() async throws(OutboxError) {
    var lastTrim: Timestamp?
    while !Task.isCancelled {
      await stir.wait(for: .milliseconds(500), clock: clock)
      do throws(OutboxError) {
        if let damage = damage.withLock({ $0 }) {
          guard epoch < Self.repairLimit else { throw damage }
          try await repair()
        }
        let isTrimDue = lastTrim.map { clock.now - $0 >= Self.trimInterval } ?? true
        if isTrimDue { lastTrim = clock.now }
        try await onWriter { () throws(OutboxError) in
          if try self.store.wasChangedByOthers() {
            try self.reload()
            try self.store.recountFiles()
          }
          if isTrimDue { try self.trimDeadLetters() }
          try self.store.tidy()
        }
      } catch  where error.isTemporary {
        logger.warning("the outbox could not be looked after: \(error)")
      } catch .damaged where epoch < Self.repairLimit {
        // Found just now: the next turn repairs it.
      }
    }
  }

  private func trimDeadLetters() throws(OutboxError) {
    let age = deadLetterAge.withLock { $0 }
    let oldest = clock.now - age
    let trim = try store.trimDeadLetters(before: oldest, limit: DeadLetterLimits.count)
    if trim.old > 0 {
      logger.warning("removed \(String.counted(trim.old, "dead letter")) older than \(age)")
    }
    if trim.surplus > 0 {
      logger.warning(
        """
        removed \(String.counted(trim.surplus, "dead letter")), the oldest: no more than \(DeadLetterLimits.count) are kept; see \
        'weir outbox list --dead'
        """)
    }
  }

  /// Sets the damaged database aside and goes on with a new one that holds what could be saved.
  private func repair() async throws(OutboxError) {
    try await perform(on: writer) { () throws(OutboxError) in
      // First, since SQLite removes a log by its name when the last connection is closed.
      self.store.closeConnection()
      let lanes = self.lanes.withLock { Array($0.values) }
      let opened = try self.reopen(lanes.map { ($0.id, $0.name) })
      let standings = try opened.store.standings()
      _ = try opened.store.wasChangedByOthers()
      self.current.withLock { $0 = opened.store }
      self.repairCount.withLock { $0 += 1 }
      self.damage.withLock { $0 = nil }
      for lane in lanes {
        guard let standing = standings.first(where: { $0.id == lane.id }) else { continue }
        lane.repaired(standing, buried: opened.recovery?.buried[lane.name] ?? 0)
      }
    }
  }

  /// Closes the database and lets other processes use the folder. The last call; workers have been stopped before.
  public func close() async {
    try? await perform(on: writer) { () throws(OutboxError) in self.store.close() }
    lock.release()
  }

  /// Makes `run` repair the database, or, where it does not run, the next `open`.
  func report(damage error: OutboxError) {
    guard case .damaged(let reason) = error else { return }
    let isFirst = damage.withLock { damage in
      defer { damage = damage ?? error }
      return damage == nil
    }
    guard isFirst else { return }
    logger.critical("\(reason); it is set aside, and what can be read is saved")
    StateFiles(folder: store.folder).markDamaged(reason)
    stir.notify()
  }

  /// Makes room for an output, where it is new: whoever asks for its lane then need not wait for the disk.
  public func makeLane(_ output: String) async throws(OutboxError) {
    try await outlivingRepairs { () throws(OutboxError) in _ = try self.lane(output) }
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
    do throws(OutboxError) {
      try await onWriter { () throws(OutboxError) in
        self.settlements.commitAll { settlements throws(OutboxError) in try self.commit(settlements) }
      }
    } catch {
      // Another's turn may have committed it before damage was found.
      guard ticket.outcome != nil else { throw error }
    }
    try ticket.outcome?.get()
  }

  /// On the writer's thread, so that a count that is read from the database is never older than these.
  private func commit(_ settlements: [Settlement]) throws(OutboxError) {
    guard settlements.allSatisfy({ $0.epoch == epoch }) else {
      throw .damaged("the outbox was repaired while an alert was on its way")
    }
    let changed: Set<Int64>
    do throws(OutboxError) {
      changed = try store.settle(settlements)
    } catch {
      report(damage: error)
      throw error
    }
    for settlement in settlements where !changed.contains(settlement.output) {
      lanes.withLock { $0.values.first { $0.id == settlement.output } }?.settled(settlement.settledAlerts)
    }
    if !changed.isEmpty { try reload(only: changed) }
  }

  /// Runs blocking work on the writer's thread, and again once damage that was found meanwhile is repaired: to whoever
  /// keeps or asks something, a repair is no more than a wait.
  private func outlivingRepairs<Result: Sendable>(
    _ body: @escaping @Sendable () throws(OutboxError) -> Result
  ) async throws(OutboxError) -> Result {
    while true {
      do throws(OutboxError) {
        return try await onWriter(body)
      } catch .damaged(let reason) where isTended.withLock({ $0 }) {
        do { try await clock.sleep(for: Self.repairPause) } catch { throw .damaged(reason) }
      }
    }
  }

  /// Runs blocking work on the writer's thread.
  ///
  /// - Throws: `OutboxError.damaged` while damage is not repaired.
  func onWriter<Result: Sendable>(
    _ body: @escaping @Sendable () throws(OutboxError) -> Result
  ) async throws(OutboxError) -> Result {
    try await checked(on: writer, body)
  }

  /// Runs blocking reads beside the writer.
  ///
  /// - Throws: `OutboxError.damaged` while damage is not repaired.
  func onReader<Result: Sendable>(
    _ body: @escaping @Sendable () throws(OutboxError) -> Result
  ) async throws(OutboxError) -> Result {
    try await checked(on: reader, body)
  }

  private func checked<Result: Sendable>(
    on thread: BlockingThread, _ body: @escaping @Sendable () throws(OutboxError) -> Result
  ) async throws(OutboxError) -> Result {
    let before = epoch
    do throws(OutboxError) {
      return try await perform(on: thread) { () throws(OutboxError) in
        if let damage = self.damage.withLock({ $0 }) { throw damage }
        return try body()
      }
    } catch {
      // A database that is being replaced fails in any way: what counts is the damage.
      if let damage = damage.withLock({ $0 }) { throw damage }
      if before != epoch { throw .damaged("the outbox was repaired meanwhile") }
      report(damage: error)
      throw error
    }
  }

  private func perform<Result: Sendable>(
    on thread: BlockingThread, _ body: @escaping @Sendable () throws(OutboxError) -> Result
  ) async throws(OutboxError) -> Result {
    do {
      return try await thread.run(body)
    } catch {
      throw OutboxError(error, path: store.path)
    }
  }

  /// Takes over what the database says, because another process has changed it.
  private func reload(only outputs: Set<Int64>? = nil) throws(OutboxError) {
    for standing in try store.standings() where outputs?.contains(standing.id) ?? true {
      try lane(standing.name).reload(standing)
    }
  }
}

/// How many alerts an output has in the outbox.
public struct OutputBacklog: Sendable, Equatable {
  /// The output's name.
  public let output: String
  /// Not delivered yet.
  public let pending: Int
  /// Dead letters.
  public let dead: Int
}
