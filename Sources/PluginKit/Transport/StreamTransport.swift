/// Opens byte streams and datagram sockets.
public protocol StreamTransport: Sendable {
  /// - Throws: `TransportError` where the peer cannot be reached or its certificate is refused, with the reason.
  func connect(to address: StreamAddress, timeout: Duration) async throws(TransportError) -> any StreamConnection
}

/// A connection. One task uses it at a time.
public protocol StreamConnection: Sendable {
  /// Sends all of `bytes` (for datagrams: as one datagram). Before it sends on TCP or TLS, it looks whether the peer has
  /// closed, so that the first write after that is not lost silently.
  func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError)

  func close() async
}

/// Where a stream leads.
public enum StreamAddress: Sendable, Equatable {
  case tcp(host: String, port: Int)
  case tls(host: String, port: Int, TLSOptions)
  case udp(host: String, port: Int)
  /// A Unix socket, datagram or stream: tried in this order, as `/dev/log` may be either.
  case unix(path: String)
}
