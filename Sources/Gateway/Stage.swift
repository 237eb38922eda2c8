internal import Logging
internal import Pipeline
internal import PluginKit
internal import Synchronization

/// One configuration at work: what batches pass through. A reload puts another in its place.
final class Stage: Sendable {
  let parts: GatewayParts
  let deadLetters: DeadLetterFile
  let digested: DigestedAlertFile
  /// By output; nil for queued ones.
  let direct: [DirectDelivery?]
  let silences: SilenceWatch

  private let plan: Plan
  private let clock: any GatewayClock
  /// One for each worker that may be out.
  private let turns: AsyncSemaphore
  private let workers = Mutex<[PipelineWorker]>([])

  /// - Parameter former: what ran before.
  init(_ parts: GatewayParts, after former: Stage? = nil, clock: any GatewayClock, logger: Logger) {
    self.parts = parts
    self.clock = clock
    plan = parts.plan
    // More than there are processors would only share their caches; but one that waits for an answer needs no processor.
    turns = AsyncSemaphore(plan.waitsForAnswers ? .max : ProcessorCount.available)
    silences = SilenceWatch(parts, clock: clock, logger: logger)
    let isSame = former?.parts.deadLetters == parts.deadLetters && former?.parts.deadLetterAge == parts.deadLetterAge
    let same = isSame ? former?.deadLetters : nil
    deadLetters =
      same
      ?? DeadLetterFile(
        path: parts.deadLetters, maxAge: parts.deadLetterAge, isSynced: parts.survivesPowerFailure, clock: clock,
        logger: logger)
    digested =
      former?.digested
      ?? DigestedAlertFile(
        stateFolder: parts.stateFolder, maxAge: parts.deadLetterAge, isSynced: parts.survivesPowerFailure,
        clock: clock, logger: logger)
    direct = parts.outputs.enumerated().map { index, part in
      guard !part.isQueued else { return nil }
      // The records of what is held back may wait.
      let others = parts.outputs.indices.filter { $0 != index && $0 != parts.suppressedOutput }
      return DirectDelivery(
        name: part.name, output: part.output, isOnly: others.isEmpty, clock: clock, logger: logger)
    }
  }

  /// Takes a notice of Weir's own to where notices go; no enricher can hold it back.
  func process(notice: [UInt8]) async -> BatchOutcome {
    let frame = InputChunk.Frame(start: 0, count: notice.count, line: 1, offset: 0)
    let chunk = InputChunk(bytes: notice, frames: [frame], source: SilenceNotice.source)
    return await PipelineWorker(plan: parts.noticePlan, clock: clock).process(chunk)
  }

  func process(_ chunks: ChunkQueue) async -> BatchOutcome {
    await turns.wait()
    defer { turns.signal() }
    let spare = workers.withLock { $0.popLast() }
    let worker = spare ?? PipelineWorker(plan: plan, clock: clock)
    let outcome = await worker.process(chunks)
    workers.withLock { $0.append(worker) }
    return outcome
  }
}
