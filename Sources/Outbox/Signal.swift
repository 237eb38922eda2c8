internal import AlertModel
internal import PluginKit
internal import Synchronization

/// Wakes one waiting task. A notification while nobody waits is kept for the next who does.
final class Signal: Sendable {
  private struct State {
    var isNotified = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  func notify() {
    let waiter = state.withLock { state in
      guard let waiter = state.waiter else {
        state.isNotified = true
        return nil as CheckedContinuation<Void, Never>?
      }
      state.waiter = nil
      return waiter
    }
    waiter?.resume()
  }

  /// Returns at the next notification, or when the task is cancelled.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.isNotified || Task.isCancelled {
            state.isNotified = false
            return true
          }
          state.waiter = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume()
    }
  }

  /// Returns at the next notification, after `duration`, or when the task is cancelled.
  func wait(for duration: Duration, clock: any GatewayClock) async {
    await withTaskGroup { group in
      group.addTask { await self.wait() }
      group.addTask { try? await clock.sleep(for: duration) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Returns at the next notification or at `deadline`, for ever where that is nil.
  func wait(until deadline: Timestamp?, clock: any GatewayClock) async {
    guard let deadline else { return await wait() }
    let left = deadline - clock.now
    if left > .zero { await wait(for: left, clock: clock) }
  }
}
