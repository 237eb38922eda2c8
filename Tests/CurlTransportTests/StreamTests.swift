import CurlTransport
import Foundation
import Glibc
import PluginKit
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15)))
struct StreamTests {
  private let transport = CurlTransport()
  private let patience = Duration.seconds(120)

  private func open(_ port: Int) async throws -> any StreamConnection {
    try await transport.connect(to: .tcp(host: "127.0.0.1", port: port), timeout: patience)
  }

  @Test func `megabytes arrive whole`() async throws {
    let (sizes, report) = AsyncStream<Int>.makeStream()
    let server = ScriptedServer { connection, _ in report.yield(connection.readAll()) }
    let stream = try await open(server.port)
    let bytes = [UInt8](repeating: 65, count: 8 << 20)
    try await stream.send(bytes, timeout: patience)
    try await stream.send([66, 10], timeout: patience)
    await stream.close()
    for await size in sizes {
      #expect(size == bytes.count + 2)
      break
    }
  }

  @Test func `FAULTS 44: the first write after the peer has closed fails, and is not lost silently`() async throws {
    let (closings, report) = AsyncStream<Void>.makeStream()
    let server = ScriptedServer({ connection, _ in _ = connection.read() }, closed: { report.yield() })
    let stream = try await open(server.port)
    // The server closes after the first bytes; whether this call or the next one notices depends on who is faster.
    var accepted = 0
    let error = await #expect(throws: TransportError.self) {
      try await stream.send(Array("x\n".utf8), timeout: patience)
      accepted += 1
      for await _ in closings { break }
      try await stream.send(Array("x\n".utf8), timeout: patience)
      accepted += 1
    }
    #expect(error?.reason == "tcp://127.0.0.1:\(server.port): the peer has closed the connection")
    #expect(accepted <= 1)
    await #expect(throws: TransportError("tcp://127.0.0.1:\(server.port): the connection is closed")) {
      try await stream.send([1], timeout: patience)
    }
  }

  @Test func `a peer that reads nothing makes the write time out`() async throws {
    let (done, finish) = AsyncStream<Void>.makeStream()
    let isOver = Mutex(false)
    let server = ScriptedServer { _, _ in
      while !isOver.withLock({ $0 }) { usleep(5000) }
      finish.yield()
    }
    let stream = try await open(server.port)
    let bytes = [UInt8](repeating: 65, count: 64 << 20)
    await #expect(
      throws: TransportError("tcp://127.0.0.1:\(server.port): the bytes could not be sent within 200 ms")
    ) {
      try await stream.send(bytes, timeout: .milliseconds(200))
    }
    isOver.withLock { $0 = true }
    for await _ in done { break }
  }

  @Test func `a cancelled task gets its answer at once`() async throws {
    let isOver = Mutex(false)
    let server = ScriptedServer { _, _ in while !isOver.withLock({ $0 }) { usleep(5000) } }
    let stream = try await open(server.port)
    let bytes = [UInt8](repeating: 65, count: 64 << 20)
    let task = Task { try await stream.send(bytes, timeout: .seconds(50)) }
    task.cancel()
    await #expect(throws: TransportError("tcp://127.0.0.1:\(server.port): cancelled")) { try await task.value }
    isOver.withLock { $0 = true }
  }

  @Test func `where nobody listens, the error says so`() async {
    let port = TestServer.freePorts(1)
    await #expect(throws: TransportError("tcp://127.0.0.1:\(port): cannot connect: connection refused")) {
      _ = try await open(port)
    }
    await #expect(throws: TransportError("tcp://no-such-host.invalid:514: the name cannot be resolved")) {
      _ = try await transport.connect(to: .tcp(host: "no-such-host.invalid", port: 514), timeout: patience)
    }
    await #expect(throws: TransportError("unix:/nowhere/log: cannot connect: no such file or directory")) {
      _ = try await transport.connect(to: .unix(path: "/nowhere/log"), timeout: patience)
    }
  }

  // MARK: Datagrams

  @Test func `each range is a datagram of its own`() async throws {
    let receiver = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(receiver) }
    let port = ScriptedServer.bind(receiver)
    let stream = try await transport.connect(to: .udp(host: "localhost", port: port), timeout: patience)
    #expect(stream.isDatagram)
    let result = await stream.send(datagrams: [0..<3, 3..<5], of: Array("abcde".utf8), timeout: patience)
    #expect(result == DatagramResult(sent: 2))
    #expect(receive(receiver) == "abc")
    #expect(receive(receiver) == "de")
  }

  @Test func `a datagram that is too large fails alone`() async throws {
    let receiver = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(receiver) }
    let port = ScriptedServer.bind(receiver)
    let stream = try await transport.connect(to: .udp(host: "127.0.0.1", port: port), timeout: patience)
    let bytes = [UInt8](repeating: 65, count: 70_001)
    let result = await stream.send(datagrams: [0..<1, 1..<70_001], of: bytes, timeout: patience)
    let reason = "udp://127.0.0.1:\(port): a datagram of 70000 bytes is larger than the socket takes"
    #expect(result == DatagramResult(sent: 1, failure: TransportError(reason, isPermanent: true)))
    try await stream.send([66], timeout: patience)
    #expect(receive(receiver) == "A")
    #expect(receive(receiver) == "B")
  }

  @Test func `a UDP port where nobody listens is noticed`() async throws {
    let socket = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    let port = ScriptedServer.bind(socket)
    close(socket)
    let stream = try await transport.connect(to: .udp(host: "127.0.0.1", port: port), timeout: patience)
    let result = await stream.send(datagrams: [0..<1], of: [65], timeout: patience)
    #expect(
      result
        == DatagramResult(
          sent: 0, failure: TransportError("udp://127.0.0.1:\(port): the connection broke (connection refused)")))
  }

  @Test(arguments: [true, false])
  func `a Unix socket may take datagrams or a stream`(isDatagram: Bool) async throws {
    let path = NSTemporaryDirectory() + "weir-\(UUID().uuidString.prefix(8)).sock"
    defer { unlink(path) }
    let type = isDatagram ? SOCK_DGRAM : SOCK_STREAM
    let receiver = socket(AF_UNIX, Int32(type.rawValue), 0)
    defer { close(receiver) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    withUnsafeBytes(of: &address) { bytes in
      _ = bytes.withMemoryRebound(to: sockaddr.self) { bind(receiver, $0.baseAddress, socklen_t(bytes.count)) }
    }
    if !isDatagram { listen(receiver, 1) }
    let stream = try await transport.connect(to: .unix(path: path), timeout: patience)
    #expect(stream.isDatagram == isDatagram)
    // `send` returns when the peer has read, so the peer reads on a thread of its own.
    // It closes only when the test is over: a peer that closes at once leaves in doubt what it took.
    let (texts, report) = AsyncStream<String?>.makeStream()
    let (ends, end) = AsyncStream<Int32>.makeStream()
    DispatchQueue(label: "peer").async {
      let peer = isDatagram ? receiver : accept(receiver, nil, nil)
      report.yield(ServedConnection(descriptor: peer).read())
      end.yield(peer)
    }
    try await stream.send(Array("hello".utf8), timeout: patience)
    for await text in texts {
      #expect(text == "hello")
      break
    }
    for await peer in ends {
      if !isDatagram { close(peer) }
      break
    }
  }

  private func receive(_ descriptor: Int32) -> String? { ServedConnection(descriptor: descriptor).read() }
}
