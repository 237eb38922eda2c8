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

    /// How much longer the worker may be waited for; nothing while there is none.
    var patience = Duration.zero

    func isFull(for bytes: Int) -> Bool { !fresh.isEmpty && freshBytes + bytes > Lane.freshLimit }

    /// How long to wait for room now.
    func patience(for bytes: Int) -> Duration { !isBehind && isFull(for: bytes) ? patience : .zero }
  }

  /// Bytes that are handed on without reading them back. Past that the worker reads from the database. Few, since what is
  /// delivered soon is in the processor's caches still.
  private static let freshLimit = 2 * 1024 * 1024

  /// How long a worker is waited for: that long to begin with, which is enough to connect, and again when it has caught up.
  private static let patience = Duration.milliseconds(100)

  /// What each byte that is handed on adds to it, up to where it began: whoever takes 80 MB a second is always waited for.
  private static let patienceOfByte = Duration.nanoseconds(12)

  init(_ standing: OutputStanding) {
    id = standing.id
    name = standing.name
    state = Mutex(
      State(
        isBehind: standing.pending > 0, pending: standing.pending, dropped: standing.dropped,
        requeued: standing.requeued))
  }

  /// There is a worker from now on.
  func serve() { state.withLock { $0.patience = Self.patience } }

  /// Gives a worker that keeps up the time to take what is there, where a segment of `bytes` would make it fall behind:
  /// reading segments back takes longer than delivering them. One that is slow or behind already, or whose destination
  /// takes nothing, is not waited for.
  func waitForRoom(_ bytes: Int, clock: any GatewayClock) async {
    while !Task.isCancelled {
      let patience = state.withLock { $0.patience(for: bytes) }
      guard patience > .zero else { return }
      let start = clock.now
      await room.wait(until: start + patience, clock: clock)
      // A clock that is set back adds no patience.
      let waited = max(clock.now - start, .zero)
      state.withLock { $0.patience -= waited }
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
        guard state.patience > .zero else { return }
        state.patience = min(Self.patience, state.patience + Self.patienceOfByte * segment.block.bytes.count)
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
      if count > 0, state.patience <= .zero { state.patience = Self.patience }
    }
  }

  /// The destination takes nothing: nobody waits for it until alerts leave again.
  func failed() {
    state.withLock { $0.patience = .zero }
    room.notify()
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

  /// Takes over how many alerts wait, all of them in the database. Nothing is committed meanwhile.
  func recount(_ standing: OutputStanding) {
    state.withLock { state in
      state.isBehind = standing.pending > 0
      (state.fresh, state.freshBytes) = ([], 0)
      state.pending = standing.pending
    }
  }

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
