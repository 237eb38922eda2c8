import AlertModel
import BundledPlugins
import Gateway
import Pipeline
import PluginKit
import Synchronization

/// Takes single alerts through the parts of a configuration.
struct PipelineWorkerForTests {
  private let worker: PipelineWorker

  init(_ parts: GatewayParts, clock: any GatewayClock) {
    worker = PipelineWorker(plan: parts.plan, clock: clock)
  }

  /// By which entry the alert is held back; nil where it is not.
  func holder(_ alert: String) async -> String? {
    let witness = Holder()
    _ = await worker.process(Workbench.chunk(alert), witness: witness)
    return witness.entry.withLock { $0 }
  }

  private final class Holder: PipelineWitness {
    let entry = Mutex<String?>(nil)

    func ended(_ end: AlertEnd, _ alert: borrowing Alert) {
      if case .suppressed(let suppression) = end.fate { entry.withLock { $0 = suppression.entry } }
    }
  }
}

/// What reads a file named on a command line.
func commandLineInput(_ path: String, _ context: PluginContext) throws -> any Input {
  try BundledPlugins.commandLineInput(path, context: context)
}
