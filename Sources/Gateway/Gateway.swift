public import Logging
public import Outbox
internal import Pipeline
public import PluginKit
internal import Synchronization

/// A running gateway: reads from its inputs, processes batches on all cores, commits them in input order, and delivers.
public final class Gateway: Sendable {
  private let parts: GatewayParts
  private let clock: any GatewayClock
  private let logger: Logger
  private let book: LedgerBook
  private let deadLetters: DeadLetterFile
  private let direct: [DirectDelivery?]
  private let queue: QueuedDelivery?
  private let memory: PluginMemory?
  private let silences: SilenceWatch
  private let watch: (@Sendable (InputChunk.Progress) -> Void)?
  private let workers = Mutex<[PipelineWorker]>([])
  private let patience: Duration
  private let reading = Mutex(Reading())
  /// True once alerts could not be kept: no checkpoint may pass them, so the next run reads them again.
  private let isBehind = Mutex(false)

  private struct Reading {
    var task: Task<[String], Never>?
    var isStopped = false
  }

  /// What a run came to.
  public struct Outcome: Sendable {
    public let ledger: Ledger
    /// How many parts of the input could not be read: a missing file, the rest of a damaged one.
    public let unreadable: Int
    /// What made an input stop before its end.
    public let inputErrors: [String]
  }

  /// - Parameters:
  ///   - drainTimeout: how long to wait for outputs once the input has ended, and for a full disk while it has not.
  ///   - watch: told how far the reading is.
  /// - Throws: where the state folder cannot be used.
  public init(
    _ parts: GatewayParts, outbox: Outbox?, clock: any GatewayClock, logger: Logger, drainTimeout: Duration,
    watch: (@Sendable (InputChunk.Progress) -> Void)? = nil
  ) {
    self.parts = parts
    self.clock = clock
    self.logger = logger
    self.watch = watch
    patience = drainTimeout
    book = LedgerBook(outputs: parts.outputs.map(\.name))
    deadLetters = DeadLetterFile(
      path: parts.deadLetters, maxAge: parts.deadLetterAge, clock: clock, logger: logger)
    direct = parts.outputs.map { part in
      part.isQueued ? nil : DirectDelivery(name: part.name, output: part.output, clock: clock, logger: logger)
    }
    silences = SilenceWatch(parts, clock: clock, logger: logger)
    queue = outbox.map {
      QueuedDelivery(
        parts.outputs, outbox: $0, vocabulary: parts.formats.vocabulary, clock: clock, logger: logger)
    }
    memory = outbox.map { PluginMemory(outbox: $0, clock: clock, logger: logger) }
  }

  /// Runs until every input has ended or the task is cancelled, then drains.
  public func run() async throws -> Outcome {
    await memory?.restore(parts.rememberingPlugins)
    for part in parts.outputs { try await part.output.start() }
    for step in parts.enrichers { try await step.plugin.start() }
    for detector in parts.detectors { try await detector.start() }
    for part in parts.inputs { try await part.input.start() }
    let deadLetters = deadLetters
    let logger = logger
    let hooks = DeliveryHooks { letter in
      do {
        try deadLetters.append(
          alert: letter.json, output: letter.output, reason: letter.reason, attempts: letter.attempts)
      } catch {
        logger.error("dead letters: \(error); 'weir outbox list --dead' has them")
      }
    }
    try await queue?.start(hooks: hooks, deadLetterAge: parts.deadLetterAge)
    let inputErrors = await withTaskGroup(of: Void.self) { group in
      group.addTask { [self] in await memory?.keepSaving { parts.rememberingPlugins } }
      defer { group.cancelAll() }
      return await read()
    }
    await memory?.save(parts.rememberingPlugins)
    await drain()
    for part in parts.inputs { await part.input.stop() }
    for step in parts.enrichers { await step.plugin.stop() }
    for detector in parts.detectors { await detector.stop() }
    for part in parts.outputs { await part.output.stop() }
    return Outcome(ledger: await ledger(), unreadable: book.unreadable, inputErrors: inputErrors)
  }

  /// The counts as they stand.
  public func ledger() async -> Ledger {
    var ledger = book.current
    guard let queue else { return ledger }
    for (index, part) in parts.outputs.enumerated() where part.isQueued {
      await queue.fill(&ledger.outputs[index])
    }
    return ledger
  }

  /// Ends the reading; `run` then commits what was read, drains, and returns.
  public func stopReading() {
    reading.withLock { reading in
      reading.isStopped = true
      reading.task?.cancel()
    }
  }

