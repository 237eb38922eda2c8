import Foundation
import Glibc
import Synchronization

/// An HTTP server that answers as a test says, and notes the numbers of the alerts in every request.
final class Receiver: Sendable {
  /// What the server does with a request.
  enum Answer: Sendable {
    case status(Int, headers: [String] = [], body: String = "")
    /// Closes the connection instead of answering.
    case drop
    /// Sends one byte of the answer a second.
    case dribble
  }

  struct Request: Sendable {
    let number: Int
    let head: String
    let bytes: [UInt8]
    let time: ContinuousClock.Instant
    /// The sequential numbers of its alerts.
    let alerts: [Int]
    let wasAccepted: Bool

    /// The body as text.
    var body: String { String(decoding: bytes, as: UTF8.self) }

    func header(_ name: String) -> String? {
      head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        .map { $0.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces) }
    }
  }

  let port: Int
  private let descriptor: Int32
  private let log = Mutex<[Request]>([])
  private let count = Mutex(0)

  var requests: [Request] { log.withLock { $0 } }

  /// The numbers of the alerts in requests that were answered with 2xx, in their order.
  var accepted: [Int] { requests.filter(\.wasAccepted).flatMap(\.alerts) }

  var url: String { "http://127.0.0.1:\(port)/alerts" }

  /// - Parameter answer: called for each request with its number from 1 and the numbers of its alerts.
  init(_ answer: @escaping @Sendable (Int, [Int]) -> Answer = { _, _ in .status(200) }) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, length)
        getsockname(descriptor, $0, &length)
      }
      return Int(in_port_t(bigEndian: pointer.pointee.sin_port))
    }
    listen(descriptor, 64)
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        Thread.detachNewThread { [weak self] in
          self?.serve(connection, answer)
          close(connection)
        }
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  private func serve(_ connection: Int32, _ answer: @Sendable (Int, [Int]) -> Answer) {
    var bytes: [UInt8] = []
    while let (head, body) = Self.readRequest(connection, &bytes) {
      let number = count.withLock { count in
        count += 1
        return count
      }
      let alerts = String(decoding: body, as: UTF8.self).matches(of: /"seq":(\d+)/).compactMap { Int($0.1) }
      let answer = answer(number, alerts)
      var wasAccepted = false
      if case .status(200..<300, _, _) = answer { wasAccepted = true }
      let request = Request(
        number: number, head: head, bytes: body, time: .now, alerts: alerts, wasAccepted: wasAccepted)
      log.withLock { $0.append(request) }
      switch answer {
      case .status(let status, let headers, let body):
        let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)"] + headers
        guard Self.write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body, to: connection) else { return }
      case .drop:
        return
      case .dribble:
        for byte in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" {
          guard Self.write(String(byte), to: connection) else { return }
          sleep(1)
        }
      }
    }
  }

  private static func readRequest(_ connection: Int32, _ bytes: inout [UInt8]) -> (head: String, body: [UInt8])? {
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let length =
          head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
          .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        if bytes.count >= end.upperBound + length {
          let body = Array(bytes[end.upperBound..<end.upperBound + length])
          bytes.removeFirst(end.upperBound + length)
          return (head, body)
        }
      }
      let count = recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return nil }
      bytes += piece[..<count]
    }
  }

  private static func write(_ text: String, to connection: Int32) -> Bool {
    let bytes = Array(text.utf8)
    return Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }
}
