internal import PluginKit

/// Enrichers that run without a pause, behind the one that does I/O (the first stage has none).
final class EnrichmentStage: Sendable {
  let index: Int
  let remote: (name: String, enricher: any RemoteEnricher)?
  let local: BorrowingArray<Step>

  /// One enricher with its name in the configuration.
  final class Step: Sendable {
    let name: String
    let enricher: any Enricher

    init(_ name: String, _ enricher: any Enricher) {
      self.name = name
      self.enricher = enricher
    }
  }

  private init(index: Int, remote: (name: String, enricher: any RemoteEnricher)?, local: [Step]) {
    self.index = index
    self.remote = remote
    self.local = BorrowingArray(local)
  }

  /// Cuts the enrichers, kept in their order, before each one that does I/O. There is always a first stage.
  static func cut(_ steps: [EnrichmentStep]) -> [EnrichmentStage] {
    var stages: [EnrichmentStage] = []
    var remote: (name: String, enricher: any RemoteEnricher)?
    var local: [Step] = []
    for step in steps {
      switch step.kind {
      case .local(let enricher): local.append(Step(step.name, enricher))
      case .remote(let enricher):
        stages.append(EnrichmentStage(index: stages.count, remote: remote, local: local))
        remote = (step.name, enricher)
        local = []
      }
    }
    stages.append(EnrichmentStage(index: stages.count, remote: remote, local: local))
    return stages
  }
}
