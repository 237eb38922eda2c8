public import PluginKit
internal import Synchronization

/// Takes streams and datagrams as a test says, and remembers what was sent. No network.
public final class RecordingStreamTransport: StreamTransport {
  /// One thing that was done with the transport.
  public enum Event: Sendable, Equatable {
    /// Connections are numbered from 0 in the order in which they were opened.
    case connected(StreamAddress, connection: Int)
    case refused(StreamAddress, TransportError)
    case sent([UInt8], connection: Int)
    case failed(TransportError, connection: Int)
    case closed(connection: Int)
  }

  private struct State {
    var events: [Event] = []
    var connections = 0
    var connects: [TransportError?]
    var sends: [TransportError?]
  }

  private let state: Mutex<State>

  /// - Parameters:
  ///   - connects: what becomes of each `connect` in turn: an error, or nil for a connection; nil for all after.
  ///   - sends: what becomes of each `send` in turn, whatever the connection; nil for all after.
  public init(connects: [TransportError?] = [], sends: [TransportError?] = []) {
    state = Mutex(State(connects: connects, sends: sends))
  }

  /// Everything that happened so far, in order.
  public var events: [Event] { state.withLock { $0.events } }

  /// What was sent, without what failed.
  public var sent: [[UInt8]] {
    events.compactMap { event in
      if case .sent(let bytes, _) = event { bytes } else { nil }
    }
  }

  /// What was sent, as text.
  public var sentTexts: [String] { sent.map { String(decoding: $0, as: UTF8.self) } }

  /// How often a connection was opened.
  public var connectionCount: Int { state.withLock { $0.connections } }

  public func connect(
    to address: StreamAddress, timeout: Duration
  ) async throws(TransportError) -> any StreamConnection {
    let result = state.withLock { state -> Result<Int, TransportError> in
      if !state.connects.isEmpty, let error = state.connects.removeFirst() {
        state.events.append(.refused(address, error))
        return .failure(error)
      }
      state.connections += 1
      state.events.append(.connected(address, connection: state.connections - 1))
      return .success(state.connections - 1)
    }
    return Connection(transport: self, number: try result.get())
  }

  private func send(_ bytes: [UInt8], on connection: Int) throws(TransportError) {
    let failure = state.withLock { state -> TransportError? in
      if !state.sends.isEmpty, let error = state.sends.removeFirst() {
        state.events.append(.failed(error, connection: connection))
        return error
      }
      state.events.append(.sent(bytes, connection: connection))
      return nil
    }
    if let failure { throw failure }
  }

  private func close(_ connection: Int) {
    state.withLock { $0.events.append(.closed(connection: connection)) }
  }

  private struct Connection: StreamConnection {
    let transport: RecordingStreamTransport
    let number: Int

    func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError) {
      try transport.send(bytes, on: number)
    }

    func close() async { transport.close(number) }
  }
}
