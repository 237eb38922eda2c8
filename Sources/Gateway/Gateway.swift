public import Logging
public import Outbox
internal import Pipeline
public import PluginKit
internal import Synchronization

/// A running gateway: reads from its inputs, processes batches on all cores, commits them in input order, and delivers.
public final class Gateway: Sendable {
  private let clock: any GatewayClock
  private let logger: Logger
  private let book: LedgerBook
  private let stage: Mutex<Stage>
  private let queued: Mutex<QueuedDelivery?>
  private let memory: PluginMemory
  private let openOutbox: @Sendable () throws -> Outbox
  // Two batches for each worker: one is processed while the one before is committed.
  private let sequence = BatchSequence(limit: 2 * ProcessorCount.available)
  private let readers = InputReaders()
  /// Those of configurations that a reload replaced: what they counted is still to be written down.
  private let formerSilences = Mutex<[SilenceWatch]>([])
  private let watch: (@Sendable (InputChunk.Progress) -> Void)?
  private let patience: Duration
  /// True once alerts could not be kept: no checkpoint may pass them, so the next run reads them again.
  private let isBehind = Atomic(false)

  /// What a run came to.
  public struct Outcome: Sendable {
    /// What became of every alert of the run.
    public let ledger: Ledger
    /// How many parts of the input could not be read: a missing file, the rest of a damaged one.
    public let unreadable: Int
    /// Whether something could not be kept: then the next run reads its input again from there, also where nothing is
    /// pending.
    public let fellBehind: Bool
    /// What made an input stop before its end.
    public let inputErrors: [String]
  }

  /// - Parameters:
  ///   - outbox: where something is to be kept (`GatewayParts.needsOutbox`).
  ///   - openOutbox: opens it later, for a reload that needs one where there was none.
  ///   - drainTimeout: how long to wait for outputs once the input has ended, and for a full disk while it has not.
  ///   - watch: told how far the reading is.
  public init(
    _ parts: GatewayParts, outbox: Outbox?,
    openOutbox: @escaping @Sendable () throws -> Outbox = { throw ReloadError.needsRestart(["there is no outbox"]) },
    clock: any GatewayClock, logger: Logger, drainTimeout: Duration,
    watch: (@Sendable (InputChunk.Progress) -> Void)? = nil
  ) {
    self.clock = clock
    self.logger = logger
    self.openOutbox = openOutbox
    self.watch = watch
    patience = drainTimeout
    book = LedgerBook(outputs: parts.outputs.map(\.name))
    stage = Mutex(Stage(parts, clock: clock, logger: logger))
    queued = Mutex(outbox.map { QueuedDelivery(outbox: $0, clock: clock, logger: logger) })
    memory = PluginMemory(outbox: outbox, clock: clock, logger: logger)
  }

  /// The configuration that runs.
  public var parts: GatewayParts { stage.withLock { $0.parts } }

  private var queue: QueuedDelivery? { queued.withLock { $0 } }
  private var direct: [DirectDelivery?] { stage.withLock { $0.direct } }
  private var deadLetters: DeadLetterFile { stage.withLock { $0.deadLetters } }

  /// Runs until every input has ended or the task is cancelled, then drains.
  public func run() async throws -> Outcome {
    let first = parts
    await memory.restore(first.rememberingPlugins)
    try await start(first.plugins)
    try await queue?.begin()
    try await inherit(first.inputs, among: first.inputs)
    try await queue?.serve(
      first.outputs, vocabulary: first.formats.vocabulary, hooks: hooks,
      deadLetterAge: first.deadLetterAge)
    let inputErrors = await withTaskGroup(of: Void.self) { group in
      group.addTask { [self] in await memory.keepSaving { parts.rememberingPlugins } }
      defer { group.cancelAll() }
      return await read()
    }
    let last = parts
    await memory.save(last.rememberingPlugins)
    await flushDirect()
    await queue?.drain(within: patience)
    for plugin in last.plugins.reversed() { await plugin.stop() }
    return Outcome(
      ledger: await ledger(), unreadable: book.unreadable, fellBehind: isBehind.load(ordering: .sequentiallyConsistent),
      inputErrors: inputErrors)
  }

