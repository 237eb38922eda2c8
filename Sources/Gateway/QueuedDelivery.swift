internal import AlertModel
internal import Logging
internal import Outbox
internal import Pipeline
internal import PluginKit
internal import Synchronization

/// The queued outputs of a gateway: the outbox that keeps their alerts, and a worker for each.
final class QueuedDelivery: Sendable {
  private let outbox: Outbox
  private let clock: any GatewayClock
  private let logger: Logger
  private let state = Mutex(State())

  /// An output that is served, or was until a reload left it out; its counts are needed to the end.
  private struct Service {
    let part: OutputPart
    let worker: DeliveryWorker
    let task: Task<Void, Never>
    var isOver = false
  }

  private struct State {
    var services: [String: Service] = [:]
    /// What workers did that a reload put another in the place of.
    var earlier: [String: DeliveryCounts] = [:]
    /// What waited at the start, by output; of outputs that nobody serves it is kept up to date.
    var carriedOver: [String: Int] = [:]
    var upkeep: Task<Void, Never>?
  }

  init(outbox: Outbox, clock: any GatewayClock, logger: Logger) {
    self.outbox = outbox
    self.clock = clock
    self.logger = logger
  }

  /// Begins to look after the outbox, and notes what an earlier run left. Called once, before anything is committed.
  func begin() async throws(OutboxError) {
    for backlog in try await outbox.backlog() {
      state.withLock { $0.carriedOver[backlog.output] = backlog.pending }
    }
    let logger = logger
    let upkeep = outbox.tend { error in logger.critical("\(error)") }
    state.withLock { $0.upkeep = upkeep }
  }

  /// Serves these outputs from now on, which go on with what waits for them. Workers of outputs that changed end what is
  /// on its way before others take over; outputs that are left out are not served any more, and what waits for them stays.
  ///
  /// - Parameter unchanged: the names of outputs whose workers simply go on.
  /// - Throws: where a new output cannot be written to the outbox; the others are served.
  func serve(
    _ parts: [OutputPart], vocabulary: Vocabulary, hooks: DeliveryHooks, deadLetterAge: Duration,
    unchanged: Set<String> = []
  ) async throws {
    outbox.keepDeadLetters(for: deadLetterAge)
    let queued = parts.filter(\.isQueued)
    let served = state.withLock { state in state.services.values.filter { !$0.isOver } }
    let staying = unchanged.intersection(queued.map(\.name)).intersection(served.map(\.part.name))
    let leaving = served.filter { !staying.contains($0.part.name) }
    await withDiscardingTaskGroup { group in
      for service in leaving { group.addTask { await self.end(service) } }
    }
    var failure: OutboxError?
    for part in queued where !staying.contains(part.name) {
      do throws(OutboxError) { try await begin(part, vocabulary, hooks) } catch { failure = error }
    }
    await tellOfOrphans(queued, among: parts)
    if let failure { throw failure }
  }

  private func begin(_ part: OutputPart, _ vocabulary: Vocabulary, _ hooks: DeliveryHooks) async throws(OutboxError) {
    let before = state.withLock { $0.services[part.name] }
    let counts = await before?.worker.counts
    try await outbox.makeLane(part.name)
    let worker = try DeliveryWorker(
      output: part.output, name: part.name, settings: part.settings, outbox: outbox, vocabulary: vocabulary,
      clock: clock, logger: logger, hooks: hooks)
    state.withLock { state in
      if let counts { state.earlier[part.name, default: DeliveryCounts()].add(counts) }
      state.services[part.name] = Service(part: part, worker: worker, task: Task { await worker.run() })
    }
  }

  /// Lets deliveries that are on their way finish: a request takes `timeout` at the most.
  private func end(_ service: Service) async {
    await service.worker.stop(within: service.part.delivery.timeout)
    await service.task.value
    await service.part.output.stop()
    state.withLock { $0.services[service.part.name]?.isOver = true }
  }

  private func tellOfOrphans(_ queued: [OutputPart], among parts: [OutputPart]) async {
    let names = Set(queued.map(\.name))
    let configured = Set(parts.map(\.name))
    for backlog in (try? await outbox.backlog()) ?? [] where backlog.pending > 0 && !names.contains(backlog.output) {
      let missing = configured.contains(backlog.output) ? "queued any more" : "configured"
      logger.warning(
        """
        \(String.counted(backlog.pending, "alert")) \(backlog.pending == 1 ? "waits" : "wait") for output \
        '\(backlog.output)', which is not \(missing); see 'weir outbox'
        """)
    }
  }

  /// Hands what is known of inputs that are gone to those in their place; see `CheckpointHeirs`.
  ///
  /// - Parameters:
  ///   - arriving: the identities of inputs that begin.
  ///   - all: those of all inputs of the configuration.
  func inherit(_ arriving: [String], among all: [String]) async throws {
    let changes = CheckpointHeirs(arriving: arriving, among: all).changes(to: try await outbox.checkpoints())
    try await outbox.commit(AlertBlock(bytes: [], entries: []), wants: [], checkpoints: changes)
  }

