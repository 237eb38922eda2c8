internal import CCurl
internal import PluginKit

/// Drives the transfers of one multi handle, on its thread.
final class TransferLoop {
  private let multi: UnsafeMutableRawPointer
  private let inbox: Inbox
  private let connectTimeout: Duration
  private var active: [EasyHandle: Transfer] = [:]
  /// Easy handles to use again, with their options cleared.
  private var idle: [EasyHandle] = []

  /// How many idle connections are kept open, over all destinations.
  private static let connectionLimit = 64

  init(multi: MultiHandle, inbox: Inbox, connectTimeout: Duration) {
    self.multi = multi.pointer
    self.inbox = inbox
    self.connectTimeout = connectTimeout
    weir_curl_multi_set_long(self.multi, CURLMOPT_MAXCONNECTS, Self.connectionLimit)
  }

  /// Runs until the inbox is stopped.
  func run() {
    while true {
      let content = inbox.take()
      for submission in content.submissions { begin(submission) }
      for id in content.cancelled { cancel(id) }
      if content.isStopped { break }
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      if finishTransfers() || !inbox.maySleep() { continue }
      // Woken by sockets, by libcurl's own timers, and by `curl_multi_wakeup`.
      curl_multi_poll(multi, nil, 0, 600_000, nil)
    }
    for handle in Array(active.keys) { end(handle, CURLE_ABORTED_BY_CALLBACK) }
    for handle in idle { curl_easy_cleanup(handle) }
  }

  private func begin(_ submission: Submission) {
    guard let handle = idle.popLast() ?? curl_easy_init() else {
      submission.continuation.resume(returning: .failure(TransportError("libcurl cannot make a handle: out of memory")))
      return
    }
    let transfer = Transfer(submission, handle: handle, connectTimeout: connectTimeout)
    do {
      try transfer.prepare()
    } catch {
      transfer.finish(.failure(error))
      recycle(handle)
      return
    }
    active[handle] = transfer
    let code = curl_multi_add_handle(multi, handle)
    if code != CURLM_OK { end(handle, CURLE_FAILED_INIT) }
  }

  private func cancel(_ id: Int) {
    // Rare, so a search will do; not there any more means that the response was faster.
    guard let (handle, _) = active.first(where: { $0.value.id == id }) else { return }
    end(handle, CURLE_ABORTED_BY_CALLBACK)
  }

  /// True where a transfer ended: its task may soon submit the next.
  private func finishTransfers() -> Bool {
    var ended = false
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
      end(handle, message.pointee.data.result)
      ended = true
    }
    return ended
  }

  private func end(_ handle: EasyHandle, _ code: CURLcode) {
    guard let transfer = active.removeValue(forKey: handle) else { return }
    let result = transfer.result(code)
    curl_multi_remove_handle(multi, handle)
    transfer.finish(result)
    recycle(handle)
  }

  private func recycle(_ handle: EasyHandle) {
    curl_easy_reset(handle)
    idle.append(handle)
  }
}
