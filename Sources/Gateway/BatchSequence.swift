internal import Pipeline
internal import PluginKit
internal import Synchronization

/// Lets batches be processed side by side and committed one after the other, in the order in which they were added.
///
/// `add` suspends while `limit` batches are under way: that is the back-pressure, and the bound on memory.
final class BatchSequence: Sendable {
  private struct State {
    var tail: Task<Void, Never>?
    /// The batch that was begun last, where chunks began it.
    var chunks: ChunkQueue?
  }

  private let limit: Int
  private let room: AsyncSemaphore
  private let state = Mutex(State())

  /// - Parameter limit: how many batches may be under way at once.
  init(limit: Int) {
    self.limit = limit
    room = AsyncSemaphore(limit)
  }

  /// Takes the next chunk: into the batch that is under way, or as the first of another. Returns once there is room for it,
  /// and whoever works on it has had a turn.
  ///
  /// - Parameters:
  ///   - process: called for several batches at once.
  ///   - commit: called for one batch at a time, in order.
  func add(
    _ chunk: InputChunk, process: @escaping @Sendable (ChunkQueue) async -> BatchOutcome,
    commit: @escaping @Sendable (BatchOutcome) async -> Void
  ) async {
    let isTaken = state.withLock { $0.chunks?.add(chunk) ?? false }
    if !isTaken {
      await room.wait()
      let chunks = ChunkQueue(chunk)
      begin(chunks, process: { await process(chunks) }, commit: commit)
    }
    // What was read is still in the processor's caches.
    await Task.yield()
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
    await room.wait()
    return begin(nil, process: process, commit: commit)
  }

  /// Returns when everything that was added has been committed.
  func finish() async {
    let tail = state.withLock { $0.tail }
    await tail?.value
  }

  /// Runs `body` between two batches: everything before is committed, and nothing is begun until it returns. Batches wait
  /// meanwhile; none is lost.
  func exclusively(_ body: () async -> Void) async {
    // Whoever has all the room is alone. Those who asked before come first.
    for _ in 0..<limit { await room.wait() }
    await body()
    for _ in 0..<limit { room.signal() }
  }

  /// - Parameter chunks: what further chunks may be added to.
  @discardableResult
  private func begin(
    _ chunks: ChunkQueue?, process: @escaping @Sendable () async -> BatchOutcome,
    commit: @escaping @Sendable (BatchOutcome) async -> Void
  ) -> Task<Void, Never> {
    // In one step, as no chunk may come into a batch that is committed before those that were read earlier.
    state.withLock { state in
      let previous = state.tail
      let task = Task {
        let outcome = await process()
        await previous?.value
        await commit(outcome)
        room.signal()
      }
      state.tail = task
      if let chunks { state.chunks = chunks }
      return task
    }
  }
}
