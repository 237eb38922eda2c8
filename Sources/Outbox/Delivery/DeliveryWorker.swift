public import AlertModel
public import Logging
public import PluginKit

/// Delivers what the outbox holds for one output: in order, in batches, at the output's rate, again where it failed.
///
/// **Order.** Alerts are handed over in the order in which they were committed. With `concurrency: 1` a batch that fails
/// as a whole holds up those behind it until it is accepted, so the order stays; an alert that fails while others of its
/// batch are accepted is tried again later and is overtaken. So is an alert that has failed alone for
/// `settings.setAsideAfter`, since the fault may be its own.
///
/// **Repeats.** An alert may be delivered twice where the process dies between the destination's answer and the commit of
/// the settlement: at most `concurrency × batch` alerts an output, where a batch is what the rate limit's second brings if
/// that is less. A destination that accepts without saying so in time is asked again, and sees the same id.
///
/// **Failures.** What fails waits by exponential backoff with full jitter, and at least as long as `Retry-After` said.
/// After `settings.breakerThreshold` failures in a row a single alert probes the destination. Refused alerts become dead
/// letters at once, alerts older than `max_age` when their turn comes.
public actor DeliveryWorker {
  public nonisolated let name: String

  let output: any Output
  let settings: DeliverySettings
  let outbox: Outbox
  let vocabulary: Vocabulary
  let clock: any GatewayClock
  let hooks: DeliveryHooks
  let lane: Lane
  var random: any RandomNumberGenerator
  var log: DeliveryLog

  var queue = DeliveryQueue()
  /// Parcels that wait for another try, by their first alert.
  var held: [Parcel] = []
  var busyParcels: Set<Int64> = []
  var breaker: Breaker
  var bucket: TokenBucket?
  var inFlight = 0
  var tally = DeliveryCounts()
  var refusals = 0
  var digestsAreRefused = false
  /// No digest is made before.
  var nextDigest = Timestamp(nanoseconds: .min)

  /// When it was last looked at the clock; see `noteTime`.
  var lastTime: Timestamp

  /// `Outbox.epoch` when the database was read.
  private(set) var epoch = 0
  private var nextParcel: Int64 = 1
  /// What the database said when it was read; nil where it has to be read.
  private var generation: Int?
  private var changesAtStart: Lane.Changes
  private var stopBy: Timestamp?
  private var hasFailed = false
  private let idle = Signal()
  let watch = DeliveryWatch()

  /// - Parameters:
  ///   - name: the output's name in the configuration; the outbox keeps its alerts under it.
  ///   - random: for the jitter of waits.
  /// - Throws: `OutboxError` where the output is new and cannot be written to the outbox. Blocks for that.
  public init(
    output: any Output, name: String, settings: DeliverySettings, outbox: Outbox, vocabulary: Vocabulary,
    clock: any GatewayClock, random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
    logger: Logger, hooks: DeliveryHooks = DeliveryHooks()
  ) throws(OutboxError) {
    self.output = output
    self.name = name
    self.settings = settings
    self.outbox = outbox
    self.vocabulary = vocabulary
    self.clock = clock
    self.random = random
    self.hooks = hooks
    let lane = try outbox.lane(name)
    lane.serve()
    self.lane = lane
    log = DeliveryLog(output: name, logger: logger)
    breaker = Breaker(threshold: settings.breakerThreshold)
    bucket = settings.options.rateLimit.map { TokenBucket($0, now: clock.now) }
    changesAtStart = lane.changes
    lastTime = clock.now
  }

  /// Delivers until `stop`, or until the task is cancelled; deliveries on their way are waited for, or cancelled with it.
  public func run() async {
    async let _: Void = watch.run(clock)
    await withDiscardingTaskGroup { group in
      while stopBy == nil, !Task.isCancelled, !hasFailed {
        switch await step() {
        case .again: continue
        case .wait(let until): await lane.signal.wait(until: until, clock: clock)
        case .send(let shipment):
          inFlight += 1
          group.addImmediateTask { await self.send(shipment) }
        }
      }
      while inFlight > 0, let stopBy, clock.now < stopBy, !Task.isCancelled {
        await lane.signal.wait(until: stopBy, clock: clock)
      }
      if stopBy != nil { group.cancelAll() }
    }
    idle.notify()
  }

  /// How long to wait for a database to be repaired, or to be readable again, before looking again.
  private static let repairTime = Duration.seconds(1)

  private func step() async -> Step {
    do throws(OutboxError) {
      return try await attempt()
    } catch .damaged {
      readAgain()
      return .wait(until: clock.now + Self.repairTime)
    } catch  where error.isTemporary {
      log.notRead(error, now: clock.now)
      readAgain()
      return .wait(until: clock.now + Self.repairTime)
    } catch {
      fail(error)
      return .again
    }
  }

  /// Begins no more deliveries. Those on their way have `grace` to finish; then they are cancelled, and stay in the outbox.
  /// `run` returns when all is done.
  public func stop(within grace: Duration) {
    stopBy = clock.now + grace
    lane.signal.notify()
  }

  /// What became of the output's alerts so far.
  public var counts: DeliveryCounts {
    var counts = tally
    let changes = lane.changes
    counts.pending = lane.pending
    counts.dropped = changes.dropped - changesAtStart.dropped
    counts.requeued = changes.requeued - changesAtStart.requeued
    counts.deadLettered += changes.buried - changesAtStart.buried
    counts.lost = changes.lost - changesAtStart.lost
    return counts
  }

  /// Returns when nothing waits any more (true), or at `deadline` (false). One task at a time may ask.
  public func drained(until deadline: Timestamp) async -> Bool {
    while lane.pending > 0 {
      guard clock.now < deadline, !Task.isCancelled else { return false }
      await idle.wait(until: deadline, clock: clock)
    }
    return true
  }

  /// Nothing is tried again in this run: the outbox cannot be read or written any more.
  func fail(_ error: OutboxError) {
    hasFailed = true
    log.stopped(error)
  }

  func finishedOne() {
    inFlight -= 1
    lane.signal.notify()
    noteIdle()
  }

  func noteIdle() {
    if lane.pending == 0 { idle.notify() }
  }

  func newParcelID() -> Int64 {
    defer { nextParcel += 1 }
    return nextParcel
  }

  /// Takes over what the database holds, at the start and after `weir outbox` has changed it.
  private func reload() async throws(OutboxError) {
    let (lane, outbox) = (lane, outbox)
    (epoch, held) = try await outbox.onWriter { () throws(OutboxError) in
      if let standing = try outbox.store.standings().first(where: { $0.id == lane.id }) { lane.recount(standing) }
      return (outbox.epoch, try outbox.store.parcels(of: lane.id))
    }
    let now = clock.now
    for index in held.indices {
      // A new start is a reason to try at once, unless the destination asked to be left alone.
      // No destination is obeyed for longer than that: the clock was wrong when this was written.
      held[index].notBefore = min(held[index].notBefore, now + RetryAfter.limit)
      held[index].nextAttempt = max(min(held[index].nextAttempt, now), held[index].notBefore)
    }
    sortHeld()
    nextParcel = max(nextParcel, (held.map(\.id).max() ?? 0) + 1)
    queue.reload()
    breaker.forget()
    noteIdle()
  }

  func sortHeld() {
    held.sort { left, right in
      guard let left = left.parts.first, let right = right.parts.first else { return false }
      return (left.segment, left.places.first ?? 0) < (right.segment, right.places.first ?? 0)
    }
  }

  /// Makes the worker read the database again before it begins anything new.
  func readAgain() { generation = nil }

  /// True where another process has changed the database: nothing new is begun until it has been read again, and that
  /// waits for what is on its way.
  func needsReload() async throws(OutboxError) -> Bool {
    let now = lane.changes.generation
    guard now != generation else { return false }
    guard inFlight == 0 else { return true }
    try await reload()
    generation = now
    return false
  }
}
