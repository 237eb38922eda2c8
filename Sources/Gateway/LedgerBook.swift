internal import Pipeline
internal import Synchronization

/// Adds up what happens to alerts while the gateway runs, through all its configurations.
final class LedgerBook: Sendable {
  private let ledger: Mutex<Ledger>
  private let unread = Mutex(0)
  /// By output: alerts that were delivered since its last flush.
  private let unflushed = Mutex<[Int]>([])

  /// By output of the configuration: its place in the ledger.
  private let places = Mutex<[Int]>([])

  init(outputs: [String]) {
    ledger = Mutex(Ledger())
    use(outputs: outputs)
  }

  /// From now on these are the outputs. One that was there before goes on with its counts; one that is left out stays in
  /// the ledger, for what it did and what is still pending.
  func use(outputs: [String]) {
    let found = ledger.withLock { ledger in
      outputs.map { name in
        if let place = ledger.outputs.firstIndex(where: { $0.name == name }) { return place }
        ledger.outputs.append(Ledger.Output(name: name))
        return ledger.outputs.count - 1
      }
    }
    places.withLock { $0 = found }
    // Outputs have been flushed before others take their place.
    unflushed.withLock { $0 = [Int](repeating: 0, count: outputs.count) }
  }

  var current: Ledger { ledger.withLock { $0 } }

  /// How many parts of the input could not be read, whether or not alerts were in them.
  var unreadable: Int { unread.withLock { $0 } }

  func add(_ outcome: BatchOutcome) {
    let unreadable = outcome.deadLetters.count - outcome.counts.deadLettered
    if unreadable > 0 { unread.withLock { $0 += unreadable } }
    let places = places.withLock { $0 }
    ledger.withLock { ledger in
      ledger.alerts += outcome.counts
      for (place, alerts) in zip(places, outcome.places) { ledger.outputs[place].routed += alerts.count }
    }
  }

  func update(output: Int, _ change: (inout Ledger.Output) -> Void) {
    let place = places.withLock { $0[output] }
    ledger.withLock { change(&$0.outputs[place]) }
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
