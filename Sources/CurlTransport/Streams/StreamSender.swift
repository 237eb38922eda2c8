internal import Glibc
internal import PluginKit

/// Writes to a channel, whole and with a time limit.
///
/// `@unchecked`: all state belongs to the session's thread, which runs one call after the other.
final class StreamSender: @unchecked Sendable {
  let isDatagram: Bool
  private let address: StreamAddress
  private var channel: (any Channel)?

  init(_ channel: any Channel, at address: StreamAddress) {
    self.channel = channel
    self.address = address
    isDatagram = channel.isDatagram
  }

  /// How much is handed over at once, so that a cancellation and a peer's end are seen in between.
  private static let pieceSize = 256 << 10

  /// Frees the channel, which closes it.
  func close() { channel = nil }

  /// Sends all bytes and waits until the peer's system has them.
  func send(_ bytes: [UInt8], _ wait: SocketWait) throws(TransportError) {
    if isDatagram {
      let result = send(datagrams: [0..<bytes.count], of: bytes, wait)
      if let failure = result.failure { throw failure }
      return
    }
    let channel = try takeChannel()
    do throws(ChannelError) {
      try channel.drainIncoming()
      try write(bytes, to: channel, wait)
      try awaitAcknowledgement(on: channel, wait)
      // A peer that went away in the meantime has perhaps not read what its system acknowledged.
      try channel.drainIncoming()
    } catch {
      throw self.error(error)
    }
    self.channel = channel
  }

  /// Sends the datagrams in order until one fails.
  func send(datagrams: [Range<Int>], of bytes: [UInt8], _ wait: SocketWait) -> DatagramResult {
    let channel: any Channel
    do { channel = try takeChannel() } catch { return DatagramResult(sent: 0, failure: error) }
    var sent = 0
    do throws(ChannelError) {
      try channel.drainIncoming()
      for range in datagrams {
        try writeDatagram(bytes, range, to: channel, wait)
        sent += 1
      }
      try awaitAcknowledgement(on: channel, wait)
      try channel.drainIncoming()
    } catch {
      if error.isPermanent { self.channel = channel }
      // Any other error may be about a datagram that was sent before.
      return DatagramResult(sent: error.isPermanent ? sent : 0, failure: self.error(error))
    }
    self.channel = channel
    return DatagramResult(sent: sent)
  }

  /// The channel, which stays away unless somebody puts it back: after an error nobody knows where the stream stands.
  private func takeChannel() throws(TransportError) -> any Channel {
    guard let channel else { throw error(ChannelError("the connection is closed")) }
    self.channel = nil
    return channel
  }

  private func write(_ bytes: [UInt8], to channel: any Channel, _ wait: SocketWait) throws(ChannelError) {
    var sent = 0
    while sent < bytes.count {
      // While the system takes nothing, the same piece is offered again: OpenSSL insists on it.
      let end = min(bytes.count, sent + Self.pieceSize)
      let taken = try channel.write(sent..<end, of: bytes)
      sent += taken
      if taken > 0 { continue }
      let events = try wait.events(POLLIN | POLLOUT, on: channel.descriptor, what: "could not be sent")
      if events & POLLIN != 0 { try channel.drainIncoming() }
    }
  }

  private func writeDatagram(
    _ bytes: [UInt8], _ range: Range<Int>, to channel: any Channel, _ wait: SocketWait
  ) throws(ChannelError) {
    while true {
      let taken = try channel.write(range, of: bytes)
      if taken > 0 || range.isEmpty { return }
      _ = try wait.events(POLLOUT, on: channel.descriptor, what: "could not be sent")
    }
  }

  /// Returns when the socket's queue is empty: on TCP when the peer's system has acknowledged every byte, on Unix sockets
  /// when the peer has read them.
  private func awaitAcknowledgement(on channel: any Channel, _ wait: SocketWait) throws(ChannelError) {
    guard channel.isAcknowledged else { return }
    // The kernel tells nobody when its queue runs empty, so this looks again and again, at growing intervals.
    var interval = Duration.microseconds(20)
    while true {
      var queued: CInt = 0
      guard ioctl(channel.descriptor, UInt(TIOCOUTQ), &queued) == 0, queued > 0 else { return }
      if try wait.pause(interval, on: channel.descriptor, what: "were not acknowledged") {
        try channel.drainIncoming()
      }
      interval = min(interval * 2, .milliseconds(5))
    }
  }

  private func error(_ error: ChannelError) -> TransportError {
    TransportError("\(address.text): \(error.reason)", isPermanent: error.isPermanent)
  }
}