  /// The counts as they stand.
  public func ledger() async -> Ledger {
    var ledger = book.current
    await queue?.fill(&ledger)
    return ledger
  }

  /// Ends the reading; `run` then commits what was read, drains, and returns.
  public func stopReading() { readers.stopAll() }

  /// Puts another configuration in the place of the one that runs, between two batches: no alert is lost, none is decided
  /// twice. Inputs and outputs that are as before go on as they are. An input that changed ends, and begins again where
  /// its last commit was; an output that changed takes over what waits for it.
  ///
  /// - Returns: what is different, a line each; empty where nothing is.
  /// - Throws: `ReloadError`; then the configuration before goes on as if nothing had been.
  public func reload(_ loaded: GatewayParts) async throws(ReloadError) -> [String] {
    guard await readers.hold() else { throw .isEnding }
    defer { readers.release() }
    let old = parts
    let change = PartsChange(from: old, to: loaded)
    try change.check(running: readers.running)
    let new = change.result
    if queue == nil, new.needsOutbox { try await keepFromNowOn() }
    try await start(change.beginning)

    await readers.stop(change.leavingInputs)
    await sequence.exclusively {
      await flushDirect()
      await memory.carry(from: old.rememberingPlugins, to: new.rememberingPlugins)
      book.use(outputs: new.outputs.map(\.name))
      let next = Stage(new, after: stage.withLock { $0 }, clock: clock, logger: logger)
      await next.silences.begin()
      let before = stage.withLock { stage in
        defer { stage = next }
        return stage
      }
      formerSilences.withLock { $0.append(before.silences) }
    }
    do {
      try await inherit(change.arrivingInputs, among: new.inputs)
    } catch {
      logger.error("inputs that changed may read again what was read before: \(error)")
    }
    readers.start(change.arrivingInputs) { [self] in await read($0) }
    await serve(new, unchanged: change.unchangedOutputs)
    for plugin in change.ending { await plugin.stop() }
    return change.lines
  }

  private func inherit(_ arriving: [InputPart], among all: [InputPart]) async throws {
    let arriving = arriving.filter(\.input.remembers).map(\.identity)
    guard !arriving.isEmpty else { return }
    try await queue?.inherit(arriving, among: all.map(\.identity))
  }

  private func keepFromNowOn() async throws(ReloadError) {
    do {
      let outbox = try openOutbox()
      let queue = QueuedDelivery(outbox: outbox, clock: clock, logger: logger)
      try await queue.begin()
      memory.use(outbox)
      queued.withLock { $0 = queue }
    } catch {
      throw error as? ReloadError ?? .cannotStart("\(error)")
    }
  }

  /// Starts plugins; where one cannot, stops those again that were started.
  private func start(_ plugins: [any Plugin]) async throws(ReloadError) {
    for (index, plugin) in plugins.enumerated() {
      do {
        try await plugin.start()
      } catch {
        for started in plugins[..<index] { await started.stop() }
        throw .cannotStart("'\(type(of: plugin).manual.name)' cannot start: \(error)")
      }
    }
  }

  private func serve(_ parts: GatewayParts, unchanged: Set<String>) async {
    do {
      try await queue?.serve(
        parts.outputs, vocabulary: parts.formats.vocabulary, hooks: hooks, deadLetterAge: parts.deadLetterAge,
        unchanged: unchanged)
    } catch {
      logger.critical("\(error); reload once that is mended, alerts are kept until then")
    }
  }

  private var hooks: DeliveryHooks {
    DeliveryHooks { [self] letter in
      do throws(FileError) {
        try deadLetters.append(
          alert: letter.json, output: letter.output, reason: letter.reason, attempts: letter.attempts)
      } catch {
        deadLetters.log(error)
      }
    } keepDigested: { [self] alerts in
      do {
        return try stage.withLock { $0.digested }.append(alerts)
      } catch {
        logger.error("the alerts of a digest cannot be kept: \(error); they go out one by one")
        return nil
      }
    }
  }

