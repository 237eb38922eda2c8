internal import AlertModel
public import PluginKit

/// The promises that every queued output must keep, as a test that every output runs:
///
/// ```swift
/// @Test func `keeps the promises of an output`() async throws {
///   let conformance = OutputConformance<SlackOutput>(settings: ["webhook_url": "https://h.example/s3cret-path"],
///     secrets: ["s3cret-path"])
///   #expect(try await conformance.violations() == [])
/// }
/// ```
///
/// It never retries by itself; when it fails it names every alert that was not accepted; a secret is in no error, log or
/// description; the same alert is sent with the same id each time; odd alerts do no harm.
public struct OutputConformance<Subject: Output> {
  private let settings: LocatedNode
  private let secrets: [String]
  private let requestsPerAlert: Int

  /// - Parameters:
  ///   - settings: a working configuration.
  ///   - secrets: texts in the settings that must never be seen.
  ///   - requestsPerAlert: how many requests or writes an output may need for one alert, a first refusal of the whole
  ///     batch included.
  public init(settings: LocatedNode, secrets: [String] = [], requestsPerAlert: Int = 2) {
    self.settings = settings
    self.secrets = secrets
    self.requestsPerAlert = requestsPerAlert
  }

  /// What the output does not keep to; empty where all is well.
  ///
  /// - Throws: where the settings cannot be used.
  public func violations() async throws -> [String] {
    var violations: [String] = []
    violations += try await acceptance()
    let answers: [(String, RecordingHTTPTransport.Answer)] =
      [400, 401, 404, 429, 500].map { status in
        ("status \(status)", .status(status, "no: " + secrets.joined(separator: " ")))
      } + [("a broken connection", .failure(TransportError("cannot reach it: " + secrets.joined(separator: " "))))]
    for (name, answer) in answers { violations += try await failure(name, answer) }
    return violations
  }

  private func subject(_ http: RecordingHTTPTransport, _ streams: RecordingStreamTransport, _ log: RecordingLog) throws
    -> Subject
  {
    var subject = try Subject(
      options: Subject.Options(settings),
      context: .testing(name: "subject", http: http, streams: streams, logger: log.logger))
    try subject.load()
    return subject
  }

  /// Odd alerts are accepted, twice, with the same ids.
  private func acceptance() async throws -> [String] {
    var violations: [String] = []
    let batch = DeliveryBatch(try AlertFixtures().block(OddAlerts.documents))
    let (http, streams, log) = (RecordingHTTPTransport(), RecordingStreamTransport(), RecordingLog())
    let subject = try subject(http, streams, log)
    try await subject.start()
    var sent: [[[UInt8]]] = []
    for _ in 1...2 {
      let before = (http.requests.count, streams.sent.count)
      do throws(DeliveryError) {
        try await subject.deliver(batch)
      } catch {
        violations.append("odd alerts were not accepted: \(error.outcomes)")
      }
      sent.append(http.requests[before.0...].map(\.body) + streams.sent[before.1...])
    }
    await subject.stop()
    if sent[0] != sent[1] { violations.append("the same alerts were not sent the same way twice") }
    if sent[0].isEmpty { violations.append("nothing was sent") }
    for ids in [http.requests.map { $0[header: "Idempotency-Key"] }] where !ids.isEmpty {
      if Array(ids.prefix(ids.count / 2)) != Array(ids.suffix(ids.count / 2)) {
        violations.append("the same alerts were not sent with the same Idempotency-Key twice")
      }
    }
    return violations + leaks(in: log.messages + [String(describing: subject), String(reflecting: subject)])
  }

  private func failure(_ name: String, _ answer: RecordingHTTPTransport.Answer) async throws -> [String] {
    var violations: [String] = []
    let fixtures = AlertFixtures()
    let count = 3
    let documents = (1...count).map { #"{"rule":{"name":"rule \#($0)"}}"# }
    let log = RecordingLog()
    let broken = TransportError("cannot reach it")
    let http = RecordingHTTPTransport(answer)
    let streams = RecordingStreamTransport(
      connects: Array(repeating: broken, count: 100), sends: Array(repeating: broken, count: 100))
    let subject = try subject(http, streams, log)
    do {
      try await subject.start()
      do throws(DeliveryError) {
        try await subject.deliver(DeliveryBatch(try Self.block(documents, fixtures)))
        violations.append("\(name): counted as accepted")
      } catch {
        if Set(error.outcomes.keys) != Set(0..<count) {
          violations.append("\(name): the error names the alerts \(error.outcomes.keys.sorted()) and not all \(count)")
        }
        violations += leaks(in: error.outcomes.values.map { "\($0)" })
      }
    }
    await subject.stop()
    let limit = 1 + count * (requestsPerAlert - 1)
    let attempts = max(http.requests.count, streams.events.count)
    if attempts > max(limit, count) { violations.append("\(name): tried \(attempts) times for \(count) alerts") }
    return violations + leaks(in: log.messages)
  }

  private static func block(_ documents: [String], _ fixtures: AlertFixtures) throws(DeliveryError) -> AlertBlock {
    do { return try fixtures.block(documents) } catch { throw DeliveryError([:]) }
  }

  private func leaks(in texts: [String]) -> [String] {
    secrets.flatMap { secret in
      texts.filter { $0.contains(secret) }.map { "a secret is shown: " + $0.replacing(secret, with: "[secret]") }
    }
  }
}
