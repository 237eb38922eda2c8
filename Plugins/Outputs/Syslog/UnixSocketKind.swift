internal import Glibc

/// What a Unix socket takes.
enum UnixSocketKind {
  case datagrams, stream

  /// As the system says when a socket for datagrams is connected to it, which sends nothing; nil where nobody listens.
  init?(path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let status = withUnsafeBytes(of: &address) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
    }
    if status == 0 {
      self = .datagrams
    } else if errno == EPROTOTYPE {
      self = .stream
    } else {
      return nil
    }
  }
}
