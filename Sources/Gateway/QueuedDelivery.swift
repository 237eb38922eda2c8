internal import AlertModel
internal import Logging
internal import Outbox
internal import Pipeline
internal import PluginKit
internal import Synchronization

/// The queued outputs of a gateway: the outbox that keeps their alerts, and a worker for each.
final class QueuedDelivery: Sendable {
  private let parts: [OutputPart]
  private let outbox: Outbox
  private let vocabulary: Vocabulary
  private let clock: any GatewayClock
  private let logger: Logger
  private let state = Mutex(State())

  private struct State {
    var workers: [String: DeliveryWorker] = [:]
    var carriedOver: [String: Int] = [:]
    var tasks: [Task<Void, Never>] = []
  }

  init(
    _ parts: [OutputPart], outbox: Outbox, vocabulary: Vocabulary, clock: any GatewayClock, logger: Logger
  ) {
    self.parts = parts
    self.outbox = outbox
    self.vocabulary = vocabulary
    self.clock = clock
    self.logger = logger
  }

  /// Makes a worker for each queued output and lets it go on with what an earlier run left.
  func start(hooks: DeliveryHooks, deadLetterAge: Duration) async throws {
    outbox.keepDeadLetters(for: deadLetterAge)
    for backlog in try await outbox.backlog() {
      state.withLock { $0.carriedOver[backlog.output] = backlog.pending }
      if backlog.pending > 0, !parts.contains(where: { $0.name == backlog.output && $0.isQueued }) {
        logger.warning(
          "\(backlog.pending) alerts wait for output '\(backlog.output)', which is not configured; see 'weir outbox'")
      }
    }
    for part in parts where part.isQueued {
      let worker = try DeliveryWorker(
        output: part.output, name: part.name, settings: part.settings, outbox: outbox, vocabulary: vocabulary,
        clock: clock, logger: logger, hooks: hooks)
      state.withLock { state in
        state.workers[part.name] = worker
        state.tasks.append(Task { await worker.run() })
      }
    }
    let outbox = outbox
    let logger = logger
    state.withLock { state in
      state.tasks.append(
        Task {
          do { try await outbox.run() } catch { logger.critical("\(error)") }
        })
    }
  }

  /// Where an input went on the last time.
  func checkpoints(of input: String) async throws -> [InputCheckpoint] {
    try await outbox.checkpoints(prefix: input + "/").map { checkpoint in
      InputCheckpoint(key: String(checkpoint.key.dropFirst(input.count + 1)), value: checkpoint.value)
    }
  }

  /// Keeps what queued outputs want of a batch, and its checkpoint, in one transaction.
  ///
  /// - Parameter advances: whether the input may go on behind this batch after a restart.
  /// - Returns: false where that did not work before patience ran out: nothing of it is kept then.
  func commit(_ outcome: BatchOutcome, advancing advances: Bool, patience: Duration) async -> Bool {
    let wants = zip(parts, outcome.places).compactMap { part, places in
      part.isQueued && !places.isEmpty ? (output: part.name, places: places) : nil
    }
    let checkpoints = advances ? outcome.checkpoint.map { [$0] } ?? [] : []
    var waited = Duration.zero
    while true {
      do throws(OutboxError) {
        try await outbox.commit(outcome.block, wants: wants, checkpoints: checkpoints)
        return true
      } catch {
        if waited == .zero { logger.error("the outbox cannot take alerts: \(error)") }
        // Damage is repaired meanwhile.
        var canRecover = error.isTemporary
        if case .damaged = error { canRecover = true }
        guard canRecover, waited < patience else {
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
    let deadline = Timestamp(nanoseconds: clock.now.nanoseconds &+ Int64(duration / .nanoseconds(1)))
    let workers = state.withLock { Array($0.workers.values) }
    await withDiscardingTaskGroup { group in
      for worker in workers { group.addTask { _ = await worker.drained(until: deadline) } }
    }
    for worker in workers { await worker.stop(within: .seconds(1)) }
    let tasks = state.withLock { $0.tasks }
    // The last task looks after the database and ends only when it is told to.
    tasks.last?.cancel()
    for task in tasks { await task.value }
    await outbox.close()
  }

  /// Puts what became of an output's alerts into its part of the ledger.
  func fill(_ output: inout Ledger.Output) async {
    let (worker, carriedOver) = state.withLock { ($0.workers[output.name], $0.carriedOver[output.name] ?? 0) }
    guard let counts = await worker?.counts else { return }
    output.delivered += counts.delivered + counts.deliveredByDigest
    output.deliveredByDigest = counts.deliveredByDigest
    output.deadLettered += counts.deadLettered + counts.dropped
    output.pending += counts.pending
    output.lost = counts.lost
    output.carriedOver = carriedOver + counts.requeued
  }
}
