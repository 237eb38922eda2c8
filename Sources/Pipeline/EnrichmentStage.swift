internal import PluginKit

/// Enrichers that run without a pause, behind the one that does I/O (the first stage has none).
final class EnrichmentStage {
  let index: Int
  let remote: (name: String, enricher: any RemoteEnricher)?
  private(set) var local: [Step] = []

  /// One enricher with its name in the configuration.
  final class Step: Sendable {
    let name: String
    let enricher: any Enricher

    init(_ name: String, _ enricher: any Enricher) {
      self.name = name
      self.enricher = enricher
    }
  }

  private init(index: Int, remote: (name: String, enricher: any RemoteEnricher)?) {
    self.index = index
    self.remote = remote
  }

  /// Cuts the enrichers, kept in their order, before each one that does I/O. There is always a first stage.
  static func cut(_ steps: [EnrichmentStep]) -> [EnrichmentStage] {
    var stages = [EnrichmentStage(index: 0, remote: nil)]
    for step in steps {
      switch step.kind {
      case .local(let enricher): stages[stages.count - 1].local.append(Step(step.name, enricher))
      case .remote(let enricher): stages.append(EnrichmentStage(index: stages.count, remote: (step.name, enricher)))
      }
    }
    return stages
  }
}
