internal import CCurl
public import PluginKit
internal import Synchronization

/// HTTP and streams over libcurl.
///
/// HTTP runs on one thread of its own, which carries any number of requests at once, keeps connections open for the
/// next request, and speaks HTTP/2 where a TLS server offers it. The thread begins with the first request and ends with
/// this object. Each stream has a thread of its own.
///
/// TLS is verified, at least version 1.2. Proxies are those of the request or of the environment (`http_proxy`,
/// `https_proxy`, `all_proxy`, `no_proxy`, as libcurl reads them); streams use none.
public final class CurlTransport: HTTPTransport, StreamTransport, Sendable {
  /// The first 64 KiB of a response are kept (`HTTPResponse.body`).
  static let bodyLimit = 64 << 10

  private let connectTimeout: Duration
  private let thread = Mutex<HTTPThread?>(nil)

  /// - Parameter connectTimeout: how long a connection, its TLS handshake included, may take; a request's own timeout
  ///   where that is shorter.
  public init(connectTimeout: Duration = .seconds(10)) {
    self.connectTimeout = connectTimeout
  }

  deinit {
    thread.withLock { $0?.stop() }
  }

  public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    try request.check()
    // Nobody waits for its answer, and the server might take it up all the same.
    if Task.isCancelled { throw TransportError("\(try Address(url: request.url)): cancelled") }
    let thread = try startedThread()
    let id = thread.inbox.makeID()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        thread.inbox.submit(Submission(id: id, request: request, continuation: continuation))
        // A cancellation before the submission found nothing to cancel.
        if Task.isCancelled { thread.inbox.cancel(id) }
      }
    } onCancel: {
      thread.inbox.cancel(id)
    }
    return try result.get()
  }

  public func connect(
    to address: StreamAddress, timeout: Duration
  ) async throws(TransportError) -> any StreamConnection {
    try await StreamSession.connect(to: address, timeout: timeout)
  }

  private func startedThread() throws(TransportError) -> HTTPThread {
    try thread.withLock { thread throws(TransportError) in
      if let thread { return thread }
      let started = try HTTPThread(connectTimeout: connectTimeout)
      thread = started
      return started
    }
  }
}
