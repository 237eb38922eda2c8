import AlertModel
import Foundation
import PluginKit
import PluginTesting
import Synchronization
import Testing

@testable import SyslogOutput

struct SyslogOutputTests {
  private let fixtures = AlertFixtures()

  private func output(
    _ settings: LocatedNode, _ streams: any StreamTransport = RecordingStreamTransport(),
    clock: any GatewayClock = ManualClock()
  ) throws -> SyslogOutput {
    let options = try SyslogOptions(settings, subject: "output 'syslog'")
    return try SyslogOutput(options: options, context: .testing(streams: streams, clock: clock))
  }

  private func outcomes(_ output: SyslogOutput, _ batch: DeliveryBatch) async -> [Int: DeliveryError.Outcome] {
    do {
      try await output.deliver(batch)
      return [:]
    } catch {
      return error.outcomes
    }
  }

  // MARK: Settings

  @Test(
    arguments: [
      ("udp://a.example", StreamAddress.udp(host: "a.example", port: 514)),
      ("tcp://10.0.0.1:1514/", .tcp(host: "10.0.0.1", port: 1514)),
      ("tcp://[2001:db8::1]:1514", .tcp(host: "2001:db8::1", port: 1514)),
      ("tls://[::1]", .tls(host: "::1", port: 6514, TLSOptions())),
      ("unix:/dev/log", .unix(path: "/dev/log")),
      ("unix:///run/log.sock", .unix(path: "/run/log.sock")),
    ])
  func `an address has a usual port`(text: String, expected: StreamAddress) throws {
    var options = SyslogOptions()
    options.address = text
    #expect(try options.streamAddress() == expected)
  }

  @Test(
    arguments: [
      (["address": "siem:514"], "'siem:514' must begin with udp://, tcp://, tls:// or unix:"),
      (
        ["address": "tcp://siem:port"],
        "'tcp://siem:port' is not a host with or without a port, such as tcp://siem.corp.example:514"
      ),
      (
        ["address": "tls://a b"],
        "'tls://a b' is not a host with or without a port, such as tls://siem.corp.example:6514"
      ),
      (["address": "unix:log"], "'unix:log' needs the whole path of a socket, such as unix:/dev/log"),
      (
        ["address": "tcp://siem", "ca_file": "ca.pem"],
        "'ca_file' is for TLS, but the address is 'tcp://siem'; did you mean 'tls://…'?"
      ),
      (
        ["address": "tls://siem", "key": "key.pem"],
        "'key' needs 'certificate': the key is for the certificate that this side shows"
      ),
      (
        ["address": "udp://siem", "app_name": "two words"],
        "'app_name' must be 1 to 48 printable ASCII characters without spaces"
      ),
      (
        ["address": "udp://siem", "format": "rfc3164", "app_name": "a:b"],
        "'app_name' must have no ':', '[' or ']' in RFC 3164, where they end it"
      ),
      (
        ["address": "udp://siem", "hostname": "zürich"],
        "'hostname' must be 1 to 255 printable ASCII characters without spaces"
      ),
      (
        ["address": "udp://siem", "max_datagram": "1MiB"],
        "'max_datagram' must be between 480 (RFC 5426) and 65507 bytes"
      ),
    ] as [(LocatedNode, String)])
  func `a setting that makes no sense is refused with what to do`(settings: LocatedNode, message: String) {
    do {
      _ = try output(settings)
      Issue.record("no error")
    } catch {
      #expect((error as? ConfigurationError)?.diagnostics.map(\.message) == [message])
    }
  }

