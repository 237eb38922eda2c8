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
}

/// SIGINT and SIGTERM: the first of them calls a closure, the second ends the process at once.
final class StopSignals {
  private static let numbers = [SIGINT, SIGTERM]
  private let signals = StopSignals.numbers.map(ProcessSignal.init)

  init(_ stop: @escaping @Sendable () -> Void) {
    for signal in signals {
      signal.handle {
        stop()
        for number in Self.numbers { Glibc.signal(number, SIG_DFL) }
      }
    }
  }
}
