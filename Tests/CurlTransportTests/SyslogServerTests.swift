import AlertModel
import CurlTransport
import Foundation
import PluginKit
import PluginTesting
import SyslogOutput
import Testing

/// The `syslog` output against the servers that people have.
@Suite(
  .serialized, .timeLimit(.minutes(15)),
  .enabled(
    if: TestServer.canRun("rsyslogd", "openssl"), "needs rsyslog and openssl: apt-get install rsyslog rsyslog-gnutls"))
struct RsyslogTests {
  private let folder: String
  private let port: Int
  private let server: TestServer

  init() throws {
    folder = try TestServer.folder()
    port = TestServer.freePorts(2)
    server = try TestServer(
      "rsyslog.sh", [folder, String(port), String(port + 1), "good", "client"], readyPorts: [port, port + 1])
  }

  private func output(_ address: String, _ more: [(String, String)] = []) throws -> SyslogOutput {
    try SyslogServers.output(address, [("hostname", "gateway")] + more)
  }

  private var client: [(String, String)] {
    [("ca_file", folder + "/ca.pem"), ("certificate", folder + "/client.pem"), ("key", folder + "/client.key")]
  }

  @Test(arguments: ["octet_counting", "newline"], ["tcp", "tls"])
  func `every alert arrives as one message, whatever is in it`(framing: String, scheme: String) async throws {
    let address = "\(scheme)://localhost:\(scheme == "tls" ? port + 1 : port)"
    for body in ["json", "text", "cef", "leef"] {
      let output = try output(address, [("framing", framing), ("body", body)] + (scheme == "tls" ? client : []))
      try await output.deliver(try AlertFixtures().batch(SyslogServers.hostile, SyslogServers.plain))
      await output.stop()
    }
    let lines = try await SyslogServers.lines(in: folder, count: 8)
    let id = #"[weir@32473 alert_id="a\\\"\]\\\\b\\n<0>1" severity="critical"]"#
    #expect(lines.filter { $0.hasPrefix("<130>1 ") && $0.contains(id) }.count == 4)
    #expect(lines.filter { $0.hasPrefix("<132>1 ") }.count == 4)
  }

  @Test func `datagrams arrive over UDP and over a Unix socket`() async throws {
    for address in ["udp://127.0.0.1:\(port)", "unix:\(folder)/log.sock"] {
      let output = try output(address)
      try await output.deliver(try AlertFixtures().batch(SyslogServers.hostile, SyslogServers.plain))
      await output.stop()
    }
    _ = try await SyslogServers.lines(in: folder, count: 4)
  }

  @Test func `without the certificate that the server wants nothing counts as accepted`() async throws {
    let output = try output("tls://localhost:\(port + 1)", [("ca_file", folder + "/ca.pem")])
    let error = await #expect(throws: DeliveryError.self) {
      try await output.deliver(try AlertFixtures().batch(SyslogServers.plain))
    }
    guard case .retry(let reason, _)? = error?.outcomes[0] else {
      Issue.record("not to be tried again")
      return
    }
    #expect(reason.hasPrefix("tls://localhost:\(port + 1): "))
  }

  @Test func `a server that breaks off as it wants a certificate is told of with the settings to set`() async throws {
    let transport = CurlTransport()
    let address = StreamAddress.tls(host: "localhost", port: port + 1, TLSOptions(caFile: folder + "/ca.pem"))
    while true {
      do {
        // On a busy machine the server's verdict may come when this side no longer waits for it.
        await (try transport.connect(to: address, timeout: .seconds(60))).close()
      } catch {
        #expect(
          error.reason.hasSuffix(
            "; if the server asks for a certificate of this side, set 'certificate' and 'key'"), "\(error.reason)")
        return
      }
    }
  }

  @Test func `a server that stops and starts again loses nothing that was accepted after its last breath`() async throws
  {
    try await SyslogServers.survivesRestart(
      of: server, folder: folder, output: try output("tcp://127.0.0.1:\(port)"))
  }
}

@Suite(
  .serialized, .timeLimit(.minutes(15)),
  .enabled(
    if: TestServer.canRunSyslogNG,
    "needs syslog-ng, which scripts/test-servers/syslog-ng.sh --prepare downloads with apt-get"))
struct SyslogNGTests {
  private let folder: String
  private let port: Int
  private let server: TestServer

  init() throws {
    try TestServer.run("syslog-ng.sh", ["--prepare"])
    folder = try TestServer.folder()
    port = TestServer.freePorts(3)
    server = try TestServer(
      "syslog-ng.sh", [folder] + [port, port + 1, port + 2].map(String.init) + ["good"],
      readyPorts: [port, port + 1, port + 2])
  }

