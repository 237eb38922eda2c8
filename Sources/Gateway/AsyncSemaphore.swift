internal import Synchronization

/// A counting semaphore that suspends its callers in place of their threads. Who waits longest is next.
final class AsyncSemaphore: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  /// - Parameter count: how many may be past `wait` at once.
  init(_ count: Int) {
    state = Mutex(State(free: count))
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let mayGoOn = state.withLock { state in
        guard state.free > 0 else {
          state.waiting.append(continuation)
          return false
        }
        state.free -= 1
        return true
      }
      if mayGoOn { continuation.resume() }
    }
  }

  /// Lets whoever waits longest go on.
  func signal() {
    let next: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
