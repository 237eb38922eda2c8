internal import CCurl
internal import PluginKit
internal import Synchronization

/// A request on its way to the HTTP thread, and who waits for the response.
struct Submission: Sendable {
  let id: Int
  let request: HTTPRequest
  let continuation: CheckedContinuation<Result<HTTPResponse, TransportError>, Never>
}

/// What tasks leave for the HTTP thread.
final class Inbox: Sendable {
  /// What the thread takes at once.
  struct Content {
    var submissions: [Submission] = []
    var cancelled: [Int] = []
    var isStopped = false
  }

  private struct State {
    var content = Content()
    var lastID = 0
    /// True while the thread sleeps or is about to, with nothing left for it: whoever leaves something must wake it.
    var isSleeping = false
    var multi: MultiHandle?
  }

  private let state: Mutex<State>

  init(waking multi: MultiHandle) {
    state = Mutex(State(multi: multi))
  }

  func makeID() -> Int {
    state.withLock {
      $0.lastID += 1
      return $0.lastID
    }
  }

  func submit(_ submission: Submission) { leave { $0.submissions.append(submission) } }

  func cancel(_ id: Int) { leave { $0.cancelled.append(id) } }

  func stop() { leave { $0.isStopped = true } }

  private func leave(_ change: (inout Content) -> Void) {
    state.withLock {
      change(&$0.content)
      guard $0.isSleeping, let multi = $0.multi else { return }
      // One wake-up is enough, however many follow before the thread has looked.
      $0.isSleeping = false
      curl_multi_wakeup(multi.pointer)
    }
  }

  /// For the thread: all that was left since the last time.
  func take() -> Content {
    state.withLock {
      let content = $0.content
      $0.content = Content()
      $0.isSleeping = false
      return content
    }
  }

  /// For the thread, before it sleeps: false where something was left since it took.
  func maySleep() -> Bool {
    state.withLock {
      $0.isSleeping = $0.content.submissions.isEmpty && $0.content.cancelled.isEmpty && !$0.content.isStopped
      return $0.isSleeping
    }
  }

  /// For the thread, before it frees the multi handle: nobody wakes it any more.
  func detach() {
    state.withLock { $0.multi = nil }
  }
}

/// libcurl's multi handle. Only its thread uses it, save for `curl_multi_wakeup`, which libcurl documents as the one call
/// that other threads may make; hence `@unchecked`.
struct MultiHandle: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
}
