import Foundation
import Glibc
import Testing

/// The matrix' numbers 44 and 45 with the receivers that people have: rsyslog and syslog-ng, stopped and started again.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SyslogFaults {
  @Test(arguments: ["rsyslog", "syslog-ng"])
  func `44, 45: a receiver that stops and starts again gets every alert, each as one message`(kind: String) async throws
  {
    guard try ScriptServer.prepare(kind) else {
      Issue.record("44 and 45 need \(kind) and openssl: scripts/install-packages.sh --tests")
      return
    }
    let port = try freePort()
    let world = try World(
      World.configuration(
        input: "file: {paths: [in.ndjson], follow: true}",
        outputs: [("siem", "syslog: {address: \"tcp://127.0.0.1:\(port)\", timeout: 2s}")]))
    try ScriptServer.run("certificates.sh", [world.folder])
    var server = try ScriptServer(kind, world.folder, port: port)
    // A line break in an alert's text begins no second message.
    func some(_ numbers: Range<Int>) -> String {
      numbers.map { #"{"seq":\#($0),"severity":"high","message":"one\n<0>1 two"}"# + "\n" }.joined()
    }
    try world.write(some(0..<200), "in.ndjson")
    let process = try world.start()
    let arrived = try await eventually { received(world).count >= 200 }
    #expect(arrived)
    server.stop()
    try world.append(some(200..<400), to: "in.ndjson")
    let isNoticed = try await eventually { process.said.contains("output 'siem' did not accept alerts") }
    #expect(isNoticed, "\(process.said)")
    server = try ScriptServer(kind, world.folder, port: port)
    let isComplete = try await eventually(within: .seconds(60)) { Set(received(world)).count == 400 }
    #expect(isComplete)
    process.send(SIGTERM)
    let end = await process.end()
    server.stop()
    #expect(end.exitCode == 0, "\(end)")
    #expect(world.ledger.contains(#""siem":{"delivered":400,"dead_lettered":0,"pending":0}"#), "\(world.ledger)")
    // A connection that breaks repeats a batch at the most.
    let numbers = received(world)
    #expect(Set(numbers) == Set(0..<400))
    #expect(numbers.count <= 500 && world.lines("received").count == numbers.count, "\(numbers.count)")
  }

  private func received(_ world: borrowing World) -> [Int] { world.numbers("received").compactMap { $0 } }
}

/// A server that a script of `scripts/test-servers` runs.
struct ScriptServer {
  private let process = Process()

  private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "scripts/test-servers").path()

  /// True where the server is there.
  static func prepare(_ kind: String) throws -> Bool {
    guard try run("/usr/bin/env", ["which", "openssl"], isScript: false) == 0 else { return false }
    if kind == "syslog-ng" { return try run("syslog-ng.sh", ["--prepare"]) == 0 }
    return access("/usr/sbin/rsyslogd", X_OK) == 0
  }

  @discardableResult
  static func run(_ script: String, _ arguments: [String], isScript: Bool = true) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: isScript ? scripts + "/" + script : script)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Starts it and waits until it listens.
  init(_ kind: String, _ folder: String, port: Int) throws {
    process.executableURL = URL(filePath: Self.scripts + "/\(kind).sh")
    process.arguments =
      kind == "rsyslog" ? [folder, "\(port)"] : [folder, "\(port)", "\(try freePort())", "\(try freePort())", "good"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let deadline = ContinuousClock.now + .seconds(20)
    while !listens(on: port) {
      guard ContinuousClock.now < deadline, process.isRunning else { throw NotListening(kind: kind) }
      usleep(20_000)
    }
  }

  struct NotListening: Error { let kind: String }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}

/// A TCP port that nobody listens on.
func freePort() throws -> Int {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = loopback(port: 0)
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  return withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      _ = bind(descriptor, $0, length)
      getsockname(descriptor, $0, &length)
    }
    return Int(in_port_t(bigEndian: pointer.pointee.sin_port))
  }
}

private func listens(on port: Int) -> Bool {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = loopback(port: port)
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}

private func loopback(port: Int) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  address.sin_port = in_port_t(port).bigEndian
  return address
}
