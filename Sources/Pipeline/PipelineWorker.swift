internal import AlertModel
public import PluginKit

/// Takes chunks of input all the way to decisions: decode, recognise, detect, enrich, decide, route.
///
/// A worker takes one chunk at a time; workers share nothing but the plan. Its buffers are used again for every
/// alert, so that the way of an alert allocates next to nothing.
public actor PipelineWorker {
  private let plan: Plan
  /// The enrichers, cut at each one that does I/O.
  private let stages: [EnrichmentStage]
  private let clock: any GatewayClock
  private let decoder: AlertDecoder
  private let waitingParser = DocumentParser()
  private let identifier: AlertIdentifier
  private let carried: CarriedFields
  private let timeField: Field
  private var writer = AlertWriter()
  private var detections: [Detection] = []
  private let notes = AlertNotes()
  private var witness: (any PipelineWitness)?
  private var takenRoutes: [Int] = []

  public init(plan: Plan, clock: any GatewayClock) {
    self.plan = plan
    self.clock = clock
    stages = EnrichmentStage.cut(plan.enrichers)
    decoder = AlertDecoder(formats: plan.formats)
    identifier = AlertIdentifier(formats: plan.formats)
    carried = CarriedFields(formats: plan.formats)
    timeField = plan.formats.vocabulary.field("@timestamp")
  }

  /// Processes one chunk. Suspends only for enrichers that do I/O.
  ///
  /// - Parameter witness: told what happens to each alert.
  public func process(_ chunk: InputChunk, witness: (any PipelineWitness)? = nil) async -> BatchOutcome {
    self.witness = witness
    defer { self.witness = nil }
    var batch = BatchBuilder(plan: plan, capacity: chunk.bytes.count, now: clock.now)
    let ambient = AlertDecoder.ambient(of: chunk)
    for letter in chunk.unreadable { batch.add(letter, source: chunk.source) }
    decoder.decode(chunk) { decoded in
      if plan.detectors.isEmpty {
        var alert = decoder.alert(decoded, ambient: ambient)
        take(&alert, rule: nil, into: &batch)
      } else {
        detect(decoded, ambient, into: &batch)
      }
    } refused: { refused in
      batch.add(refused, source: chunk.source)
    }
    for stage in stages.dropFirst() {
      guard let remote = stage.remote, !batch.waiting.isEmpty else { continue }
      let waiting = batch.takeWaiting()
      let results = await Deadline.run(remote.enricher, on: waiting.batch, clock: clock)
      resume(waiting, after: stage, named: remote.name, results, into: &batch)
    }
    return batch.finish(checkpoint: chunk.checkpoint)
  }

  /// Asks the detectors; each detection becomes an alert of its own.
  private func detect(_ decoded: AlertDecoder.Decoded, _ ambient: [AddedField], into batch: inout BatchBuilder) {
    detections.removeAll(keepingCapacity: true)
    let event = decoder.alert(decoded, severity: .informational, ambient: ambient)
    witness?.willDetect(event)
    for detector in plan.detectors { detector.detect(event, into: &detections) }
    batch.counts.events += 1
    if detections.isEmpty { batch.counts.unmatched += 1 }
    for detection in detections {
      var alert = decoder.alert(decoded, severity: detection.severity, ambient: ambient)
      alert.add(detection.fields)
      take(&alert, rule: detection.ruleID, suppression: detection.suppression, into: &batch)
    }
  }

  /// Takes one new alert through the first stage of enrichers, and on to its end where there is no other.
  ///
  /// - Parameter suppression: why it is held back already.
  private func take(
    _ alert: inout Alert, rule: String?, suppression: Suppression? = nil, into batch: inout BatchBuilder
  ) {
    notes.reset()
    notes.suppression = suppression
    notes.hasOwnSeverity = rule != nil
    notes.number = batch.counts.read
    batch.counts.read += 1
    if alert.envelope != nil { alert.add(carried.fields(of: alert)) }
    witness?.began(notes.number, alert, rule: rule)
    identifier.identify(alert, rule: rule, arena: decoder.arena, into: &notes.id)
    enrich(&alert, with: stages[0].local, notes)
    if stages.count > 1, notes.suppression == nil {
      batch.wait(&alert, notes, &writer, time: time(of: alert, batch.now))
    } else {
      decide(&alert, notes, into: &batch)
    }
  }

  /// Takes alerts on that waited for an enricher that does I/O.
  private func resume(
    _ waiting: BatchBuilder.Waiting, after stage: EnrichmentStage, named name: String,
    _ results: [Result<Enrichment, EnrichmentFailure>], into batch: inout BatchBuilder
  ) {
    let isLast = stage.index == stages.count - 1
    for index in 0..<waiting.batch.count {
      notes.resume(waiting.notes[index])
      let outgoing = waiting.batch[index]
      outgoing.withJSON { bytes in
        decoder.arena.reset()
        // What this worker wrote itself always parses.
        guard let root = try? waitingParser.parse(bytes) else { return }
        var alert = Alert(
          root: root, table: Int(outgoing.entry.table), severity: outgoing.severity,
          vocabulary: plan.formats.vocabulary, arena: decoder.arena)
        alert.takeUpEarlierNotes()
        let result = index < results.count ? results[index] : .failure(EnrichmentFailure("it gave no answer"))
        witness?.willAsk(name, about: notes.number, alert)
        witness?.didAnswer(name, about: notes.number, result)
        switch result {
        case .success(let enrichment): apply(enrichment, to: &alert, notes)
        case .failure(let failure): notes.failures.append((name, failure.reason))
        }
        enrich(&alert, with: stage.local, notes)
        if isLast || notes.suppression != nil {
          decide(&alert, notes, into: &batch)
        } else {
          batch.wait(&alert, notes, &writer, time: outgoing.time)
        }
      }
    }
  }

  /// Runs enrichers in order until one holds the alert back.
  private func enrich(
    _ alert: inout Alert, with enrichers: [(name: String, enricher: any Enricher)], _ notes: AlertNotes
  ) {
    for (name, enricher) in enrichers where notes.suppression == nil {
      witness?.willAsk(name, about: notes.number, alert)
      do throws(EnrichmentFailure) {
        let enrichment = try enricher.enrich(alert)
        witness?.didAnswer(name, about: notes.number, .success(enrichment))
        apply(enrichment, to: &alert, notes)
      } catch {
        witness?.didAnswer(name, about: notes.number, .failure(error))
        notes.failures.append((name, error.reason))
      }
    }
  }

  private func apply(_ enrichment: Enrichment, to alert: inout Alert, _ notes: AlertNotes) {
    switch enrichment {
    case .nothing: break
    case .fields(let fields): alert.add(fields)
    case .assess(let severity, let fields):
      alert.add(fields)
      alert.assess(severity)
      notes.hasOwnSeverity = true
    case .hold(let suppression): notes.suppression = suppression
    case .demote(let severity, let entry):
      alert.lowerSeverity(to: severity)
      notes.hasOwnSeverity = true
      notes.demotion = entry
    }
  }

  /// Suppressed alerts go to their output, all others where the routes lead.
  private func decide(_ alert: inout Alert, _ notes: AlertNotes, into batch: inout BatchBuilder) {
    let time = time(of: alert, batch.now)
    if let suppression = notes.suppression {
      batch.counts.suppressed += 1
      end(alert, notes, .suppressed(suppression), batch, place: Int32(batch.entryCount))
      batch.append(alert, notes, &writer, time: time, to: [plan.suppressedOutput])
      return
    }
    let place = Int32(batch.entryCount)
    takenRoutes.removeAll(keepingCapacity: true)
    for (index, route) in plan.routes.enumerated() {
      if let condition = route.condition, !condition.matches(alert, now: batch.now) { continue }
      takenRoutes.append(index)
      for output in route.outputs { batch.mark(place, for: output) }
      if !route.continues { break }
    }
    guard !takenRoutes.isEmpty else {
      batch.counts.unrouted += 1
      end(alert, notes, .unrouted, batch, place: nil)
      return
    }
    batch.counts.routed += 1
    end(alert, notes, .routed(takenRoutes), batch, place: place)
    batch.append(alert, notes, &writer, time: time, to: [])
  }

  private func end(
    _ alert: borrowing Alert, _ notes: AlertNotes, _ fate: AlertEnd.Fate, _ batch: borrowing BatchBuilder, place: Int32?
  ) {
    guard let witness else { return }
    let end = AlertEnd(
      number: notes.number, id: notes.id, fate: fate, demotion: notes.demotion, now: batch.now, place: place)
    witness.ended(end, alert)
  }

  private func time(of alert: borrowing Alert, _ now: Timestamp) -> Timestamp {
    alert.first(timeField).flatMap { $0.withText { Timestamp($0) } } ?? now
  }
}
