import Foundation
import Testing

/// What `weir explain` shows of outputs against what real receivers get.
@Suite(.timeLimit(.minutes(15)))
struct ExplainedBytes {
  /// Text that each format has its own way with: quotes, separators, line breaks, escapes, large numbers, own spacing.
  private static let alerts = [
    #"{"@timestamp":"2026-11-20T08:00:00.125Z","event":{"id":"e1","action":"CreateTrail"},"severity":"high","#
      + #""rule":{"id":"r|1","name":"Trail = \"made\" ]| by\n<@U1>"},"user":{"name":"h\u00e9l\\ne"},"message":"a\tb & <c>"}"#,
    #"{ "@timestamp" : "2026-11-20T08:00:01Z", "event" : {"id":"e2"}, "n": 123456789012345678901234567890, "x": 1e400,"#
      + #" "severity":"low", "source":{"ip":"2001:db8::1"}, "user":{"name":"\ud83d\ude00 雪"} }"#,
    #"{"@timestamp":"2026-11-20T08:00:02Z","event":{"id":"e3"},"severity":"critical","message":"\u0000\u001b[31m\u2028"}"#,
  ]

  private static let outputs: [(name: String, line: String)] = {
    var outputs = [
      ("plain", "webhook: {url: \"URL/plain\", batch: 1}"),
      ("packed", "webhook: {url: \"URL/packed\", batch: 1, gzip: true}"),
      (
        "template",
        #"webhook: {url: "URL/template", batch: 1, template: '{"who":"{{user.name}}","what":"{{rule.name}}"}'}"#
      ),
      ("slack", "slack: {webhook_url: \"URL/slack\", rate_limit: 1000/s}"),
      ("mattermost", "slack: {webhook_url: \"URL/mattermost\", rate_limit: 1000/s, style: mattermost}"),
      ("archive", "file: {path: archive.ndjson}"),
      ("screen", "console: {format: json}"),
      ("lines", "console: {format: text, stream: stderr}"),
    ]
    for format in ["rfc5424", "rfc3164"] {
      for body in ["json", "text", "cef", "leef"] {
        outputs.append(("\(format)_\(body)", "syslog: {address: \"tcp://TCP\", format: \(format), body: \(body)}"))
      }
    }
    outputs.append(("newline", "syslog: {address: \"tcp://TCP\", framing: newline}"))
    outputs.append(("udp", "syslog: {address: \"udp://UDP\"}"))
    outputs.append(("unix", "syslog: {address: \"unix:FOLDER/stream\"}"))
    outputs.append(("device", "syslog: {address: \"unix:FOLDER/datagrams\"}"))
    return outputs
  }()

  /// One output alone, so that what arrives is its own.
  @Test(arguments: outputs.map(\.name))
  func `What explain shows of an output is what its receiver gets, byte for byte`(name: String) async throws {
    let world = try World()
    let answers = Receiver { _, _ in .status(200, body: "ok") }
    let kind: Capture.Kind =
      switch name {
      case "udp": .udp
      case "unix": .unixStream(world.folder + "/stream")
      case "device": .unixDatagrams(world.folder + "/datagrams")
      default: .tcp
      }
    let capture = try Capture(kind)
    let output = try #require(Self.outputs.first { $0.name == name })
    let line = output.line.replacing("URL", with: "http://127.0.0.1:\(answers.port)")
      .replacing("TCP", with: "127.0.0.1:\(capture.port)").replacing("UDP", with: "127.0.0.1:\(capture.port)")
      .replacing("FOLDER", with: world.folder)
    try world.configure(World.configuration(outputs: [(name, line)]))
    try world.write(Self.alerts.map { $0 + "\n" }.joined(), "in.ndjson")

    let explained = world.folder + "/explained"
    let told = try await WeirProcess(["explain", "--json", "in.ndjson"], in: world.folder, output: explained).end()
    #expect(told.exitCode == 0, "\(told.said)")
    let shown = try Self.shown(explained, name)
    #expect(shown.count == Self.alerts.count)
    #expect(answers.requests.isEmpty && capture.bytes.isEmpty, "explain sent something")

    let run = try await world.start(["in.ndjson"], output: world.folder + "/screen").end()
    #expect(run.exitCode == 0, "\(run.said)")
    let expected = shown.joined()
    switch name {
    case "plain", "template", "slack", "mattermost":
      #expect(answers.requests.map { Array($0.body.utf8) } == shown)
    case "packed": #expect(answers.requests.map { $0.unpacked } == shown)
    case "archive": #expect(Array(world.text("archive.ndjson").utf8) == Array(expected))
    case "screen": #expect(Array(world.text("screen").utf8) == Array(expected))
    case "lines": #expect(run.said.hasPrefix(String(decoding: expected, as: UTF8.self)), "\(run.said)")
    default:
      #expect(try await eventually(within: .seconds(60)) { capture.bytes.count >= expected.count })
      #expect(capture.bytes == Array(expected))
    }
  }

  @Test func `Where an output would not send an alert, explain says why instead`() async throws {
    let world = try World(
      World.configuration(outputs: [("siem", "syslog: {address: \"udp://127.0.0.1:9\", max_datagram: 480}")]))
    let text = String(repeating: "x", count: 1000)
    try world.write(
      #"{"@timestamp":"2026-11-20T08:00:02Z","event":{"id":"e3"},"severity":"low","message":"\#(text)"}"#, "in.ndjson")
    let explained = world.folder + "/explained"
    _ = try await WeirProcess(["explain", "in.ndjson"], in: world.folder, output: explained).end()
    let said = world.text("explained")
    #expect(said.contains("siem (syslog): the message has "), "\(said)")
    #expect(said.contains(" bytes, more than max_datagram (480)"), "\(said)")
  }

  /// The bytes that were shown for each alert.
  private static func shown(_ path: String, _ output: String) throws -> [[UInt8]] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    return try lines.map { line in
      let story = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let outputs = story?["outputs"] as? [[String: Any]]
      let text = outputs?.first { $0["name"] as? String == output }?["text"] as? String
      return Array(try #require(text, "\(line)").utf8)
    }
  }
}

extension Receiver.Request {
  /// The body, decompressed by the gzip that everybody has.
  fileprivate var unpacked: [UInt8] {
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc"]
    process.standardInput = input
    process.standardOutput = output
    guard (try? process.run()) != nil else { return [] }
    try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
    try? input.fileHandleForWriting.close()
    let unpacked = (try? output.fileHandleForReading.readToEnd()) ?? nil
    process.waitUntilExit()
    return Array(unpacked ?? Data())
  }
}
