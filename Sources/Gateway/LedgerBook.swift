internal import Pipeline
internal import Synchronization

/// Adds up what happens to alerts while the gateway runs.
final class LedgerBook: Sendable {
  private let ledger: Mutex<Ledger>
  private let unread = Mutex(0)
  /// By output: alerts that were delivered since its last flush.
  private let unflushed: Mutex<[Int]>

  init(outputs: [String]) {
    var empty = Ledger()
    empty.outputs = outputs.map(Ledger.Output.init(name:))
    ledger = Mutex(empty)
    unflushed = Mutex([Int](repeating: 0, count: outputs.count))
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

  /// What a direct output did with a batch.
  func add(_ result: DirectDelivery.Result, output: Int) {
    update(output: output) { output in
      output.delivered += result.delivered
      output.deadLettered += result.deadLettered
      output.pending += result.pending
    }
    unflushed.withLock { $0[output] += result.delivered }
  }

  /// What a direct output has delivered so far is durable.
  func noteFlush(output: Int) { unflushed.withLock { $0[output] = 0 } }

  /// What a direct output has delivered since its last flush may be lost.
  ///
  /// - Returns: false where that is nothing.
  func takeBackUnflushed(output: Int) -> Bool {
    let count = unflushed.withLock { unflushed in
      defer { unflushed[output] = 0 }
      return unflushed[output]
    }
    update(output: output) { output in
      output.delivered -= count
      output.pending += count
    }
    return count > 0
  }

  /// Dead letters that were counted could not be written.
  func takeBack(deadLetters: Int) {
    ledger.withLock { ledger in
      ledger.alerts.deadLettered -= deadLetters
      ledger.unkeptDeadLetters += deadLetters
    }
  }
}