  /// Where an input went on the last time, by its identity.
  func checkpoints(of input: String) async throws -> [InputCheckpoint] {
    try await outbox.checkpoints(prefix: input + "/").map { checkpoint in
      InputCheckpoint(key: String(checkpoint.key.dropFirst(input.count + 1)), value: checkpoint.value)
    }
  }

  /// Keeps what queued outputs want of a batch, and its checkpoints, in one transaction.
  ///
  /// - Parameters:
  ///   - parts: the outputs that the batch was routed to.
  ///   - advances: whether the input may go on behind this batch after a restart.
  /// - Returns: false where that did not work before patience ran out: nothing of it is kept then.
  func commit(
    _ outcome: BatchOutcome, for parts: [OutputPart], advancing advances: Bool, patience: Duration
  ) async -> Bool {
    let wants = zip(parts, outcome.places).compactMap { part, places in
      part.isQueued && !places.isEmpty ? (output: part.name, places: places) : nil
    }
    let checkpoints = advances ? outcome.checkpoints : []
    var waited = Duration.zero
    while true {
      do throws(OutboxError) {
        try await outbox.commit(outcome.block, wants: wants, checkpoints: checkpoints)
        return true
      } catch {
        if waited == .zero { logger.error("the outbox cannot take alerts: \(error)") }
        guard error.isTemporary, waited < patience else {
          if waited > .zero { logger.error("the outbox cannot take alerts: \(error); gave up after \(waited)") }
          return false
        }
        try? await clock.sleep(for: .milliseconds(500))
        waited += .milliseconds(500)
      }
    }
  }

  /// Waits until all is delivered, at the most for `duration`, and stops the workers.
  func drain(within duration: Duration) async {
    let deadline = clock.now + duration
    let (services, upkeep) = state.withLock { state in (state.services.values.filter { !$0.isOver }, state.upkeep) }
    await withDiscardingTaskGroup { group in
      for service in services { group.addTask { _ = await service.worker.drained(until: deadline) } }
    }
    for service in services { await service.worker.stop(within: .seconds(1)) }
    upkeep?.cancel()
    for service in services { await service.task.value }
    await upkeep?.value
    await recountUnserved()
    await outbox.close()
  }

  /// `weir outbox` may have dropped what waits for outputs that nobody serves.
  private func recountUnserved() async {
    guard let backlogs = try? await outbox.backlog() else { return }
    state.withLock { state in
      for backlog in backlogs where state.services[backlog.output] == nil {
        state.carriedOver[backlog.output] = backlog.pending
      }
    }
  }

  /// Puts what became of the queued alerts into the ledger: those of outputs too that are not configured any more, or that
  /// are not queued any more.
  func fill(_ ledger: inout Ledger) async {
    let (services, carriedOver) = state.withLock { ($0.services, $0.carriedOver) }
    let damage = outbox.recovery
    let damaged = damage.map { [$0.lost, $0.buried].flatMap(\.keys) } ?? []
    let unserved = carriedOver.filter { $0.value > 0 && services[$0.key] == nil }.map(\.key)
    for name in Set(unserved + damaged).sorted() where !ledger.outputs.contains(where: { $0.name == name }) {
      ledger.outputs.append(Ledger.Output(name: name))
    }
    for place in ledger.outputs.indices {
      let name = ledger.outputs[place].name
      if services[name] == nil { ledger.outputs[place].pending += carriedOver[name] ?? 0 }
      await fill(&ledger.outputs[place])
      let (lost, buried) = (damage?.lost[name] ?? 0, damage?.buried[name] ?? 0)
      ledger.outputs[place].lost += lost
      ledger.outputs[place].deadLettered += buried
      ledger.outputs[place].carriedOver += (carriedOver[name] ?? 0) + lost + buried
    }
  }

  private func fill(_ output: inout Ledger.Output) async {
    let (service, earlier) = state.withLock { ($0.services[output.name], $0.earlier[output.name]) }
    guard var counts = await service?.worker.counts else { return }
    if let earlier { counts.add(earlier) }
    output.delivered += counts.delivered + counts.deliveredByDigest
    output.deliveredByDigest = counts.deliveredByDigest
    output.deadLettered += counts.deadLettered + counts.dropped
    output.pending += counts.pending
    output.lost = counts.lost
    output.carriedOver = counts.requeued
  }
}

extension DeliveryCounts {
  /// Adds what another worker of the same output did. What waits is the same for both.
  fileprivate mutating func add(_ other: DeliveryCounts) {
    delivered += other.delivered
    deliveredByDigest += other.deliveredByDigest
    deadLettered += other.deadLettered
    retried += other.retried
    dropped += other.dropped
    lost += other.lost
    requeued += other.requeued
  }
}
