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