  @Test(arguments: ["counted", "newline", "tls"])
  func `header, structured data and body are read as they were meant`(way: String) async throws {
    let address =
      switch way {
      case "counted": "tcp://localhost:\(port)"
      case "newline": "tcp://localhost:\(port + 1)"
      default: "tls://localhost:\(port + 2)"
      }
    var settings = [("hostname", "gateway")]
    if way == "newline" { settings.append(("framing", "newline")) }
    if way == "tls" { settings.append(("ca_file", folder + "/ca.pem")) }
    let output = try SyslogServers.output(address, settings)
    let batch = try AlertFixtures().batch(SyslogServers.hostile, SyslogServers.plain)
    try await output.deliver(batch)
    await output.stop()
    let lines = try await SyslogServers.lines(in: folder, count: 2)
    let bodies = (0..<2).map { batch[$0].withJSON { String(decoding: $0, as: UTF8.self) } }
    // The id as JSON writes it: what the hostile one holds is still escaped.
    #expect(lines == [#"2|weir|a\"]\\b\n<0>1|"# + bodies[0], "4|weir|plain|" + bodies[1]])
  }

  @Test func `a server that stops and starts again loses nothing that was accepted after its last breath`() async throws
  {
    try await SyslogServers.survivesRestart(
      of: server, folder: folder,
      output: try SyslogServers.output("tcp://127.0.0.1:\(port)", [("hostname", "gateway")]))
  }
}

/// What both servers are asked.
enum SyslogServers {
  static let plain = #"{"alert":{"id":"plain"},"message":"hello"}"#
  static let hostile =
    #"{"alert":{"id":"a\"]\\b\n<0>1"},"severity":"critical","message":"x\n<0>1 - forged\u0000\r\n\u0085 5 <1>é"}"#

  static func output(_ address: String, _ settings: [(String, String)]) throws -> SyslogOutput {
    var entries = [LocatedNode.Entry(key: "address", value: LocatedNode(stringLiteral: address))]
    entries += settings.map {
      LocatedNode.Entry(key: LocatedText($0.0), value: LocatedNode(stringLiteral: $0.1))
    }
    let options = try SyslogOptions(LocatedNode(.mapping(entries), at: LocatedNode.nowhere))
    return try SyslogOutput(options: options, context: .testing(streams: CurlTransport()))
  }

  /// The lines that the server wrote, once there are that many and no more follow.
  static func lines(in folder: String, count: Int) async throws -> [String] {
    let deadline = ContinuousClock.now + .seconds(120)
    while true {
      let text = (try? String(contentsOfFile: folder + "/received", encoding: .utf8)) ?? ""
      let lines = text.split(separator: "\n").map(String.init)
      if lines.count >= count || .now > deadline {
        #expect(lines.count == count)
        return lines
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Sends numbered alerts while the server stops and starts again, and tries again whatever was not accepted. Missing
  /// may be only what was in the server's receive buffer when it stopped: the last batches accepted before.
  static func survivesRestart(of server: TestServer, folder: String, output: SyslogOutput) async throws {
    let fixtures = AlertFixtures()
    let batchSize = 20
    let batches = 60
    var failures = 0
    var lastAcceptedBeforeFailure = 0
    for number in 0..<batches {
      let documents = (0..<batchSize).map { #"{"alert":{"id":"n\#(number * batchSize + $0)."}}"# }
      let block = try fixtures.block(documents)
      if number == batches / 3 { server.stop() }
      while true {
        do {
          try await output.deliver(DeliveryBatch(block))
          break
        } catch {
          #expect(error.outcomes.count == batchSize)
          if failures == 0 {
            lastAcceptedBeforeFailure = number - 1
            try server.start()
          }
          failures += 1
          try await Task.sleep(for: .milliseconds(20))
        }
      }
    }
    #expect(failures > 0)
    await output.stop()
    let last = "n\(batches * batchSize - 1)."
    let deadline = ContinuousClock.now + .seconds(120)
    var text = ""
    while !text.contains(last), .now < deadline {
      try await Task.sleep(for: .milliseconds(20))
      text = (try? String(contentsOfFile: folder + "/received", encoding: .utf8)) ?? ""
    }
    let received = text
    let missing = (0..<batches * batchSize).filter { !received.contains("\"n\($0).\"") }
    let window = lastAcceptedBeforeFailure * batchSize..<(lastAcceptedBeforeFailure + 1) * batchSize
    #expect(missing.allSatisfy { window.contains($0) }, "lost: \(missing)")
  }
}
