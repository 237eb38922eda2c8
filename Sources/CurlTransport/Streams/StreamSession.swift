internal import Glibc
internal import PluginKit

/// An open stream or datagram socket, on a thread of its own: nothing here blocks a Swift task's thread.
final class StreamSession: StreamConnection {
  let isDatagram: Bool
  private let thread: BlockingThread
  private let cancellation: CancelSignal
  private let sender: StreamSender

  private init(_ sender: StreamSender, thread: BlockingThread, cancellation: CancelSignal) {
    isDatagram = sender.isDatagram
    self.sender = sender
    self.thread = thread
    self.cancellation = cancellation
  }

  /// Connects, and shakes hands where the address asks for TLS.
  static func connect(to address: StreamAddress, timeout: Duration) async throws(TransportError) -> StreamSession {
    let cancellation = try CancelSignal()
    let thread = BlockingThread("stream")
    let wait = SocketWait(until: .now + timeout, timeout: timeout, cancellation: cancellation)
    let sender = try await thread.run(cancelledBy: cancellation) { () throws(TransportError) in
      let channel: any Channel =
        switch address {
        case .tcp, .tls: try CurlChannel(to: address, wait)
        case .udp, .unix: try SocketChannel(to: address, wait)
        }
      return StreamSender(channel, at: address)
    }
    return StreamSession(sender, thread: thread, cancellation: cancellation)
  }

  func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError) {
    let wait = SocketWait(until: .now + timeout, timeout: timeout, cancellation: cancellation)
    try await thread.run(cancelledBy: cancellation) { [sender] () throws(TransportError) in
      try sender.send(bytes, wait)
    }
  }

  func send(datagrams: [Range<Int>], of bytes: [UInt8], timeout: Duration) async -> DatagramResult {
    let wait = SocketWait(until: .now + timeout, timeout: timeout, cancellation: cancellation)
    do {
      return try await thread.run(cancelledBy: cancellation) { [sender] () throws(TransportError) in
        sender.send(datagrams: datagrams, of: bytes, wait)
      }
    } catch {
      return DatagramResult(sent: 0, failure: error)
    }
  }

  func close() async {
    // Closing cannot fail, and nobody may cancel it.
    _ = try? await thread.run { [sender] in sender.close() }
  }
}

extension BlockingThread {
  /// Runs `body`; a cancellation of the task fires `signal`, for which `body` must look out.
  fileprivate func run<Result: Sendable>(
    cancelledBy signal: CancelSignal, _ body: @escaping @Sendable () throws(TransportError) -> Result
  ) async throws(TransportError) -> Result {
    do {
      return try await withTaskCancellationHandler {
        try await run { try withoutBrokenPipeSignal(body) }
      } onCancel: {
        signal.fire()
      }
    } catch let error as TransportError {
      throw error
    } catch {
      throw TransportError(String(describing: error))
    }
  }
}
