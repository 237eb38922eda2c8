internal import CCurl
internal import Glibc
internal import PluginKit

/// The thread that carries all HTTP requests of one transport.
final class HTTPThread: Sendable {
  let inbox: Inbox

  init(connectTimeout: Duration) throws(TransportError) {
    try Library.prepare()
    guard let multi = curl_multi_init() else {
      throw TransportError("libcurl cannot make a multi handle: out of memory or file descriptors")
    }
    let handle = MultiHandle(pointer: multi)
    let inbox = Inbox(waking: handle)
    self.inbox = inbox
    let started = startThread {
      TransferLoop(multi: handle, inbox: inbox, connectTimeout: connectTimeout).run()
      inbox.detach()
      curl_multi_cleanup(handle.pointer)
    }
    guard started else {
      inbox.detach()
      curl_multi_cleanup(multi)
      throw TransportError("cannot start the thread for HTTP: too many threads")
    }
  }

  /// Lets the thread end by itself. Nobody may wait for a response any more.
  func stop() { inbox.stop() }
}

/// Runs `body` on a new thread that no signal interrupts: they go to the program's other threads, and a write to a closed
/// connection is an error instead of SIGPIPE. Returns false where the system has no thread left.
private func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let start = Unmanaged.passRetained(Start(body))
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      var signals = sigset_t()
      sigfillset(&signals)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, start.toOpaque())
  guard status == 0 else {
    start.release()
    return false
  }
  pthread_detach(thread)
  return true
}
