internal import Pipeline
internal import PluginKit
internal import Synchronization

/// Lets batches be processed side by side and committed one after the other, in the order in which they were read.
///
/// `add` suspends while `limit` batches are under way: that is the back-pressure, and the bound on memory.
final class BatchSequence: Sendable {
  private struct State {
    var tail: Task<Void, Never>?
    var underWay = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let limit: Int
  private let process: @Sendable (InputChunk) async -> BatchOutcome
  private let commit: @Sendable (BatchOutcome) async -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - limit: how many batches may be under way at once.
  ///   - process: called for several batches at once.
  ///   - commit: called for one batch at a time, in order.
  init(
    limit: Int, process: @escaping @Sendable (InputChunk) async -> BatchOutcome,
    commit: @escaping @Sendable (BatchOutcome) async -> Void
  ) {
    self.limit = limit
    self.process = process
    self.commit = commit
  }

  /// Takes the next batch. Returns once there is room for it, not once it is committed.
  func add(_ chunk: InputChunk) async {
    await add { [process] in await process(chunk) }
  }

  /// Takes the next batch, however it is made.
  ///
  /// - Returns: a task that ends once the batch is committed.
  @discardableResult
  func add(_ process: @escaping @Sendable () async -> BatchOutcome) async -> Task<Void, Never> {
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
