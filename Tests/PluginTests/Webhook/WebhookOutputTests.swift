import AlertModel
import PluginKit
import PluginTesting
import Testing

@testable import WebhookOutput

/// What a webhook gets, and what is made of its answers.
@Suite struct WebhookOutputTests {
  static func output(
    _ settings: [LocatedNode.Entry] = [], http: RecordingHTTPTransport = RecordingHTTPTransport()
  ) throws -> WebhookOutput {
    let url = LocatedNode.Entry(key: "url", value: "https://soar.example/hook/s3cr3t")
    let node = LocatedNode(.mapping([url] + settings), at: LocatedNode.nowhere)
    return try WebhookOutput(options: WebhookOptions(node), context: .testing(http: http))
  }

  static func setting(_ name: String, _ value: LocatedNode) -> LocatedNode.Entry {
    LocatedNode.Entry(key: LocatedText(name), value: value)
  }

  private static let documents = [#"{"a":1}"#, #"{"a":2}"#, #"{"a":3}"#]

  private func outcomes(
    of http: RecordingHTTPTransport, _ documents: [String], _ settings: LocatedNode.Entry...
  ) async throws -> [Int: DeliveryError.Outcome] {
    let batch = DeliveryBatch(try AlertFixtures().block(documents))
    let output = try Self.output(settings, http: http)
    do throws(DeliveryError) {
      try await output.deliver(batch)
      return [:]
    } catch {
      return error.outcomes
    }
  }

  @Test func `one alert is an object, with its id in the headers`() async throws {
    let http = RecordingHTTPTransport()
    #expect(try await outcomes(of: http, [#"{"a":1}"#]).isEmpty)
    #expect(http.bodies == [#"{"a":1,"weir":{"alert_id":"alert-1"}}"#])
    #expect(
      http.requests[0].headers.map { "\($0.name): \($0.value)" } == [
        "Content-Type: application/json", "Idempotency-Key: alert-1", "X-Weir-Alert-Id: alert-1",
      ])
  }

  @Test func `several alerts are an array, with the same key each time`() async throws {
    let http = RecordingHTTPTransport()
    for _ in 1...2 { #expect(try await outcomes(of: http, Self.documents).isEmpty) }
    #expect(http.requests.count == 2)
    #expect(
      http.bodies[0]
        == #"[{"a":1,"weir":{"alert_id":"alert-1"}},{"a":2,"weir":{"alert_id":"alert-2"}},{"a":3,"weir":{"alert_id":"alert-3"}}]"#
    )
    #expect(http.requests[0][header: "idempotency-key"] == http.requests[1][header: "idempotency-key"])
    #expect(http.requests[0][header: "idempotency-key"]?.count == 32)
    #expect(http.requests[0][header: "x-weir-alert-id"] == nil)
  }

