public import AlertModel
public import PluginKit
internal import Synchronization

/// A clock that stands still until a test moves it.
///
/// ```swift
/// let clock = ManualClock()
/// async let slept: Void = clock.sleep(for: .seconds(5))
/// await clock.waitForSleepers(1)
/// clock.advance(by: .seconds(5))
/// try await slept
/// ```
public final class ManualClock: GatewayClock {
  /// 2026-11-21T03:19:47Z, when no other time is given.
  public static let epoch = Timestamp(seconds: 1_795_231_187)

  private struct State {
    var now: Timestamp
    var nextID = 0
    var sleepers: [Int: (wakes: Timestamp, continuation: CheckedContinuation<Void, any Error>)] = [:]
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    var slept: [Duration] = []
  }

  private let state: Mutex<State>

  public init(_ now: Timestamp = ManualClock.epoch) {
    state = Mutex(State(now: now))
  }

  public var now: Timestamp { state.withLock { $0.now } }

  /// Every duration that `sleep` was asked for, in order.
  public var sleeps: [Duration] { state.withLock { $0.slept } }

  /// Moves the time on, and wakes whoever has slept long enough, the earliest first.
  public func advance(by duration: Duration) {
    let woken = state.withLock { state in
      state.now = state.now + duration
      let due = state.sleepers.filter { $0.value.wakes <= state.now }
      for id in due.keys { state.sleepers[id] = nil }
      return due.sorted { ($0.value.wakes, $0.key) < ($1.value.wakes, $1.key) }.map(\.value.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  public func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let watchers = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
          state.slept.append(duration)
          guard !Task.isCancelled, duration > .zero else { return nil }
          let wakes = state.now + duration
          state.sleepers[id] = (wakes, continuation)
          return Self.takeWatchers(&state)
        }
        guard let watchers else {
          continuation.resume(with: Result { try Task.checkCancellation() })
          return
        }
        for watcher in watchers { watcher.resume() }
      }
    } onCancel: {
      let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  /// Returns when at least `count` tasks are asleep.
  public func waitForSleepers(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        guard state.sleepers.count < count else { return true }
        state.watchers.append((count, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }

  private static func takeWatchers(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
    let count = state.sleepers.count
    let satisfied = state.watchers.filter { $0.count <= count }
    state.watchers.removeAll { $0.count <= count }
    return satisfied.map(\.continuation)
  }
}
