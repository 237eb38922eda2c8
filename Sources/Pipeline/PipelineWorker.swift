internal import AlertModel
public import PluginKit

/// Takes batches of input all the way to decisions: decode, recognise, detect, enrich, decide, route.
///
/// A worker takes one batch at a time; workers share nothing but the plan. Its buffers are used again for every
/// alert, so that the way of an alert allocates next to nothing.
public actor PipelineWorker {
  private let plan: Plan
  /// The enrichers, cut at each one that does I/O.
  private let stages: [EnrichmentStage]
  private let clock: any GatewayClock
  private let decoder: AlertDecoder
  private let identifier: AlertIdentifier
  private let carried: CarriedFields
  private let timeField: Field
  private let weirFields: WeirFields
  private let routes: BorrowingArray<Route>

  public init(plan: Plan, clock: any GatewayClock) {
    self.plan = plan
    self.clock = clock
    stages = EnrichmentStage.cut(plan.enrichers)
    identifier = AlertIdentifier(formats: plan.formats)
    carried = CarriedFields(formats: plan.formats)
    timeField = plan.formats.vocabulary.field("@timestamp")
    weirFields = WeirFields(plan.formats.vocabulary)
    routes = BorrowingArray(plan.routes)
    // Last, so that its index knows every field that will be asked for.
    decoder = AlertDecoder(formats: plan.formats)
  }

  /// Processes one chunk by itself.
  ///
  /// - Parameter witness: told what happens to each alert.
  public func process(_ chunk: InputChunk, witness: (any PipelineWitness)? = nil) async -> BatchOutcome {
    await process(ChunkQueue(chunk, isOpen: false), witness: witness)
  }

  /// Processes one batch. Suspends to let its next chunk be read, and for enrichers that do I/O.
  ///
  /// - Parameter witness: told what happens to each alert.
  public func process(_ chunks: ChunkQueue, witness: (any PipelineWitness)? = nil) async -> BatchOutcome {
    var batch = BatchBuilder(
      plan: plan, fields: weirFields, witness: witness, capacity: chunks.expectedBytes, now: clock.now)
    while let chunk = await chunks.next() { take(chunk, into: &batch) }
    for stage in stages.dropFirst() {
      guard let remote = stage.remote, !batch.waiting.isEmpty else { continue }
      let waiting = batch.takeWaiting()
      let results = await Deadline.run(remote.enricher, on: waiting.batch, clock: clock)
      resume(waiting, after: stage, named: remote.name, results, into: &batch)
    }
    return batch.finish()
  }

  private func take(_ chunk: InputChunk, into batch: inout BatchBuilder) {
    let ambient = AlertDecoder.ambient(of: chunk)
    for letter in chunk.unreadable { batch.add(letter, source: chunk.source) }
    decoder.decode(chunk) { decoded in
      if plan.detectors.isEmpty {
        var alert = decoder.alert(decoded, ambient: ambient)
        take(&alert, from: chunk, line: decoded.frame.line, rule: nil, into: &batch)
      } else {
        detect(decoded, from: chunk, ambient, into: &batch)
      }
    } refused: { refused in
      batch.add(refused, source: chunk.source)
    }
    if let checkpoint = chunk.checkpoint { batch.add(checkpoint) }
  }

  /// Asks the detectors; each detection becomes an alert of its own.
  private func detect(
    _ decoded: AlertDecoder.Decoded, from chunk: InputChunk, _ ambient: [AddedField], into batch: inout BatchBuilder
  ) {
    var detections: [Detection] = []
    let event = decoder.alert(decoded, severity: .informational, ambient: ambient)
    batch.witness?.willDetect(event)
    for detector in plan.detectors { detector.detect(event, into: &detections) }
    batch.counts.events += 1
    if detections.isEmpty { batch.counts.unmatched += 1 }
    for detection in detections {
      var alert = decoder.alert(decoded, severity: detection.severity, ambient: ambient)
      alert.add(detection.fields)
      take(
        &alert, from: chunk, line: decoded.frame.line, rule: detection.ruleID, repeats: detection.repeats, into: &batch)
    }
  }

  /// Takes one new alert through the first stage of enrichers, and on to its end where there is no other.
  ///
  /// - Parameters:
  ///   - line: the line on which its document begins.
  ///   - repeats: finds out whether an earlier alert stands for it.
  private func take(
    _ alert: inout Alert, from chunk: InputChunk, line: Int, rule: String?,
    repeats: (@Sendable () -> Suppression?)? = nil, into batch: inout BatchBuilder
  ) {
    batch.notes.reset()
    batch.notes.repeats = repeats
    batch.notes.hasOwnSeverity = rule != nil
    batch.notes.number = batch.counts.read
    batch.counts.read += 1
    if alert.envelope != nil { alert.add(carried.fields(of: alert)) }
    batch.witness?.began(batch.notes.number, line: line, alert, rule: rule)
    identifier.identify(alert, rule: rule, arena: decoder.arena, into: &batch.notes.id)
    enrich(&alert, with: stages[0], &batch)
    if stages.count > 1, batch.notes.suppression == nil {
      batch.wait(
        alert, time: time(of: alert, batch.now), ambient: carried.ambient(of: alert), source: chunk.source)
    } else {
      decide(alert, into: &batch)
    }
  }

  /// Takes alerts on that waited for an enricher that does I/O.
  private func resume(
    _ waiting: BatchBuilder.Waiting, after stage: EnrichmentStage, named name: String,
    _ results: [Result<Enrichment, EnrichmentFailure>], into batch: inout BatchBuilder
  ) {
    let isLast = stage.index == stages.count - 1
    for index in 0..<waiting.batch.count {
      batch.notes.resume(waiting.notes[index])
      let outgoing = waiting.batch[index]
      outgoing.withJSON { bytes in
        decoder.arena.reset()
        let document: Document
        do throws(JSONError) {
          document = try decoder.document(bytes)
        } catch {
          // Enrichers' fields can nest it more deeply than is read.
          batch.bury(bytes, reason: "with what enrichers added, \(error)", source: waiting.notes[index].source)
          return
        }
        var alert = Alert(
          document, table: Int(outgoing.entry.table), severity: waiting.notes[index].undemotedSeverity,
          ambient: waiting.notes[index].ambient,
          vocabulary: plan.formats.vocabulary, arena: decoder.arena)
        alert.lowerSeverity(to: outgoing.severity)
        alert.takeUpEarlierNotes()
        let result = index < results.count ? results[index] : .failure(EnrichmentFailure("it gave no answer"))
        batch.witness?.willAsk(name, about: batch.notes.number, alert)
        batch.witness?.didAnswer(name, about: batch.notes.number, result)
        switch result {
        case .success(let enrichment): apply(enrichment, to: &alert, &batch.notes)
        case .failure(let failure): batch.notes.failures.append((name, failure.reason))
        }
        enrich(&alert, with: stage, &batch)
        if isLast || batch.notes.suppression != nil {
          decide(alert, into: &batch)
        } else {
          batch.wait(
            alert, time: outgoing.time, ambient: waiting.notes[index].ambient, source: waiting.notes[index].source)
        }
      }
    }
  }

  /// Runs enrichers in order until one holds the alert back.
  private func enrich(_ alert: inout Alert, with stage: EnrichmentStage, _ batch: inout BatchBuilder) {
    for step in stage.local.indices {
      if batch.notes.suppression != nil { break }
      stage.local.ask(step) { ask($0, about: &alert, &batch) }
    }
  }

  private func ask(_ step: EnrichmentStage.Step, about alert: inout Alert, _ batch: inout BatchBuilder) {
    batch.witness?.willAsk(step.name, about: batch.notes.number, alert)
    do throws(EnrichmentFailure) {
      let enrichment = try step.enricher.enrich(alert)
      batch.witness?.didAnswer(step.name, about: batch.notes.number, .success(enrichment))
      apply(enrichment, to: &alert, &batch.notes)
    } catch {
      batch.witness?.didAnswer(step.name, about: batch.notes.number, .failure(error))
      batch.notes.failures.append((step.name, error.reason))
    }
  }

  private func apply(_ enrichment: consuming Enrichment, to alert: inout Alert, _ notes: inout AlertNotes) {
    switch consume enrichment {
    case .nothing: break
    case .fields(let fields): alert.add(fields)
    case .assess(let severity, let fields):
      alert.add(fields)
      alert.assess(severity)
      notes.hasOwnSeverity = true
    case .hold(let suppression): notes.suppression = suppression
    case .demote(let severity, let entry):
      guard severity < alert.severity else { break }
      alert.lowerSeverity(to: severity)
      notes.hasOwnSeverity = true
      notes.demotion = entry
    }
  }

  /// Suppressed alerts go to their output, all others where the routes lead.
  private func decide(_ alert: borrowing Alert, into batch: inout BatchBuilder) {
    if batch.notes.suppression == nil {
      findRoutes(of: alert, &batch)
      if batch.takenRoutes.isEmpty {
        batch.counts.unrouted += 1
        end(alert, .unrouted, batch, place: nil)
        return
      }
      // Last, as an alert that nobody sees stands for no other.
      if let repeats = batch.notes.repeats { batch.notes.suppression = repeats() }
    }
    let place = Int32(batch.entryCount)
    if let suppression = batch.notes.suppression {
      batch.counts.suppressed += 1
      batch.mark(place, for: plan.suppressedOutput)
      end(alert, .suppressed(suppression), batch, place: place)
    } else {
      batch.counts.routed += 1
      for taken in batch.takenRoutes.indices {
        routes.ask(batch.takenRoutes[taken]) { route in
          for output in route.outputs.indices { batch.mark(place, for: route.outputs[output]) }
        }
      }
      if batch.witness != nil { end(alert, .routed(batch.takenRoutes), batch, place: place) }
    }
    batch.append(alert, time: time(of: alert, batch.now))
  }

  private func findRoutes(of alert: borrowing Alert, _ batch: inout BatchBuilder) {
    while batch.takenRoutes.popLast() != nil {}
    for index in routes.indices {
      let isLast = routes.ask(index) { route in
        guard route.condition?.matches(alert, now: batch.now) ?? true else { return false }
        batch.takenRoutes.append(index)
        return !route.continues
      }
      if isLast { break }
    }
  }

  private func end(
    _ alert: borrowing Alert, _ fate: AlertEnd.Fate, _ batch: borrowing BatchBuilder, place: Int32?
  ) {
    guard let witness = batch.witness else { return }
    let end = AlertEnd(
      number: batch.notes.number, id: batch.notes.id, fate: fate, demotion: batch.notes.demotion, now: batch.now,
      place: place)
    witness.ended(end, alert)
  }

  private func time(of alert: borrowing Alert, _ now: Timestamp) -> Timestamp {
    alert.first(timeField).flatMap { $0.withText { Timestamp($0) } } ?? now
  }
}
