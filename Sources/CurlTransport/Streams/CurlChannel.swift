internal import CCurl
internal import Glibc
internal import PluginKit

/// A TCP or TLS connection that libcurl opened (`CURLOPT_CONNECT_ONLY`).
final class CurlChannel: Channel {
  let descriptor: Int32
  let isDatagram = false
  let isAcknowledged = true
  private let handles: Handles

  /// The handles and what they point to, freed in the right order however far the constructor came.
  private final class Handles {
    let multi: UnsafeMutableRawPointer
    let easy: EasyHandle
    let errorText = ErrorText()
    var connectTo: HeaderList?

    init() throws(TransportError) {
      guard let multi = curl_multi_init(), let easy = curl_easy_init() else {
        throw TransportError("libcurl cannot make a handle: out of memory or file descriptors")
      }
      self.multi = multi
      self.easy = easy
    }

    deinit {
      curl_multi_remove_handle(multi, easy)
      curl_easy_cleanup(easy)
      curl_multi_cleanup(multi)
    }
  }

  /// - Parameter address: `.tcp` or `.tls`.
  init(to address: StreamAddress, _ wait: SocketWait) throws(TransportError) {
    try Library.prepare()
    handles = try Handles()
    let started = ContinuousClock.now
    switch address {
    case .tcp(let host, let port): try Self.prepare(handles, host: host, port: port, tls: nil)
    case .tls(let host, let port, let tls): try Self.prepare(handles, host: host, port: port, tls: tls)
    case .udp, .unix: throw TransportError("\(address.text): not a TCP address", isPermanent: true)
    }
    try Self.connect(handles, to: address, wait)
    descriptor = weir_curl_socket(handles.easy)
    guard descriptor >= 0 else { throw TransportError("\(address.text): the peer has closed the connection") }
    if case .tls = address { try awaitVerdict(at: address, handshake: .now - started, wait) }
  }

  private static func prepare(_ handles: Handles, host: String, port: Int, tls: TLSOptions?) throws(TransportError) {
    let options = Options(handles.easy)
    handles.errorText.attach(to: handles.easy)
    let peer = Address(scheme: tls == nil ? "http" : "https", host: host, port: port)
    let named = Address(scheme: peer.scheme, host: tls?.serverName ?? host, port: port)
    options.set(CURLOPT_URL, named.description)
    handles.connectTo = try HeaderList(["::\(peer.bracketedHost):\(port)"])
    options.set(CURLOPT_CONNECT_TO, handles.connectTo)
    options.set(CURLOPT_NOSIGNAL, 1)
    options.set(CURLOPT_CONNECT_ONLY, 1)
    // The environment's proxies are for HTTP.
    options.set(CURLOPT_PROXY, "")
    options.set(CURLOPT_SSL_ENABLE_ALPN, 0)
    options.set(CURLOPT_TCP_KEEPALIVE, 1)
    options.set(CURLOPT_TCP_KEEPIDLE, 60)
    options.set(CURLOPT_TCP_KEEPINTVL, 15)
    if let tls { options.set(tls) }
  }

  private static func connect(_ handles: Handles, to address: StreamAddress, _ wait: SocketWait) throws(TransportError)
  {
    let timeout = Duration.milliseconds(wait.millisecondsLeft)
    Options(handles.easy).set(CURLOPT_CONNECTTIMEOUT_MS, max(1, wait.millisecondsLeft))
    curl_multi_add_handle(handles.multi, handles.easy)
    while true {
      var running: Int32 = 0
      curl_multi_perform(handles.multi, &running)
      var left: Int32 = 0
      if let message = curl_multi_info_read(handles.multi, &left), message.pointee.msg == CURLMSG_DONE {
        let code = message.pointee.data.result
        if code == CURLE_OK { return }
        var tls = TLSOptions()
        if case .tls(_, _, let options) = address { tls = options }
        let failure = Failure(
          code: code, handle: handles.easy, detail: handles.errorText.text, tls: tls, timeout: timeout,
          connectTimeout: timeout)
        throw failure.error(at: address.text)
      }
      var cancelled = curl_waitfd(fd: wait.cancellationDescriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
      curl_multi_poll(handles.multi, &cancelled, 1, Int32(min(wait.millisecondsLeft, 60_000)), nil)
      if cancelled.revents != 0 { throw TransportError("\(address.text): cancelled") }
    }
  }

  /// In TLS 1.3 this side is done before the server has looked at its certificate, and what is written then is lost where
  /// the server refuses. Servers send something after a good handshake (session tickets) and an alert after a bad one, so
  /// this waits for either, for about another handshake's time: some servers send no tickets.
  private func awaitVerdict(at address: StreamAddress, handshake: Duration, _ wait: SocketWait) throws(TransportError) {
    let patience = min(max(handshake * 2, .milliseconds(100)), .seconds(1))
    do {
      if try wait.pause(patience, on: descriptor, what: "were not accepted") { try drainIncoming() }
    } catch {
      var reason = "\(address.text): \(error.reason)"
      // What libcurl says of a server that wants a certificate depends on which of its bytes came first.
      if case .tls(_, _, let tls) = address, tls.certificateFile == nil {
        reason += "; if the server asks for a certificate of this side, set 'certificate' and 'key'"
      }
      throw TransportError(reason)
    }
  }

  func write(_ range: Range<Int>, of bytes: [UInt8]) throws(ChannelError) -> Int {
    var taken = 0
    let code = bytes.withUnsafeBytes { all in
      let piece = UnsafeRawBufferPointer(rebasing: all[range])
      return curl_easy_send(handles.easy, piece.baseAddress, piece.count, &taken)
    }
    if code == CURLE_OK || code == CURLE_AGAIN { return taken }
    throw broken(code)
  }

  func drainIncoming() throws(ChannelError) {
    try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { (buffer) throws(ChannelError) in
      while true {
        var count = 0
        let code = curl_easy_recv(handles.easy, buffer.baseAddress, buffer.count, &count)
        if code == CURLE_AGAIN { return }
        if code != CURLE_OK { throw broken(code) }
        if count == 0 { throw .closedByPeer }
      }
    }
  }

  private func broken(_ code: CURLcode) -> ChannelError {
    let detail = handles.errorText.text
    return ChannelError("the connection broke (\(detail.isEmpty ? Library.describe(code).lowercasedFirst : detail))")
  }
}
