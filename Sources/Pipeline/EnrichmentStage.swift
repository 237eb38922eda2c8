internal import PluginKit

/// Enrichers that run without a pause, behind the one that does I/O (the first stage has none).
struct EnrichmentStage {
  let index: Int
  let remote: (name: String, enricher: any RemoteEnricher)?
  var local: [(name: String, enricher: any Enricher)] = []

  /// Cuts the enrichers, kept in their order, before each one that does I/O. There is always a first stage.
  static func cut(_ steps: [EnrichmentStep]) -> [EnrichmentStage] {
    var stages = [EnrichmentStage(index: 0, remote: nil)]
    for step in steps {
      switch step.kind {
      case .local(let enricher): stages[stages.count - 1].local.append((step.name, enricher))
      case .remote(let enricher): stages.append(EnrichmentStage(index: stages.count, remote: (step.name, enricher)))
      }
    }
    return stages
  }
}

/// Waits for an enricher that does I/O, but not beyond its deadline.
enum Deadline {
  /// The enricher's results; where it is late, one failure an alert that says so.
  static func run(
    _ enricher: any RemoteEnricher, on batch: DeliveryBatch, clock: any GatewayClock
  ) async -> [Result<Enrichment, EnrichmentFailure>] {
    let deadline = enricher.deadline
    return await withTaskGroup(of: [Result<Enrichment, EnrichmentFailure>]?.self) { group in
      group.addTask { await enricher.enrich(batch) }
      group.addTask {
        try? await clock.sleep(for: deadline)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      let late = EnrichmentFailure("it gave no answer within \(deadline)")
      return first ?? Array(repeating: .failure(late), count: batch.count)
    }
  }
}