  @Test func `a refused batch is sent alert by alert, so that one bad alert does not take others along`() async throws {
    let http = RecordingHTTPTransport { request, _ in
      let body = String(decoding: request.body, as: UTF8.self)
      return body.contains("\"a\":2") ? .status(400, "bad a") : .status(202)
    }
    #expect(
      try await outcomes(of: http, Self.documents) == [1: .reject(reason: "the server answered 400 Bad Request: bad a")]
    )
    #expect(http.requests.count == 4)
  }

  @Test func `a busy server gets one request, and all alerts wait`() async throws {
    let http = RecordingHTTPTransport(.status(503, headers: [("retry-after", "30")]))
    let expected = DeliveryError.Outcome.retry(
      reason: "the server answered 503 Service Unavailable", after: .seconds(30))
    #expect(try await outcomes(of: http, Self.documents) == [0: expected, 1: expected, 2: expected])
    #expect(http.requests.count == 1)
  }

  @Test func `a server that is busy in the middle of a batch is left alone by all alerts`() async throws {
    let http = RecordingHTTPTransport(.status(200), .status(429, headers: [("retry-after", "30")]))
    let output = try Self.output([Self.setting("template", "{}")], http: http)
    let batch = DeliveryBatch(try AlertFixtures().block(Self.documents))
    let error = await #expect(throws: DeliveryError.self) { try await output.deliver(batch) }
    #expect(error?.outcomes.keys.sorted() == [1, 2])
    #expect(error?.pause == .seconds(30))
  }

  @Test func `headers and method are as configured, and replace Weir's own`() async throws {
    let http = RecordingHTTPTransport()
    _ = try await outcomes(
      of: http, ["{}"], Self.setting("method", "PUT"),
      Self.setting("headers", ["Authorization": "Bearer t0k3n", "idempotency-key": "mine"]))
    #expect(http.requests[0].method == "PUT")
    #expect(http.requests[0][header: "authorization"] == "Bearer t0k3n")
    #expect(http.requests[0].headers.filter { $0.name.lowercased() == "idempotency-key" }.map(\.value) == ["mine"])
  }

  @Test func `signatures cover the time and the body`() async throws {
    let http = RecordingHTTPTransport()
    _ = try await outcomes(of: http, ["{}"], Self.setting("signing_key", "shared key"))
    // printf '1795231187.{"weir":{"alert_id":"alert-1"}}' | openssl dgst -sha256 -hmac 'shared key'
    #expect(
      http.requests[0][header: "x-weir-signature"]
        == "t=1795231187,v1=e52e54f4bd71318497c1e8644ad2351b59cb4c7f11ce8c4391bca6b82f76cff3")
  }

  @Test func `gzip is what it says`() async throws {
    let http = RecordingHTTPTransport()
    _ = try await outcomes(of: http, ["{}"], Self.setting("gzip", "true"))
    #expect(http.requests[0][header: "content-encoding"] == "gzip")
    #expect(Array(http.requests[0].body.prefix(3)) == [0x1F, 0x8B, 0x08])
  }

  @Test(arguments: [
    (
      #"{"t":"{{rule.name}}","s":"{{severity}}","at":"{{timestamp}}"}"#,
      #"{"t":"say \"hi\"\n<b>","s":"high","at":"2026-11-20T22:04:05Z"}"#
    ),
    (
      #"{"ips":[{{#source.ip}}"{{.}}",{{/source.ip}}""],"one":"{{source.ip}}"}"#,
      #"{"ips":["1.1.1.1","2.2.2.2",""],"one":"1.1.1.1, 2.2.2.2"}"#
    ),
    (
      #"{"u":"{{#user}}{{name}}{{/user}}","none":"{{no.such}}{{^no.such}}none{{/no.such}}"}"#,
      #"{"u":"alice","none":"none"}"#
    ),
    (
      #"[{{{json}}}]"#,
      #"[{"severity":"high","rule":{"name":"say \"hi\"\n<b>"},"source":{"ip":["1.1.1.1","2.2.2.2"]},"user":{"name":"alice"},"@timestamp":"2026-11-20T22:04:05Z","weir":{"alert_id":"alert-1"}}]"#
    ),
    (
      #"{"u":"{{uppercased(user.name)}}","r":"{{capitalized(lowercased(rule.name))}}","none":"{{uppercased(no.such)}}"}"#,
      #"{"u":"ALICE","r":"Say \"Hi\"\n<B>","none":""}"#
    ),
    (
      #"[{{count(source.ip)}},{{count(user.name)}},{{#reversed(source.ip)}}"{{.}}"{{^last()}},{{/last()}}{{/reversed(source.ip)}}]"#,
      #"[2,1,"2.2.2.2","1.1.1.1"]"#
    ),
  ])
  func `templates see fields by their ECS names`(template: String, expected: String) async throws {
    let http = RecordingHTTPTransport()
    let document =
      #"{"severity":"high","rule":{"name":"say \"hi\"\n<b>"},"source":{"ip":["1.1.1.1","2.2.2.2"]},"#
      + #""user":{"name":"alice"},"@timestamp":"2026-11-20T22:04:05Z"}"#
    let outcomes = try await outcomes(
      of: http, [document], Self.setting("template", LocatedNode(stringLiteral: template)))
    #expect(outcomes.isEmpty)
    #expect(http.bodies == [expected])
  }

  @Test func `what a template makes must be JSON, else the alert is a dead letter`() async throws {
    let http = RecordingHTTPTransport()
    let outcomes = try await outcomes(of: http, ["{}"], Self.setting("template", #"{"n":{{no.such}}}"#))
    #expect(
      outcomes == [
        0: .reject(
          reason: "what 'template' makes of this alert is not JSON (a value is missing at byte 5); "
            + "mend it or set another 'content_type'")
      ])
    #expect(http.requests.isEmpty)
  }

  @Test(arguments: [
    (
      "template", "{{#a}}x",
      "'template' is not a Mustache template: a section is not closed; '{{#name}}' needs '{{/name}}'"
    ),
    ("template", "{{>other}}", "a template cannot use '{{>': there are no other templates and no other delimiters"),
    (
      "template", "{{shouted(user.name)}}",
      "a template has no 'shouted(…)'; it has capitalized, count, empty, equalzero, even, first, index, last, lowercased, "
        + "minusone, odd, plusone, reversed, sorted, uppercased"
    ),
    ("url", "soar.example", "'url' is not an address; it must begin with https:// or http:// and a host"),
    ("url", "https://soar.example:99999/", "'url' has a port that there is not; 1 to 65535 are possible"),
    ("url", "https://soar.example:0/", "'url' has a port that there is not; 1 to 65535 are possible"),
    ("url", "https://[::1/", "'url' has a '[' without its ']'"),
    ("url", "https://soar.example/a b", "'url' has white space in it; remove it, or write a space as %20"),
    ("signature_header", "a b", "'a b' is not the name of a header"),
    ("key_file", "k.pem", "'certificate_file' and 'key_file' belong together; give both or neither"),
  ])
  func `settings that cannot be used are refused`(name: String, value: String, message: String) throws {
    var settings: [LocatedNode.Entry] = [Self.setting(name, LocatedNode(stringLiteral: value))]
    if name != "url" { settings.append(Self.setting("url", "https://soar.example/")) }
    let error = #expect(throws: ConfigurationError.self) {
      _ = try WebhookOutput(
        options: WebhookOptions(LocatedNode(.mapping(settings), at: LocatedNode.nowhere)), context: .testing())
    }
    #expect(error?.diagnostics.map(\.message) == [message])
  }

  @Test(arguments: ["https://u:p@[::1]:8080/x?y=z:1", "http://a", "https://a.example:443", "http://10.0.0.1:65535/#f"])
  func `addresses that can be are taken`(url: String) {
    #expect(WebAddress.mistake(in: url) == nil)
  }

  @Test func `every setting that is wrong is named at once`() {
    let headers: [LocatedNode.Entry] = [.init(key: "a b", value: "x"), .init(key: "TE", value: "x")]
    let error = #expect(throws: ConfigurationError.self) {
      _ = try Self.output([
        Self.setting("headers", LocatedNode(.mapping(headers), at: LocatedNode.nowhere)),
        Self.setting("key_file", "k"), Self.setting("template", "{{#a}}"),
      ])
    }
    #expect(
      error?.diagnostics.map(\.message) == [
        "the header 'TE' is set for each request by weir; remove it", "'a b' is not the name of a header",
        "'certificate_file' and 'key_file' belong together; give both or neither",
        "'template' is not a Mustache template: a section is not closed; '{{#name}}' needs '{{/name}}'",
      ])
  }

  @Test(arguments: ["Content-Length", "transfer-encoding", "Connection"])
  func `headers that would cut a request short are refused`(name: String) {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try Self.output([
        Self.setting(
          "headers", LocatedNode(.mapping([.init(key: LocatedText(name), value: "5")]), at: LocatedNode.nowhere))
      ])
    }
    #expect(error?.diagnostics.map(\.message) == ["the header '\(name)' is set for each request by weir; remove it"])
  }

  @Test func `a file of certificates that is none is found before the first alert`() throws {
    let files = InMemoryFiles(["ca.txt": "root:x:0:0\n", "ca.pem": "-----BEGIN CERTIFICATE-----\n"])
    func load(_ file: String) throws {
      let settings = [
        Self.setting("url", "https://soar.example/"), Self.setting("ca_file", LocatedNode(stringLiteral: file)),
      ]
      let options = try WebhookOptions(LocatedNode(.mapping(settings), at: LocatedNode.nowhere))
      let output = try WebhookOutput(options: options, context: .testing(files: files))
      try output.load()
    }
    try load("ca.pem")
    let error = #expect(throws: ConfigurationError.self) { try load("ca.txt") }
    #expect(error?.diagnostics.map(\.message) == ["'ca.txt' has no '-----BEGIN', so it is not PEM"])
  }

  @Test func `keeps the promises of an output`() async throws {
    let conformance = OutputConformance<WebhookOutput>(
      settings: [
        "url": "https://soar.example/hook/s3cr3t?key=qu3ry", "headers": ["Authorization": "Bearer t0k3n"],
        "signing_key": "k3yk3y",
      ],
      secrets: ["s3cr3t", "qu3ry", "t0k3n", "k3yk3y"])
    #expect(try await conformance.violations() == [])
  }

  @Test func `README and example agree with the manual`() {
    #expect(PluginFolder("Outputs/Webhook").violations(of: WebhookOutput.manual) == [])
  }
}
