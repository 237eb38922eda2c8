/// Opens byte streams and datagram sockets.
public protocol StreamTransport: Sendable {
  /// - Throws: `TransportError` where the peer cannot be reached or its certificate is refused, with the reason.
  func connect(to address: StreamAddress, timeout: Duration) async throws(TransportError) -> any StreamConnection
}

/// A connection. One task uses it at a time. After an error it is of no more use, save for being closed.
public protocol StreamConnection: Sendable {
  /// True where each `send` is one datagram: UDP, and Unix sockets of that type.
  var isDatagram: Bool { get }

  /// Sends all of `bytes` (for datagrams: as one datagram).
  ///
  /// On TCP, TLS and Unix streams it first looks whether the peer has closed, so that the first write after that is not
  /// lost silently, and then waits until the peer's system has acknowledged every byte. What the peer's program has not
  /// read by then can still be lost with it: no byte stream can say more.
  ///
  /// - Throws: `TransportError`; the peer may have got none, some or all of the bytes.
  func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError)

  /// Sends each range of `bytes` as one datagram, in order, until one fails. For datagram connections.
  ///
  /// - Parameter timeout: for all of them together.
  func send(datagrams: [Range<Int>], of bytes: [UInt8], timeout: Duration) async -> DatagramResult

  func close() async
}

/// How far a run of datagrams came.
public struct DatagramResult: Sendable, Equatable {
  /// How many were sent.
  public let sent: Int
  /// Why the next one was not; nil where all were sent. Permanent where it is too large for the socket: those after it
  /// may still be sent.
  public let failure: TransportError?

  public init(sent: Int, failure: TransportError? = nil) {
    self.sent = sent
    self.failure = failure
  }
}

extension StreamConnection {
  public var isDatagram: Bool { false }

  public func send(datagrams: [Range<Int>], of bytes: [UInt8], timeout: Duration) async -> DatagramResult {
    for (index, range) in datagrams.enumerated() {
      do {
        try await send(Array(bytes[range]), timeout: timeout)
      } catch {
        return DatagramResult(sent: index, failure: error)
      }
    }
    return DatagramResult(sent: datagrams.count)
  }
}

/// Where a stream leads.
public enum StreamAddress: Sendable, Equatable {
  case tcp(host: String, port: Int)
  case tls(host: String, port: Int, TLSOptions)
  case udp(host: String, port: Int)
  /// A Unix socket, datagram or stream: tried in this order, as `/dev/log` may be either.
  case unix(path: String)
}