  /// Reads from all inputs at once until they end, or until `stopReading`, and commits what they brought.
  ///
  /// - Returns: what went wrong with whole inputs.
  private func read() async -> [String] {
    // What is silenced is known before the first alert, and what silences held back is told after the last.
    await lookAtSilences()
    let errors = await withTaskGroup(of: Void.self) { group in
      group.addTask { [self] in
        while (try? await clock.sleep(for: SilenceWatch.pause)) != nil { await lookAtSilences() }
      }
      defer { group.cancelAll() }
      return await readInputs()
    }
    await sequence.finish()
    await lookAtSilences()
    return errors
  }

  private func readInputs() async -> [String] {
    await withTaskCancellationHandler {
      readers.begin(parts.inputs) { [self] in await read($0) }
      return await readers.finish()
    } onCancel: {
      stopReading()
    }
  }

  /// Called by one task at a time.
  private func lookAtSilences() async {
    let former = formerSilences.withLock { former in
      defer { former = [] }
      return former
    }
    for silences in former { await silences.count(clock.now) }
    let now = stage.withLock { $0 }
    await now.silences.look { [self] notice in
      let committed = await sequence.add { [self] in
        await stage.withLock({ $0 }).process(notice: notice)
      } commit: { [self] outcome in
        await commit(outcome)
      }
      await committed.value
    }
  }

  /// Reads one input to its end; returns what went wrong with it.
  private func read(_ part: InputPart) async -> String? {
    do {
      let checkpoints = try await queue?.checkpoints(of: part.identity) ?? []
      try await part.input.run(from: checkpoints) { [self] chunk in
        if let progress = chunk.progress { watch?(progress) }
        let chunk = chunk.named(part.identity)
        await sequence.add(chunk) { [self] chunks in
          await stage.withLock({ $0 }).process(chunks)
        } commit: { [self] outcome in
          await commit(outcome)
        }
      }
      return nil
    } catch is CancellationError {
      return nil
    } catch {
      return "input '\(part.name)': \(error)"
    }
  }

  /// Makes a batch's decisions last: direct outputs first, then, in one transaction, the outbox and the checkpoints, so
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
      var result = await delivery.deliver(batch, patience: patience) { readers.isEnding }
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
    if !isComplete {
      fallBehind()
      // What is read from now on would be delivered again by the next run, and what is missing only then: the sooner it comes
      // the better, for as long as the file is there.
      if parts.inputs.contains(where: \.input.remembers) { stopReading() }
    }
    if outcome.checkpoints.contains(where: { !$0.value.isEmpty }) { await flushDirect() }
    let advances = !isBehind.load(ordering: .sequentiallyConsistent)
    let kept = await queue.commit(outcome, for: parts.outputs, advancing: advances, patience: patience)
    if !kept {
      fallBehind()
      // What is read now would have to be read again, and what cannot be, such as standard input, would be lost.
      stopReading()
      for (index, places) in outcome.places.enumerated() where direct[index] == nil {
        book.update(output: index) { $0.pending += places.count }
      }
    }
  }

  /// From here on no checkpoint is kept: the next run reads again what this one could not keep.
  private func fallBehind() {
    let wasBehind = isBehind.exchange(true, ordering: .sequentiallyConsistent)
    if !wasBehind { logger.error("not everything can be kept; the next run reads its input again from here") }
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
}

extension InputChunk {
  /// The chunk with its checkpoint under the input's identity, so that two inputs never share a key.
  fileprivate func named(_ name: String) -> InputChunk {
    guard let checkpoint else { return self }
    return InputChunk(
      bytes: bytes, frames: frames, unreadable: unreadable, source: source, index: index,
      checkpoint: InputCheckpoint(key: name + "/" + checkpoint.key, value: checkpoint.value), progress: progress)
  }
}
