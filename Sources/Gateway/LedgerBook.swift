internal import Pipeline
internal import Synchronization

/// Adds up what happens to alerts while the gateway runs.
final class LedgerBook: Sendable {
  private let ledger: Mutex<Ledger>
  private let unread = Mutex(0)

  init(outputs: [String]) {
    var empty = Ledger()
    empty.outputs = outputs.map(Ledger.Output.init(name:))
    ledger = Mutex(empty)
  }

  var current: Ledger { ledger.withLock { $0 } }

  /// How many parts of the input could not be read, whether or not alerts were in them.
  var unreadable: Int { unread.withLock { $0 } }

  func add(_ outcome: BatchOutcome) {
    let unreadable = outcome.deadLetters.count - outcome.counts.deadLettered
    if unreadable > 0 { unread.withLock { $0 += unreadable } }
    ledger.withLock { ledger in
      ledger.alerts += outcome.counts
      for (output, places) in outcome.places.enumerated() { ledger.outputs[output].routed += places.count }
    }
  }

  func update(output: Int, _ change: (inout Ledger.Output) -> Void) {
    ledger.withLock { change(&$0.outputs[output]) }
  }
}
