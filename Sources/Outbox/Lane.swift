internal import Synchronization

/// An output's way through the outbox: just-committed segments that its worker need not read back, and counts.
final class Lane: Sendable {
  let id: Int64
  let name: String

  /// Wakes the worker.
  let signal = Signal()

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
    /// Counts up when another process has changed the database.
    var generation = 0
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

  /// Hands a segment on that was committed just now.
  func offer(_ segment: StoredSegment) {
    state.withLock { state in
      state.pending += segment.places.count
      guard !state.isBehind else { return }
      if state.freshBytes + segment.block.bytes.count > Self.freshLimit, !state.fresh.isEmpty {
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
    state.withLock { state in
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

  func settled(_ count: Int) { state.withLock { $0.pending -= count } }

  /// Alerts that wait, in order or to be tried again.
  var pending: Int { state.withLock { $0.pending } }

  /// What `weir outbox` did since the outbox was made, and how often anything was changed.
  var changes: (dropped: Int, requeued: Int, generation: Int) {
    state.withLock { ($0.dropped, $0.requeued, $0.generation) }
  }

  /// Takes over how many alerts wait.
  func recount(_ standing: OutputStanding) { state.withLock { $0.pending = standing.pending } }

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
