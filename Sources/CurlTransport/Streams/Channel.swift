internal import PluginKit

/// A connected socket that does not block. One thread at a time uses it; freeing it closes it.
protocol Channel: AnyObject {
  var descriptor: Int32 { get }

  /// True where each write is one datagram.
  var isDatagram: Bool { get }

  /// True where what was written stays in the socket's queue until the other side has it.
  var isAcknowledged: Bool { get }

  /// How many bytes of `range` the system took; 0 where it takes none now.
  func write(_ range: Range<Int>, of bytes: [UInt8]) throws(ChannelError) -> Int

  /// Takes what has arrived: nothing that a peer sends means anything here, but behind it may be the end.
  ///
  /// - Throws: also where the peer has closed.
  func drainIncoming() throws(ChannelError)
}

/// Why a channel is of no more use.
struct ChannelError: Error {
  /// Without the address.
  let reason: String
  /// True where a datagram was too large.
  var isPermanent = false

  init(_ reason: String, isPermanent: Bool = false) {
    self.reason = reason
    self.isPermanent = isPermanent
  }

  static var closedByPeer: ChannelError { ChannelError("the peer has closed the connection") }
}
