internal import Glibc
internal import PluginKit

/// A UDP or Unix socket.
final class SocketChannel: Channel {
  let descriptor: Int32
  let isDatagram: Bool
  let isAcknowledged: Bool

  /// - Parameter address: `.udp` or `.unix`.
  init(to address: StreamAddress, _ wait: SocketWait) throws(TransportError) {
    do throws(ChannelError) {
      switch address {
      case .udp(let host, let port):
        descriptor = try Self.openUDP(host: host, port: port, wait)
        isDatagram = true
        isAcknowledged = false
      case .unix(let path):
        (descriptor, isDatagram) = try Self.openUnix(path: path)
        isAcknowledged = true
      case .tcp, .tls: throw ChannelError("neither UDP nor a Unix socket", isPermanent: true)
      }
    } catch {
      throw TransportError("\(address.text): \(error.reason)", isPermanent: error.isPermanent)
    }
  }

  deinit { close(descriptor) }

  private static let options = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)

  private static func openUDP(host: String, port: Int, _ wait: SocketWait) throws(ChannelError) -> Int32 {
    var reason = "the name cannot be resolved"
    for address in try NameLookup.addresses(of: host, port: port, wait) {
      let descriptor = socket(address.family, Int32(SOCK_DGRAM.rawValue) | options, 0)
      let status = address.withPointer { connect(descriptor, $0, $1) }
      if descriptor >= 0, status == 0 { return descriptor }
      reason = "cannot connect: \(systemReason(errno))"
      if descriptor >= 0 { close(descriptor) }
    }
    throw ChannelError(reason)
  }

  private static func openUnix(path: String) throws(ChannelError) -> (Int32, isDatagram: Bool) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let limit = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < limit, !path.isEmpty, !path.utf8.contains(0) else {
      throw ChannelError("a socket's path has 1 to \(limit - 1) bytes", isPermanent: true)
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    for type in [SOCK_DGRAM, SOCK_STREAM] {
      let descriptor = socket(AF_UNIX, Int32(type.rawValue) | options, 0)
      let status = withUnsafeBytes(of: &address) { bytes in
        bytes.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
      }
      if descriptor >= 0, status == 0 { return (descriptor, type == SOCK_DGRAM) }
      let number = errno
      if descriptor >= 0 { close(descriptor) }
      if number != EPROTOTYPE { throw ChannelError("cannot connect: \(systemReason(number))") }
    }
    throw ChannelError("the socket takes neither datagrams nor a stream", isPermanent: true)
  }

  func write(_ range: Range<Int>, of bytes: [UInt8]) throws(ChannelError) -> Int {
    let count = bytes.withUnsafeBytes { all in
      send(descriptor, all.baseAddress.map { $0 + range.lowerBound }, range.count, Int32(MSG_NOSIGNAL))
    }
    if count >= 0 { return count }
    switch errno {
    case EAGAIN, EINTR, ENOBUFS: return 0
    case EMSGSIZE:
      throw ChannelError("a datagram of \(range.count) bytes is larger than the socket takes", isPermanent: true)
    case EPIPE: throw .closedByPeer
    case let number: throw ChannelError("the connection broke (\(systemReason(number)))")
    }
  }

  func drainIncoming() throws(ChannelError) {
    try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { (buffer) throws(ChannelError) in
      while true {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count > 0 { continue }
        if count == 0 {
          if isDatagram { continue }
          throw .closedByPeer
        }
        switch errno {
        case EAGAIN: return
        case EINTR: continue
        // UDP: an ICMP message said that nobody listens there.
        case let number: throw ChannelError("the connection broke (\(systemReason(number)))")
        }
      }
    }
  }
}