  @Test func `the README and the manual show the example`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder = root.appendingPathComponent("Plugins/Outputs/Syslog")
    let example = try String(contentsOf: folder.appendingPathComponent("example.yaml"), encoding: .utf8)
    let readme = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("```yaml\n\(example)```"))
    #expect(SyslogOutput.manual.example == example)
  }

  // MARK: Delivery

  @Test func `a batch is one write, and the connection serves the next`() async throws {
    let streams = RecordingStreamTransport()
    let output = try output(["address": "tcp://siem", "framing": "newline"], streams)
    try await output.deliver(try fixtures.batch("{}", "{}"))
    try await output.deliver(try fixtures.batch("{}"))
    #expect(streams.connectionCount == 1)
    #expect(streams.sent.map { bytes in bytes.filter { $0 == 0x0a }.count } == [2, 1])
    await output.stop()
    #expect(streams.events.last == .closed(connection: 0))
  }

  @Test func `TCP messages are counted unless the settings say otherwise`() async throws {
    let streams = RecordingStreamTransport()
    let output = try output(["address": "tcp://siem"], streams)
    try await output.deliver(try fixtures.batch("{}"))
    let text = try #require(streams.sentTexts.first)
    let count = try #require(Int(text.prefix { $0 != " " }))
    #expect(text.utf8.count == "\(count) ".utf8.count + count)
  }

  @Test func `a connection that breaks is closed, and all of the batch is tried again on another`() async throws {
    let broken = TransportError("tcp://siem:514: the peer has closed the connection")
    let streams = RecordingStreamTransport(sends: [broken])
    let output = try output(["address": "tcp://siem"], streams)
    let batch = try fixtures.batch("{}", "{}")
    let retry = DeliveryError.Outcome.retry(reason: broken.reason, after: nil)
    #expect(await outcomes(output, batch) == [0: retry, 1: retry])
    #expect(await outcomes(output, batch) == [:])
    let address = StreamAddress.tcp(host: "siem", port: 514)
    #expect(
      streams.events.dropLast() == [
        .connected(address, connection: 0), .failed(broken, connection: 0), .closed(connection: 0),
        .connected(address, connection: 1),
      ])
  }

  @Test func `what only a new configuration can mend is no reason to give alerts up`() async throws {
    let streams = RecordingStreamTransport(connects: [TransportError("no CA", isPermanent: true)])
    let output = try output(["address": "tls://siem"], streams)
    #expect(await outcomes(output, try fixtures.batch("{}")) == [0: .unauthorized(reason: "no CA")])
  }

  @Test func `FAULTS 46: a datagram over the limit is a dead letter, and the others are sent`() async throws {
    let streams = RecordingStreamTransport()
    let output = try output(["address": "udp://siem", "max_datagram": "480", "hostname": "gateway"], streams)
    let long = #"{"message":"\#(String(repeating: "x", count: 1000))"}"#
    let result = await outcomes(output, try fixtures.batch("{}", long, "{}"))
    #expect(result.keys.sorted() == [1])
    guard case .reject(let reason)? = result[1] else {
      Issue.record("not rejected")
      return
    }
    #expect(reason.hasPrefix("the message has 1") && reason.hasSuffix(" bytes, more than max_datagram (480)"))
    #expect(streams.sent.count == 2)
  }

  @Test func `a datagram that the socket refuses is a dead letter, and the others are sent`() async throws {
    let refused = TransportError("too large", isPermanent: true)
    let streams = RecordingStreamTransport(sends: [nil, refused])
    let output = try output(["address": "udp://siem"], streams)
    let result = await outcomes(output, try fixtures.batch("{}", "{}", "{}"))
    #expect(result == [1: .reject(reason: "too large")])
    #expect(streams.sent.count == 2)
  }

  @Test func `a UDP socket looks its host up again after five minutes`() async throws {
    let streams = RecordingStreamTransport()
    let clock = ManualClock()
    let output = try output(["address": "udp://siem"], streams, clock: clock)
    try await output.deliver(try fixtures.batch("{}"))
    clock.advance(by: .seconds(299))
    try await output.deliver(try fixtures.batch("{}"))
    #expect(streams.connectionCount == 1)
    clock.advance(by: .seconds(2))
    try await output.deliver(try fixtures.batch("{}"))
    #expect(streams.connectionCount == 2)
  }
}
