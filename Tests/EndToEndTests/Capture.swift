import Foundation
import Glibc
import Synchronization

/// A receiver that keeps every byte it gets, over a stream or as datagrams, and answers nothing.
final class Capture: Sendable {
  enum Kind: Sendable {
    case tcp, udp
    /// A Unix socket at that path.
    case unixStream(String), unixDatagrams(String)
  }

  /// The port of `.tcp` and `.udp`.
  let port: Int
  private let descriptor: Int32
  private let kept = Mutex<[UInt8]>([])

  var bytes: [UInt8] { kept.withLock { $0 } }

  init(_ kind: Kind) throws {
    let isStream: Bool
    switch kind {
    case .tcp, .unixStream: isStream = true
    case .udp, .unixDatagrams: isStream = false
    }
    let type = Int32((isStream ? SOCK_STREAM : SOCK_DGRAM).rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    switch kind {
    case .tcp, .udp:
      descriptor = socket(AF_INET, type, 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      try Self.bind(descriptor, &address)
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let descriptor = descriptor
      port = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
        return Int(in_port_t(bigEndian: pointer.pointee.sin_port))
      }
    case .unixStream(let path), .unixDatagrams(let path):
      descriptor = socket(AF_UNIX, type, 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      try Self.bind(descriptor, &address)
      port = 0
    }
    if isStream { listen(descriptor, 8) }
    let descriptor = descriptor
    Thread.detachNewThread { [weak self] in
      while let self {
        guard isStream else {
          guard self.keep(descriptor) else { return }
          continue
        }
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        Thread.detachNewThread { [weak self] in
          while let self, self.keep(connection) {}
          close(connection)
        }
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  private static func bind<Address>(_ descriptor: Int32, _ address: inout Address) throws {
    let status = withUnsafeBytes(of: &address) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { Glibc.bind(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
    }
    guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EINVAL) }
  }

  /// Keeps what comes next; false where nothing more comes.
  private func keep(_ descriptor: Int32) -> Bool {
    var piece = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &piece, piece.count, 0)
    guard count > 0 else { return false }
    kept.withLock { $0 += piece[..<count] }
    return true
  }
}
