internal import Glibc
internal import PluginKit

/// Waits for a socket until a deadline or a cancellation.
struct SocketWait: Sendable {
  private let deadline: ContinuousClock.Instant
  private let timeout: Duration
  private let cancellation: CancelSignal

  init(until deadline: ContinuousClock.Instant, timeout: Duration, cancellation: CancelSignal) {
    self.deadline = deadline
    self.timeout = timeout
    self.cancellation = cancellation
  }

  /// The rest of the time, in milliseconds: zero when it is over.
  var millisecondsLeft: Int {
    let left = deadline - .now
    return left > .zero ? left.milliseconds() : 0
  }

  var cancellationDescriptor: Int32 { cancellation.descriptor }

  /// Waits for one of `events` (or an error) on the descriptor and returns what came.
  ///
  /// - Parameter what: what did not happen where the time ran out: "could not be sent".
  func events(_ events: Int32, on descriptor: Int32, what: String) throws(ChannelError) -> Int32 {
    while true {
      let left = deadline - .now
      guard left > .zero else { throw timedOut(what) }
      let came = try poll(descriptor, events, for: left)
      if came != 0 { return came }
    }
  }

  /// Waits for `interval`, or until something can be read. Returns true for the latter. An interval below a
  /// millisecond is slept through: `poll` knows none.
  func pause(_ interval: Duration, on descriptor: Int32, what: String) throws(ChannelError) -> Bool {
    let left = deadline - .now
    guard left > .zero else { throw timedOut(what) }
    if interval < .milliseconds(1) {
      usleep(UInt32(interval.components.attoseconds / 1_000_000_000_000))
      return false
    }
    return try poll(descriptor, POLLIN | Self.peerHangUp, for: min(interval, left)) != 0
  }

  /// `POLLRDHUP`, which Swift does not import: the peer closed its side (man 2 poll).
  private static let peerHangUp: Int32 = 0x2000

  func timedOut(_ what: String) -> ChannelError {
    ChannelError("the bytes \(what) within \(timeout.brief)")
  }

  static var cancelled: ChannelError { ChannelError("cancelled") }

  private func poll(_ descriptor: Int32, _ events: Int32, for duration: Duration) throws(ChannelError) -> Int32 {
    var descriptors = [
      pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0),
      pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let count = Glibc.poll(&descriptors, 2, Int32(duration.milliseconds()))
    guard count >= 0 else {
      if errno == EINTR { return 0 }
      throw ChannelError("cannot wait for the socket: \(systemReason(errno))")
    }
    if descriptors[1].revents != 0 { throw Self.cancelled }
    return Int32(descriptors[0].revents)
  }
}

/// The system's words for an error number, with a small first letter.
func systemReason(_ number: Int32) -> String { String(cString: strerror(number)).lowercasedFirst }

extension StreamAddress {
  /// As configuration writes it.
  var text: String {
    switch self {
    case .tcp(let host, let port): Address(scheme: "tcp", host: host, port: port).description
    case .tls(let host, let port, _): Address(scheme: "tls", host: host, port: port).description
    case .udp(let host, let port): Address(scheme: "udp", host: host, port: port).description
    case .unix(let path): "unix:" + path
    }
  }
}
