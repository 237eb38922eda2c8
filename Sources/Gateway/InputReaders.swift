internal import PluginKit
internal import Synchronization

/// Runs inputs side by side, or where they say so one after the other, and lets some be exchanged while the others go on
/// where they are.
final class InputReaders: Sendable {
  private enum Phase { case starting, reading, over }

  private struct State {
    var phase = Phase.starting
    var running: [Int: (identity: String, task: Task<Void, Never>)] = [:]
    var nextNumber = 0
    var errors: [String] = []
    var isStopped = false
    /// True while inputs are exchanged: then that none runs is not the end.
    var isHeld = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  /// Reads an input to its end, or until the task is cancelled; returns what went wrong with it.
  typealias Read = @Sendable (InputPart) async -> String?

  private let state = Mutex(State())

  /// Begins with these inputs. Called once.
  func begin(_ parts: [InputPart], _ read: @escaping Read) {
    start(parts, read)
    change { $0.phase = .reading }
    endIfDone()
  }

  func start(_ parts: [InputPart], _ read: @escaping Read) {
    state.withLock { state in
      var previous: Task<Void, Never>?
      for part in parts {
        let number = state.nextNumber
        state.nextNumber += 1
        let task = Task { [awaited = part.waitsForPrevious ? previous : nil] in
          await awaited?.value
          // Its turn did not come any more.
          let isOver = awaited != nil && Task.isCancelled
          ended(number, error: isOver ? nil : await read(part))
        }
        previous = task
        if state.isStopped { task.cancel() }
        state.running[number] = (part.identity, task)
      }
    }
  }

  /// The identities of the inputs that have not ended.
  var running: Set<String> { state.withLock { Set($0.running.values.map(\.identity)) } }

  /// True once `stopAll` was called.
  var isEnding: Bool { state.withLock { $0.isStopped } }

  /// Ends inputs; returns when they have ended.
  func stop(_ identities: Set<String>) async {
    let tasks = state.withLock { $0.running.values.filter { identities.contains($0.identity) }.map(\.task) }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  /// Ends all inputs, and those that may yet be started.
  func stopAll() {
    let tasks = state.withLock { state in
      state.isStopped = true
      return state.running.values.map(\.task)
    }
    for task in tasks { task.cancel() }
  }

  /// Returns what went wrong with whole inputs, when none runs any more.
  func finish() async -> [String] {
    await wait { $0.phase == .over }
    return state.withLock { $0.errors }
  }

  /// Keeps `finish` from returning until `release`. Waits for `begin`.
  ///
  /// - Returns: false where it is too late for that.
  func hold() async -> Bool {
    await wait { $0.phase != .starting }
    return state.withLock { state in
      state.isHeld = state.phase == .reading && !state.isStopped
      return state.isHeld
    }
  }

  func release() {
    change { $0.isHeld = false }
    endIfDone()
  }

  private func ended(_ number: Int, error: String?) {
    change { state in
      state.running[number] = nil
      if let error { state.errors.append(error) }
    }
    endIfDone()
  }

  private func endIfDone() {
    change { state in
      if state.phase == .reading, state.running.isEmpty, !state.isHeld { state.phase = .over }
    }
  }

  /// Changes the state and has whoever waits look at it.
  private func change(_ body: (inout State) -> Void) {
    let waiting = state.withLock { state in
      body(&state)
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  private func wait(until condition: (borrowing State) -> Bool) async {
    while true {
      var isMet = false
      await withCheckedContinuation { continuation in
        isMet = state.withLock { state in
          if condition(state) { return true }
          state.waiting.append(continuation)
          return false
        }
        if isMet { continuation.resume() }
      }
      if isMet { return }
    }
  }
}
