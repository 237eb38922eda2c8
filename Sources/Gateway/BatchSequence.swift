internal import Pipeline
internal import PluginKit
internal import Synchronization

/// Lets batches be processed side by side and committed one after the other, in the order in which they were added.
///
/// `add` suspends while `limit` batches are under way: that is the back-pressure, and the bound on memory.
final class BatchSequence: Sendable {
  private struct State {
    var tail: Task<Void, Never>?
    var underWay = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let limit: Int
  private let state = Mutex(State())

  /// - Parameter limit: how many batches may be under way at once.
  init(limit: Int) {
    self.limit = limit
  }

  /// Takes the next batch. Returns once there is room for it, not once it is committed.
  ///
  /// - Parameters:
  ///   - process: called for several batches at once.
  ///   - commit: called for one batch at a time, in order.
  /// - Returns: a task that ends once the batch is committed.
  @discardableResult
  func add(
    process: @escaping @Sendable () async -> BatchOutcome, commit: @escaping @Sendable (BatchOutcome) async -> Void
  ) async -> Task<Void, Never> {
    await enter()
    return state.withLock { state in
      let previous = state.tail
      let task = Task {
        let outcome = await process()
        await previous?.value
        await commit(outcome)
        leave()
      }
      state.tail = task
      return task
    }
  }

  /// Returns when everything that was added has been committed.
  func finish() async {
    let tail = state.withLock { $0.tail }
    await tail?.value
  }

  /// Runs `body` between two batches: everything before is committed, and nothing is begun until it returns. Batches wait
  /// meanwhile; none is lost.
  func exclusively(_ body: () async -> Void) async {
    // Whoever holds every place is alone. Those who asked before come first.
    for _ in 0..<limit { await enter() }
    await body()
    for _ in 0..<limit { leave() }
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let mayEnter = state.withLock { state in
        if state.underWay < limit {
          state.underWay += 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if mayEnter { continuation.resume() }
    }
  }

  /// Gives the place to whoever waits longest.
  private func leave() {
    let next: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.underWay -= 1
      return nil
    }
    next?.resume()
  }
}
