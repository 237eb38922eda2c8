internal import AlertModel
internal import PluginKit
internal import Synchronization

/// Connections that wait for their next batch.
final class ConnectionPool: Sendable {
  /// A connection, and since when it has been open.
  struct Pooled {
    let connection: any StreamConnection
    fileprivate let opened: Timestamp
  }

  private struct State {
    var idle: [Pooled] = []
    var isClosed = false
  }

  private let address: StreamAddress
  private let context: PluginContext
  private let timeout: Duration
  private let state = Mutex(State())

  /// A datagram socket finds its host's address once; after this time, a new one looks again.
  private static let datagramLifetime = Duration.seconds(300)

  init(_ address: StreamAddress, _ context: PluginContext, timeout: Duration) {
    self.address = address
    self.context = context
    self.timeout = timeout
  }

  /// A connection of the caller's own, for `giveBack` when it is still good.
  func take() async throws(TransportError) -> Pooled {
    while let idle = state.withLock({ $0.idle.popLast() }) {
      let age = context.clock.now - idle.opened
      if case .udp = address, !(.zero..<Self.datagramLifetime).contains(age) {
        await idle.connection.close()
        continue
      }
      return idle
    }
    let opened = context.clock.now
    return Pooled(connection: try await context.streams.connect(to: address, timeout: timeout), opened: opened)
  }

  func giveBack(_ pooled: Pooled) async {
    let isKept = state.withLock { state in
      guard !state.isClosed else { return false }
      state.idle.append(pooled)
      return true
    }
    if !isKept { await pooled.connection.close() }
  }

  /// Closes what waits, and whatever comes back.
  func close() async {
    let idle = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [] }
      return state.idle
    }
    for idle in idle { await idle.connection.close() }
  }
}
