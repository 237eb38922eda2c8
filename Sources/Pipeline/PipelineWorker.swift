public import AlertModel
public import PluginKit

/// Takes chunks of input all the way to decisions: decode, recognise, detect, enrich, decide, route.
///
/// A worker belongs to one task at a time; workers share nothing but the plan. Its buffers are used again for every
/// alert, so that the way of an alert allocates next to nothing.
public final class PipelineWorker {
  private let plan: Plan
  /// The enrichers, cut at each one that does I/O.
  private let stages: [EnrichmentStage]
  private let clock: any GatewayClock
  private let parser = DocumentParser()
  private let arena = TextArena()
  private let identifier: AlertIdentifier
  private let timeField: Field
  private var writer = AlertWriter()
  private var lastFormat = 0
  private var detections: [Detection] = []

  public init(plan: Plan, clock: any GatewayClock) {
    self.plan = plan
    self.clock = clock
    stages = EnrichmentStage.cut(plan.enrichers)
    identifier = AlertIdentifier(formats: plan.formats)
    timeField = plan.formats.vocabulary.field("@timestamp")
  }

  /// Processes one chunk. Suspends only for enrichers that do I/O.
  public func process(_ chunk: InputChunk) async -> BatchOutcome {
    var batch = BatchBuilder(plan: plan, capacity: chunk.bytes.count, now: clock.now)
    let ambient = chunk.index.map { [AddedField("_index", text: $0)] } ?? []
    for letter in chunk.unreadable { batch.add(letter, source: chunk.source) }
    chunk.bytes.withUnsafeBytes { bytes in
      for frame in chunk.frames {
        let document = UnsafeRawBufferPointer(rebasing: bytes[frame.start..<frame.start + frame.count])
        decode(document, frame, of: chunk, ambient: ambient, into: &batch)
      }
    }
    for stage in stages.dropFirst() {
      guard let remote = stage.remote, !batch.waiting.isEmpty else { continue }
      let waiting = batch.takeWaiting()
      let results = await Deadline.run(remote.enricher, on: waiting.batch, clock: clock)
      resume(waiting, after: stage, named: remote.name, results, into: &batch)
    }
    return batch.finish(checkpoint: chunk.checkpoint)
  }

  private func decode(
    _ document: UnsafeRawBufferPointer, _ frame: InputChunk.Frame, of chunk: InputChunk, ambient: [AddedField],
    into batch: inout BatchBuilder
  ) {
    let root: JSONNode
    do throws(JSONError) {
      root = try parser.parse(document)
    } catch {
      batch.addDeadLetter(error.description, document, frame, source: chunk.source)
      return
    }
    plan.formats.forEachAlert(in: root, last: &lastFormat) { node, envelope, format in
      guard node.kind == .object else {
        let reason = "an alert must be a JSON object, and this is \(node.kind.article)"
        batch.addDeadLetter(reason, node.source, frame, source: chunk.source)
        return
      }
      arena.reset()
      if plan.detectors.isEmpty {
        let severity = plan.formats.severity(of: node, envelope: envelope, format: format, arena: arena)
        take(node, envelope, format, severity, ambient, detection: nil, into: &batch)
      } else {
        detect(node, envelope, format, ambient, into: &batch)
      }
    }
  }

  /// Asks the detectors; each detection becomes an alert of its own.
  private func detect(
    _ node: JSONNode, _ envelope: JSONNode?, _ format: Int, _ ambient: [AddedField], into batch: inout BatchBuilder
  ) {
    detections.removeAll(keepingCapacity: true)
    let event = Alert(
      root: node, envelope: envelope, table: format, severity: .informational, ambient: ambient,
      vocabulary: plan.formats.vocabulary, arena: arena)
    for detector in plan.detectors { detector.detect(event, into: &detections) }
    batch.counts.events += 1
    if detections.isEmpty { batch.counts.unmatched += 1 }
    for detection in detections {
      take(node, envelope, format, detection.severity, ambient, detection: detection, into: &batch)
    }
  }

  /// Takes one new alert through the first stage of enrichers, and on to its end where there is no other.
  private func take(
    _ node: JSONNode, _ envelope: JSONNode?, _ format: Int, _ severity: Severity, _ ambient: [AddedField],
    detection: Detection?, into batch: inout BatchBuilder
  ) {
    batch.counts.read += 1
    var alert = Alert(
      root: node, envelope: envelope, table: format, severity: severity, ambient: ambient,
      vocabulary: plan.formats.vocabulary, arena: arena)
    if let detection { alert.add(detection.fields) }
    if envelope != nil { alert.add(plan.formats.carriedFields(of: alert)) }
    var notes = AlertNotes()
    identifier.identify(alert, rule: detection?.ruleID, into: &notes.id)
    enrich(&alert, with: stages[0].local, &notes)
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
      var notes = waiting.notes[index]
      let outgoing = waiting.batch[index]
      outgoing.withJSON { bytes in
        arena.reset()
        // What this worker wrote itself always parses.
        guard let root = try? parser.parse(bytes) else { return }
        var alert = Alert(
          root: root, table: Int(outgoing.entry.table), severity: outgoing.severity,
          vocabulary: plan.formats.vocabulary, arena: arena)
        let result = index < results.count ? results[index] : .failure(EnrichmentFailure("it gave no answer"))
        switch result {
        case .success(let enrichment): apply(enrichment, to: &alert, &notes)
        case .failure(let failure): notes.failures.append((name, failure.reason))
        }
        enrich(&alert, with: stage.local, &notes)
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
    _ alert: inout Alert, with enrichers: [(name: String, enricher: any Enricher)], _ notes: inout AlertNotes
  ) {
    for (name, enricher) in enrichers where notes.suppression == nil {
      do throws(EnrichmentFailure) {
        apply(try enricher.enrich(alert), to: &alert, &notes)
      } catch {
        notes.failures.append((name, error.reason))
      }
    }
  }

  private func apply(_ enrichment: Enrichment, to alert: inout Alert, _ notes: inout AlertNotes) {
    switch enrichment {
    case .nothing: break
    case .fields(let fields): alert.add(fields)
    case .hold(let suppression): notes.suppression = suppression
    }
  }

  /// Suppressed alerts go to their output, all others where the routes lead.
  private func decide(_ alert: inout Alert, _ notes: AlertNotes, into batch: inout BatchBuilder) {
    let time = time(of: alert, batch.now)
    guard notes.suppression == nil else {
      batch.counts.suppressed += 1
      batch.append(alert, notes, &writer, time: time, to: [plan.suppressedOutput])
      return
    }
    let place = Int32(batch.entryCount)
    var isRouted = false
    for route in plan.routes {
      if let condition = route.condition, !condition.matches(alert, now: batch.now) { continue }
      isRouted = true
      for output in route.outputs { batch.mark(place, for: output) }
      if !route.continues { break }
    }
    guard isRouted else {
      batch.counts.unrouted += 1
      return
    }
    batch.counts.routed += 1
    batch.append(alert, notes, &writer, time: time, to: [])
  }

  private func time(of alert: borrowing Alert, _ now: Timestamp) -> Timestamp {
    alert.first(timeField).flatMap { $0.withText { Timestamp($0) } } ?? now
  }
}
