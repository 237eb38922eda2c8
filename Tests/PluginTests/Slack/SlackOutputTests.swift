import PluginKit
import PluginTesting
import Testing

@testable import SlackOutput

/// What is made of Slack's answers.
@Suite struct SlackOutputTests {
  private static let documents = (1...3).map { #"{"rule":{"name":"rule \#($0)"}}"# }

  private func outcomes(
    of http: RecordingHTTPTransport, style: String = "slack", documents: [String] = SlackOutputTests.documents
  ) async throws -> [Int: DeliveryError.Outcome] {
    try await failure(of: http, style: style, documents: documents)?.outcomes ?? [:]
  }

  private func failure(
    of http: RecordingHTTPTransport, style: String = "slack", documents: [String] = SlackOutputTests.documents
  ) async throws -> DeliveryError? {
    let output = try SlackMessageTests.output(
      [LocatedNode.Entry(key: "style", value: LocatedNode(stringLiteral: style))], http: http)
    do throws(DeliveryError) {
      try await output.deliver(DeliveryBatch(Self.block(documents)))
      return nil
    } catch {
      return error
    }
  }

  private static func block(_ documents: [String]) throws(DeliveryError) -> AlertBlock {
    do { return try AlertFixtures().block(documents) } catch { throw DeliveryError([:]) }
  }

  @Test func `each alert is a message of its own`() async throws {
    let http = RecordingHTTPTransport(.status(200, "ok"))
    #expect(try await outcomes(of: http).isEmpty)
    #expect(http.requests.count == 3)
    #expect(http.requests[0].method == "POST")
    #expect(http.requests[0][header: "content-type"] == "application/json; charset=utf-8")
    #expect(http.bodies[2].contains("MEDIUM: rule 3"))
  }

  @Test(arguments: ["invalid_payload", "channel_not_found", "too_many_attachments", "no_text"])
  func `status 200 with a word about the message is a dead letter`(word: String) async throws {
    let outcomes = try await outcomes(of: RecordingHTTPTransport(.status(200, word)), documents: ["{}"])
    #expect(outcomes == [0: .reject(reason: "the server answered 200: \(word)")])
  }

  @Test(arguments: ["no_service", "invalid_token", "action_prohibited"])
  func `status 200 with a word about the webhook waits for somebody to mend it`(word: String) async throws {
    let outcomes = try await outcomes(of: RecordingHTTPTransport(.status(200, word)), documents: ["{}"])
    #expect(outcomes == [0: .unauthorized(reason: "the server answered 200: \(word)")])
  }

  @Test func `a word about the webhook counts whatever the status is, and one about the message is a dead letter`()
    async throws
  {
    let gone = try await outcomes(of: RecordingHTTPTransport(.status(404, "no_service")), documents: ["{}"])
    #expect(gone == [0: .unauthorized(reason: "the server answered 404 Not Found: no_service")])
    let unknown = try await outcomes(of: RecordingHTTPTransport(.status(404, "channel_not_found")), documents: ["{}"])
    #expect(unknown == [0: .reject(reason: "the server answered 404 Not Found: channel_not_found")])
  }

  @Test(arguments: [
    ("rollup_error", "the server answered 200: rollup_error"), ("okay", "the server answered 200: okay"),
    ("ok then", "the server answered 200: ok then"), ("", "the server answered 200 without the word 'ok'"),
    (#"{"ok":true}"#, #"the server answered 200: {"ok":true}"#),
  ])
  func `status 200 with anything else but ok is tried again`(body: String, reason: String) async throws {
    let outcomes = try await outcomes(of: RecordingHTTPTransport(.status(200, body)), documents: ["{}"])
    #expect(outcomes == [0: .retry(reason: reason, after: nil)])
  }

  @Test func `a rate limit stops the batch, and the rest waits as long`() async throws {
    let limited = #"{"retry_after":2,"ok":false,"error":"rate_limited"}"#
    let http = RecordingHTTPTransport(.status(200, "ok"), .status(429, limited))
    let expected = DeliveryError.Outcome.retry(
      reason: "the server answered 429 Too Many Requests: \(limited)", after: .seconds(2))
    let failure = try await failure(of: http)
    #expect(failure?.outcomes == [1: expected, 2: expected])
    #expect(failure?.pause == .seconds(2))
    #expect(http.requests.count == 2)
  }

  @Test func `one refused message does not hold up the next`() async throws {
    let http = RecordingHTTPTransport(.status(400, "invalid_blocks"), .status(500, "rollup_error"), .status(200, "ok"))
    #expect(
      try await outcomes(of: http) == [
        0: .reject(reason: "the server answered 400 Bad Request: invalid_blocks"),
        1: .retry(reason: "the server answered 500 Internal Server Error: rollup_error", after: nil),
      ])
  }

  @Test(arguments: [502, 503, 504])
  func `a gateway without its server stops the batch`(status: Int) async throws {
    let http = RecordingHTTPTransport(.status(200, "ok"), .status(status))
    let failure = try await failure(of: http)
    #expect(failure?.outcomes.keys.sorted() == [1, 2])
    #expect(failure?.pause == nil)
    #expect(http.requests.count == 2)
  }

  @Test func `a webhook that is revoked between two messages keeps the rest`() async throws {
    let http = RecordingHTTPTransport(.status(200, "ok"), .status(404, "no_service"))
    let expected = DeliveryError.Outcome.unauthorized(reason: "the server answered 404 Not Found: no_service")
    #expect(try await outcomes(of: http) == [1: expected, 2: expected])
    #expect(http.requests.count == 2)
  }

  @Test func `no answer to one message stops the batch, and what was posted before is not repeated`() async throws {
    let reason = "https://hooks.slack.example:443: no complete response within 10 s"
    let http = RecordingHTTPTransport(.status(200, "ok"), .failure(TransportError(reason)))
    let expected = DeliveryError.Outcome.retry(reason: reason, after: nil)
    #expect(try await outcomes(of: http) == [1: expected, 2: expected])
    #expect(http.requests.count == 2)
  }

  @Test func `a batch that is cut off says what was posted`() async throws {
    let (arrived, started) = AsyncStream<Void>.makeStream()
    let http = RecordingHTTPTransport { _, number in
      if number == 0 { return .status(200, "ok") }
      started.yield()
      // Until the task is cancelled.
      for await _ in AsyncStream<Void>.makeStream().stream {}
      return .failure(TransportError("cancelled"))
    }
    let delivery = Task { try await outcomes(of: http) }
    for await _ in arrived { break }
    delivery.cancel()
    let expected = DeliveryError.Outcome.retry(reason: "cancelled", after: nil)
    #expect(try await delivery.value == [1: expected, 2: expected])
    #expect(http.requests.count == 2)
  }

  @Test func `Rocket.Chat's answer is taken in its style only`() async throws {
    let answer = RecordingHTTPTransport.Answer.status(200, #"{"success":true}"#)
    #expect(try await outcomes(of: RecordingHTTPTransport(answer), style: "mattermost").isEmpty)
    #expect(try await outcomes(of: RecordingHTTPTransport(answer)).count == 3)
  }

  @Test func `keeps the promises of an output`() async throws {
    let conformance = OutputConformance<SlackOutput>(
      settings: ["webhook_url": "https://hooks.slack.example/services/T0000/B000/s3cr3t"],
      secrets: ["s3cr3t", "T0000", "B000"])
    #expect(try await conformance.violations() == [])
  }
}
