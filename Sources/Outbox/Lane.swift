internal import AlertModel
internal import PluginKit
internal import Synchronization

/// An output's way through the outbox: just-committed segments that its worker need not read back, and counts.
final class Lane: Sendable {
  let id: Int64
  let name: String

  /// Wakes the worker.
  let signal = Signal()

  /// Wakes whoever waits for room.
  private let room = Signal()

  private let state: Mutex<State>

  private struct State {
    /// What was committed since the worker caught up; ends where `isBehind`.
    var fresh: [StoredSegment] = []
    var freshBytes = 0
    /// True where there is more in the database than the worker has seen.
    var isBehind: Bool
    var pending: Int
    var dropped: Int
    var requeued: Int
    /// Alerts that damage took.
    var lost = 0
    /// Alerts that became dead letters because their bytes are damaged.
    var buried = 0
    /// Counts up when the database holds something else than the worker knows.
    var generation = 0
    /// What a repair took away from the counts in the database.
    var droppedBefore = 0
    var requeuedBefore = 0

    /// True where alerts have left since the worker was last waited for in vain.
    var isMoving = false

    func isFull(for bytes: Int) -> Bool { !fresh.isEmpty && freshBytes + bytes > Lane.freshLimit }
  }

  /// Bytes that are handed on without reading them back. Past that the worker reads from the database.
  private static let freshLimit = 8 * 1024 * 1024

  init(_ standing: OutputStanding) {
    id = standing.id
    name = standing.name
    state = Mutex(
      State(
        isBehind: true, pending: standing.pending, dropped: standing.dropped, requeued: standing.requeued))
  }

  /// Gives a worker that delivers until `deadline` to take what is there, where a segment of `bytes` would make it fall
  /// behind: reading segments back takes longer than delivering them. One that is behind already, or whose destination
  /// takes nothing, is not waited for.
  func waitForRoom(_ bytes: Int, until deadline: Timestamp, clock: any GatewayClock) async {
    while state.withLock({ !$0.isBehind && $0.isMoving && $0.isFull(for: bytes) }), !Task.isCancelled {
      guard clock.now < deadline else { return state.withLock { $0.isMoving = false } }
      await room.wait(until: deadline, clock: clock)
    }
  }

  /// Hands a segment on that was committed just now.
  func offer(_ segment: StoredSegment) {
    state.withLock { state in
      state.pending += segment.places.count
      guard !state.isBehind else { return }
      if state.isFull(for: segment.block.bytes.count) {
        state.isBehind = true
      } else {
        state.fresh.append(segment)
        state.freshBytes += segment.block.bytes.count
      }
    }
    signal.notify()
  }

  enum Supply {
    case segments([StoredSegment])
    /// Read on in the database, and say what was found.
    case inDatabase
  }

  /// What the worker goes on with: fresh segments first, which come before whatever is only in the database.
  func take() -> Supply {
    defer { room.notify() }
    return state.withLock { state in
      if !state.fresh.isEmpty || !state.isBehind {
        defer { (state.fresh, state.freshBytes) = ([], 0) }
        return .segments(state.fresh)
      }
      // From now on commits are handed on again; `fellBehind` takes that back where the database has more.
      state.isBehind = false
      return .inDatabase
    }
  }

  /// The worker did not read all that the database has.
  func fellBehind() {
    state.withLock { state in
      state.isBehind = true
      (state.fresh, state.freshBytes) = ([], 0)
    }
  }

  /// So many alerts have left.
  func settled(_ count: Int) {
    state.withLock { state in
      state.pending -= count
      if count > 0 { state.isMoving = true }
    }
  }

  /// Alerts that wait, in order or to be tried again.
  var pending: Int { state.withLock { $0.pending } }

  /// What happened to alerts beside their delivery.
  struct Changes {
    /// What `weir outbox` did since the database was made.
    let dropped: Int
    let requeued: Int
    /// What damage did since the outbox was opened.
    let lost: Int
    let buried: Int
    /// How often the worker has to read again.
    let generation: Int
  }

  var changes: Changes {
    state.withLock { state in
      Changes(
        dropped: state.dropped + state.droppedBefore, requeued: state.requeued + state.requeuedBefore,
        lost: state.lost, buried: state.buried, generation: state.generation)
    }
  }

  /// Takes over how many alerts wait.
  func recount(_ standing: OutputStanding) { state.withLock { $0.pending = standing.pending } }

  /// Takes over what was saved of a damaged database.
  ///
  /// - Parameter buried: how many alerts became dead letters by it.
  func repaired(_ standing: OutputStanding, buried: Int) {
    state.withLock { state in
      let missing = state.pending - standing.pending - buried
      state.buried += buried
      state.lost += max(missing, 0)
      state.droppedBefore += state.dropped - standing.dropped
      // More than before where it could not be read who wanted an alert: it is delivered once more.
      state.requeuedBefore += state.requeued - standing.requeued + max(-missing, 0)
    }
    reload(standing)
  }

  /// Takes over what another process has written.
  func reload(_ standing: OutputStanding) {
    state.withLock { state in
      state.isBehind = true
      (state.fresh, state.freshBytes) = ([], 0)
      state.pending = standing.pending
      state.dropped = standing.dropped
      state.requeued = standing.requeued
      state.generation += 1
    }
    signal.notify()
  }
}
