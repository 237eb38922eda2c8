internal import PluginKit
internal import Synchronization

/// Waits for an enricher that does I/O, but not beyond its deadline.
enum Deadline {
  typealias Answer = [Result<Enrichment, EnrichmentFailure>]

  /// The enricher's results; where it is late, one failure an alert that says so.
  static func run(_ enricher: any RemoteEnricher, on batch: DeliveryBatch, clock: any GatewayClock) async -> Answer {
    let deadline = enricher.deadline
    let first = First<Answer?>()
    // Not children of this task: an enricher that does not listen when it is cancelled must not hold up the alerts.
    let asking = Task { first.give(await enricher.enrich(batch)) }
    let timing = Task {
      if (try? await clock.sleep(for: deadline)) != nil { first.give(nil) }
    }
    let answer = await first.value()
    asking.cancel()
    timing.cancel()
    let late = EnrichmentFailure("it gave no answer within \(deadline)")
    return answer ?? Array(repeating: .failure(late), count: batch.count)
  }
}

/// The first of several values that may be given.
private final class First<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var waiter: CheckedContinuation<Value, Never>?
  }

  private let state = Mutex(State())

  func give(_ value: Value) {
    let waiter = state.withLock { state in
      guard state.value == nil else { return nil as CheckedContinuation<Value, Never>? }
      state.value = value
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: value)
  }

  /// Called once.
  func value() async -> Value {
    await withCheckedContinuation { continuation in
      let value = state.withLock { state in
        if state.value == nil { state.waiter = continuation }
        return state.value
      }
      if let value { continuation.resume(returning: value) }
    }
  }
}
