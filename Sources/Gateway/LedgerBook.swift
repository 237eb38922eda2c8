internal import Pipeline
internal import Synchronization

/// Adds up what happens to alerts while the gateway runs.
final class LedgerBook: Sendable {
  private let ledger: Mutex<Ledger>
  private let trouble = Mutex(false)

  init(outputs: [String]) {
    var empty = Ledger()
    empty.outputs = outputs.map(Ledger.Output.init(name:))
    ledger = Mutex(empty)
  }

  var current: Ledger { ledger.withLock { $0 } }

  /// True once a part of the input could not be read, whether or not an alert was in it.
  var hadTrouble: Bool { trouble.withLock { $0 } }

  func add(_ outcome: BatchOutcome) {
    if !outcome.deadLetters.isEmpty { trouble.withLock { $0 = true } }
    ledger.withLock { ledger in
      ledger.alerts += outcome.counts
      for (output, places) in outcome.places.enumerated() { ledger.outputs[output].routed += places.count }
    }
  }

  func update(output: Int, _ change: (inout Ledger.Output) -> Void) {
    ledger.withLock { change(&$0.outputs[output]) }
  }
}