  /// Reads until the inputs end, or until `stopReading`.
  private func read() async -> [String] {
    let task = reading.withLock { reading in
      let task = Task { await readAll() }
      reading.task = task
      if reading.isStopped { task.cancel() }
      return task
    }
    return await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      stopReading()
    }
  }

  /// Reads from all inputs at once; returns what went wrong with whole inputs.
  private func readAll() async -> [String] {
    // Two batches for each worker: one is processed while the one before is committed.
    let sequence = BatchSequence(limit: 2 * ProcessorCount.available) { [self] chunk in
      await process(chunk)
    } commit: { [self] outcome in
      await commit(outcome)
    }
    let tell: @Sendable ([UInt8]) async -> Void = { [self] notice in
      await sequence.add { await self.process(notice: notice) }.value
    }
    // What is silenced is known before the first alert, and what silences held back is told after the last.
    await silences.look(tell)
    let errors = await withTaskGroup(of: [String]?.self) { group in
      group.addTask { [self] in await readInputs(into: sequence) }
      group.addTask { [self] in
        await silences.run(tell)
        return nil
      }
      var errors: [String] = []
      for await ended in group {
        guard let ended else { continue }
        errors = ended
        group.cancelAll()
      }
      return errors
    }
    await sequence.finish()
    await silences.look(tell)
    return errors
  }

  private func readInputs(into sequence: BatchSequence) async -> [String] {
    await withTaskGroup(of: String?.self) { group in
      for part in parts.inputs {
        group.addTask { [self] in
          do {
            let checkpoints = try await queue?.checkpoints(of: part.name) ?? []
            try await part.input.run(from: checkpoints) { chunk in
              try Task.checkCancellation()
              if let progress = chunk.progress { self.watch?(progress) }
              await sequence.add(chunk.named(part.name))
            }
            return nil
          } catch is CancellationError {
            return nil
          } catch {
            return "input '\(part.name)': \(error)"
          }
        }
      }
      return await group.reduce(into: [String]()) { errors, error in if let error { errors.append(error) } }
    }
  }

  /// Takes a notice of Weir's own to where notices go; no enricher can hold it back.
  private func process(notice: [UInt8]) async -> BatchOutcome {
    let frame = InputChunk.Frame(start: 0, count: notice.count, line: 1, offset: 0)
    let chunk = InputChunk(bytes: notice, frames: [frame], source: SilenceNotice.source)
    return await PipelineWorker(plan: parts.noticePlan, clock: clock).process(chunk)
  }

  private func process(_ chunk: InputChunk) async -> BatchOutcome {
    // A worker is taken out for the batch and put back, so that none serves two at once.
    let spare = workers.withLock { $0.popLast() }
    let worker = spare ?? PipelineWorker(plan: parts.plan, clock: clock)
    let outcome = await worker.process(chunk)
    workers.withLock { $0.append(worker) }
    return outcome
  }

  /// Makes a batch's decisions last: direct outputs first, then, in one transaction, the outbox and the checkpoint, so
  /// that a crash in between repeats alerts and never loses one. Where something cannot be kept before patience runs
  /// out, it counts as pending, and no checkpoint passes it any more.
  private func commit(_ outcome: BatchOutcome) async {
    book.add(outcome)
    var isComplete = true
    if !outcome.deadLetters.isEmpty {
      let isKept = await insist { try self.deadLetters.append(outcome.deadLetters) }
      if !isKept {
        book.takeBack(deadLetters: outcome.counts.deadLettered)
        isComplete = false
      }
    }
    for (index, places) in outcome.places.enumerated() where !places.isEmpty {
      guard let delivery = direct[index] else { continue }
      let batch = DeliveryBatch(block: outcome.block, places: places)
      var result = await delivery.deliver(batch, patience: patience)
      for (place, reason) in result.rejected {
        let json = batch[place].withJSON { Array($0) }
        let isKept = await insist {
          try self.deadLetters.append(alert: json, output: delivery.name, reason: reason, attempts: 1)
        }
        if isKept { result.deadLettered += 1 } else { result.pending += 1 }
      }
      if result.pending > 0 { isComplete = false }
      book.add(result, output: index)
    }
    guard let queue else { return }
    if !isComplete { fallBehind() }
    if let checkpoint = outcome.checkpoint, !checkpoint.value.isEmpty { await flushDirect() }
    let advances = !isBehind.withLock { $0 }
    let kept = await queue.commit(outcome, advancing: advances, patience: patience)
    if !kept {
      fallBehind()
      for (index, places) in outcome.places.enumerated() where direct[index] == nil {
        book.update(output: index) { $0.pending += places.count }
      }
    }
  }

  /// From here on no checkpoint is kept: the next run reads again what this one could not keep.
  private func fallBehind() {
    let isNews = isBehind.withLock { isBehind in
      defer { isBehind = true }
      return !isBehind
    }
    if isNews { logger.error("not everything can be kept; the next run reads its input again from here") }
  }

  /// Makes direct outputs flush what they took. What one cannot make durable counts as pending. It is not tried again: a
  /// second fsync(2) may succeed although the data is gone.
  private func flushDirect() async {
    for (index, delivery) in direct.enumerated() {
      guard let delivery else { continue }
      if await delivery.flush() {
        book.noteFlush(output: index)
      } else if book.takeBackUnflushed(output: index) {
        fallBehind()
      }
    }
  }

  /// Tries to write dead letters until it works.
  ///
  /// - Returns: false where patience ran out.
  private func insist(_ action: @escaping @Sendable () throws -> Void) async -> Bool {
    var waited = Duration.zero
    while true {
      do {
        try action()
        return true
      } catch {
        if waited == .zero { logger.error("dead letters: \(error); holding everything up until it works") }
        guard waited < patience else {
          logger.error("dead letters: \(error); gave up after \(waited)")
          return false
        }
        try? await clock.sleep(for: .milliseconds(500))
        waited += .milliseconds(500)
      }
    }
  }

  private func drain() async {
    await flushDirect()
    await queue?.drain(within: patience)
  }
}

extension InputChunk {
  /// The chunk with its checkpoint under the input's own name, so that two inputs never share a key.
  fileprivate func named(_ name: String) -> InputChunk {
    guard let checkpoint else { return self }
    return InputChunk(
      bytes: bytes, frames: frames, unreadable: unreadable, source: source, index: index,
      checkpoint: InputCheckpoint(key: name + "/" + checkpoint.key, value: checkpoint.value), progress: progress)
  }
}
