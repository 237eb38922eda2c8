import Foundation
import Glibc
import Synchronization

/// A TCP or UDP server that does what a test says with each connection.
final class ScriptedServer: Sendable {
  let port: Int
  private let descriptor: Int32
  private let accepted = Mutex(0)

  /// How many connections there have been.
  var connectionCount: Int { accepted.withLock { $0 } }

  /// - Parameters:
  ///   - serve: called on a thread of its own for each connection, with its number from 1; it is closed after.
  ///   - closed: called when a connection has been closed.
  init(
    _ serve: @escaping @Sendable (ServedConnection, Int) -> Void, closed: @escaping @Sendable () -> Void = {}
  ) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    port = Self.bind(descriptor)
    listen(descriptor, 64)
    let descriptor = descriptor
    DispatchQueue(label: "accept").async { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0, let number = self?.count() else { return }
        DispatchQueue(label: "serve").async {
          serve(ServedConnection(descriptor: connection), number)
          // A program that another test starts at this moment may hold the socket, too; then closing ends nothing.
          shutdown(connection, Int32(SHUT_RDWR))
          close(connection)
          closed()
        }
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  private func count() -> Int {
    accepted.withLock {
      $0 += 1
      return $0
    }
  }

  /// Binds to a free port and returns it.
  static func bind(_ descriptor: Int32) -> Int {
    _ = Loopback.withAddress(port: 0) { Glibc.bind(descriptor, $0, $1) }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return Int(in_port_t(bigEndian: address.sin_port))
  }
}

/// The server's side of a connection.
struct ServedConnection: Sendable {
  let descriptor: Int32

  /// Reads up to the end of an HTTP request with a `Content-Length`, or until the client closes; nil for nothing at all.
  func readRequest() -> String? {
    var text = ""
    while let piece = read() {
      text += piece
      guard let end = text.range(of: "\r\n\r\n") else { continue }
      let length =
        text[..<end.lowerBound].split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        .flatMap { Int($0.split(separator: ":")[1].drop { $0 == " " }) } ?? 0
      if text[end.upperBound...].utf8.count >= length { return text }
    }
    return nil
  }

  /// What came next; nil at the end.
  func read(_ limit: Int = 65_536) -> String? {
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = recv(descriptor, &buffer, limit, 0)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// Reads until the client closes, and returns how many bytes came.
  func readAll() -> Int {
    var total = 0
    while let piece = read() { total += piece.utf8.count }
    return total
  }

  /// Returns false where the client is gone.
  @discardableResult
  func write(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }
}
