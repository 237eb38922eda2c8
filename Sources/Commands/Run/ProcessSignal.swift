internal import Dispatch
internal import Glibc
internal import Synchronization

/// Calls a closure when the process gets a signal, in place of what the signal does otherwise. A signal that comes before
/// there is a closure is kept for it. Holds while it lives.
final class ProcessSignal {
  private final class Reaction: Sendable {
    private struct State {
      var handler: (@Sendable () -> Void)?
      var hasCome = false
    }

    private let state = Mutex(State())

    func handle(_ handler: @escaping @Sendable () -> Void) {
      let hasCome = state.withLock { state in
        state.handler = handler
        defer { state.hasCome = false }
        return state.hasCome
      }
      if hasCome { handler() }
    }

    func come() {
      let handler = state.withLock { state in
        state.hasCome = state.handler == nil
        return state.handler
      }
      handler?()
    }
  }

  private let reaction = Reaction()
  private let source: any DispatchSourceSignal

  init(_ number: Int32) {
    source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    signal(number, SIG_IGN)
    let reaction = reaction
    source.setEventHandler { reaction.come() }
    source.resume()
  }

  deinit { source.cancel() }

  func handle(_ handler: @escaping @Sendable () -> Void) { reaction.handle(handler) }

  /// Ends the process by a signal that may come to a place where every thread has blocked it, as Dispatch does in each that
  /// gets one.
  static func end(by number: Int32) {
    var one = sigset_t()
    sigemptyset(&one)
    sigaddset(&one, number)
    signal(number, SIG_DFL)
    pthread_sigmask(SIG_UNBLOCK, &one, nil)
    raise(number)
  }
}

/// SIGINT and SIGTERM: the first of them calls a closure, the second ends the process at once.
final class StopSignals {
  private static let numbers = [SIGINT, SIGTERM]
  private let signals = StopSignals.numbers.map { (number: $0, signal: ProcessSignal($0)) }

  private final class Arrival: Sendable {
    let isFirst = Atomic<Bool>(true)
  }

  init(_ stop: @escaping @Sendable () -> Void) {
    let arrival = Arrival()
    for (number, signal) in signals {
      signal.handle {
        guard arrival.isFirst.exchange(false, ordering: .relaxed) else { return ProcessSignal.end(by: number) }
        stop()
        for number in Self.numbers { Glibc.signal(number, SIG_DFL) }
      }
    }
  }
}
