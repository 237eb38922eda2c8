internal import AlertModel
internal import AllowlistEnricher
internal import BundledPlugins
internal import KQL
internal import PluginKit
internal import PluginTesting
internal import SlackOutput

/// What the steps of an alert's way cost, one at a time: `Micro ALERTS.ndjson`.
@main
struct Micro {
  let corpus: Corpus
  let fixtures = AlertFixtures(BundledPlugins.catalog.formats)

  static func main() async throws {
    guard CommandLine.arguments.count == 2 else {
      print("usage: Micro ALERTS.ndjson")
      return
    }
    let micro = Micro(corpus: try Corpus(path: CommandLine.arguments[1]))
    Meter.printHeader()
    try micro.parse()
    try micro.recognise()
    try micro.lookUp()
    try micro.evaluate()
    try micro.askAllowlist(of: 100)
    try micro.askAllowlist(of: 100_000)
    try micro.splice()
    try await micro.encodeForSlack()
  }

  private func parse() throws {
    let parser = DocumentParser()
    try Meter.measure("parse and validate") {
      for line in corpus.lines { _ = try line.withUnsafeBytes { try parser.parse($0) } }
      return corpus.lines.count
    }
  }

  private func recognise() throws {
    try forEachAlertMeasured("parse, recognise, make the alert") { _ in }
  }

  /// Steps on an alert include making it: an alert cannot outlive its parser's next document.
  private func forEachAlertMeasured(_ name: String, _ body: (borrowing Alert) -> Void) throws {
    let parser = DocumentParser()
    let arena = TextArena()
    try Meter.measure(name) {
      for line in corpus.lines {
        try line.withUnsafeBytes { bytes in
          let root = try parser.parse(bytes)
          fixtures.formats.forEachAlert(in: root) { document, envelope, format in
            let severity = fixtures.formats.severity(of: document, envelope: envelope, format: format, arena: arena)
            let alert = Alert(
              document, envelope: envelope, table: format, severity: severity, vocabulary: fixtures.vocabulary,
              arena: arena)
            body(alert)
          }
        }
        arena.reset()
      }
      return corpus.lines.count
    }
  }

  private func lookUp() throws {
    let names = [
      "@timestamp", "rule.name", "user.name", "cloud.account.id", "source.ip", "event.action", "event.outcome",
      "aws.cloudtrail.user_identity.arn",
    ]
    let fields = names.map { fixtures.vocabulary.field($0) }
    try forEachAlertMeasured("the same, and eight fields") { alert in
      for field in fields { _ = alert.first(field) }
    }
  }

  private func evaluate() throws {
    let condition = try Condition(
      #"severity >= high and event.outcome: failure and not user_agent.original: (*amazonaws.com or "AWS Internal")"#,
      vocabulary: fixtures.vocabulary)
    let now = ManualClock.epoch
    try forEachAlertMeasured("the same, and a condition of four terms") { alert in
      _ = condition.matches(alert, now: now)
    }
  }

  private func askAllowlist(of count: Int) throws {
    let entries = (0..<count).map { number -> LocatedNode in
      let actor = "arn:aws:iam::111122223333:user/somebody.\(number)"
      return [
        "name": LocatedNode(stringLiteral: "entry \(number)"), "actors": [LocatedNode(stringLiteral: actor)],
        "reason": "made for measuring", "owner": "platform@corp.example", "expires": "2099-12-31",
      ]
    }
    let options = try AllowlistOptions(["entries": LocatedNode(.sequence(entries), at: LocatedNode.nowhere)])
    var enricher = try AllowlistEnricher(
      options: options, context: .testing(name: "allowlist", vocabulary: fixtures.vocabulary))
    try enricher.load()
    let ready = enricher
    try forEachAlertMeasured("the same, and an allowlist of \(count)") { alert in _ = try? ready.enrich(alert) }
  }

  private func splice() throws {
    let name = AddedField("cloud.account.name", text: "payments-prod")
    let id = FieldPath("weir.alert_id")
    var writer = AlertWriter()
    var output: [UInt8] = []
    try forEachAlertMeasured("the same, and two fields spliced in") { alert in
      output.removeAll(keepingCapacity: true)
      writer.begin()
      writer.add(name)
      writer.add(id) { $0.append(contentsOf: #""0123456789abcdef""#.utf8) }
      writer.write(alert.document, to: &output)
    }
  }

  private func encodeForSlack() async throws {
    let options = try SlackOptions(["webhook_url": "http://127.0.0.1/hook"])
    let output = try SlackOutput(
      options: options,
      context: .testing(name: "slack", vocabulary: fixtures.vocabulary, http: RecordingHTTPTransport()))
    let documents = corpus.lines.prefix(200).map { String(decoding: $0, as: UTF8.self) }
    let block = try fixtures.block(documents)
    let clock = ContinuousClock()
    var best = Duration.seconds(1_000_000)
    for _ in 0..<20 {
      let start = clock.now
      try await output.deliver(DeliveryBatch(block: block, places: Array(0..<Int32(documents.count))))
      best = min(best, (clock.now - start) / documents.count)
    }
    // Tasks move between threads, so allocations are not counted here.
    Meter.printRow("a Slack message, to a transport that only records", best)
  }
}
