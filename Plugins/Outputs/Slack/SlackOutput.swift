internal import AlertModel
public import PluginKit

/// Posts each alert as a message to a Slack, Mattermost or Rocket.Chat channel through an incoming webhook.
public struct SlackOutput: Output {
  public static let delivery = DeliveryMode.queued

  /// Slack allows one message a second for each webhook ("Rate limits", incoming webhooks). A message is one request
  /// whatever the batch is, but what became of a batch is committed to the outbox in one transaction, and reading, timers and
  /// tasks are shared. A kill repeats a batch at the most: one message with this rate limit, which lets through what one
  /// second brings.
  public static let deliveryDefaults = DeliveryDefaults(rateLimit: Rate(1, per: .seconds(1)), batch: 16)

  public static let manual = Manual(
    name: "slack",
    summary: "Posts each alert to a Slack, Mattermost or Rocket.Chat channel through an incoming webhook.",
    discussion: """
      A message has the colour of the alert's severity and shows title, what the detector says, actor, account, action, \
      source address, region, host, rule, technique, the rule's first triage step, a link, time and id, as far as the \
      alert has them. Nothing in an alert can mention anybody, link anywhere unseen, or break the layout. What is too \
      long for Slack is cut with the number of characters that were left out.

      Slack takes about one message a second from a webhook; that is the default `rate_limit`. When more come, they wait, \
      and when too many wait, one digest stands for them.
      """,
    example: """
      outputs:
        soc:
          slack:
            webhook_url: "${SLACK_WEBHOOK_URL}"
            link: "https://siem.corp.example/alerts/{weir.alert_id}"

      """)

  private let url: Secret
  private let readers: AlertReaders
  private let fields: AlertSummaryFields
  private let style: SlackOptions.Style
  private let preamble: [UInt8]
  private let answer: SlackAnswer
  private let tls: TLSOptions
  private let caFile: FilePath?
  private let context: PluginContext

  public init(options: SlackOptions, context: PluginContext) throws {
    let url = options.webhookURL.reveal()
    if let mistake = WebAddress.mistake(in: url) { throw options.$webhookURL.error("'webhook_url' \(mistake)") }
    self.url = options.webhookURL
    readers = AlertReaders(vocabulary: context.vocabulary)
    fields = AlertSummaryFields(
      context.vocabulary, link: try AlertLinkFields(context.vocabulary, template: options.link))
    style = options.style
    preamble = Self.preamble(options)
    answer = SlackAnswer(style: options.style, redaction: Redaction(url: url))
    tls = TLSOptions(caFile: options.caFile?.path)
    caFile = options.caFile
    self.context = context
  }

  public func load() throws {
    if let caFile { try context.files.checkPEM(caFile) }
  }

  public func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    var outcomes: [Int: DeliveryError.Outcome] = [:]
    var pause: Duration?
    let messages = encode(batch)
    for (index, message) in messages.enumerated() {
      guard let (failure, concernsAll) = await post(message) else { continue }
      outcomes[index] = failure
      if concernsAll {
        for later in index..<batch.count { outcomes[later] = failure }
        pause = failure.after
        break
      }
    }
    if !outcomes.isEmpty { throw DeliveryError(outcomes, pause: pause) }
  }

  /// The messages for a batch, one an alert. Pure.
  func encode(_ batch: DeliveryBatch) -> [[UInt8]] {
    (0..<batch.count).map { index in
      let outgoing = batch[index]
      let id = Array(outgoing.id.utf8)
      let read = try? readers.read(outgoing) { alert in
        encode(fields.summary(of: alert, time: outgoing.time, id: id))
      }
      if let read { return read }
      // Only damaged state brings this about; the alert is still announced.
      var summary = AlertSummary()
      summary.severity = outgoing.severity
      summary.title = Array("An alert that cannot be read".utf8)
      summary.time = outgoing.time
      summary.id = id
      return encode(summary)
    }
  }

  private func encode(_ summary: AlertSummary) -> [UInt8] {
    switch style {
    case .slack: SlackMessage(preamble: preamble).encode(summary)
    case .mattermost: MattermostMessage(preamble: preamble).encode(summary)
    }
  }

  /// Statuses that say nothing about the one message: too many requests, and a gateway whose server is not there (RFC 6585,
  /// section 4; RFC 9110, sections 15.6.3 to 15.6.5).
  private static let concernAll: Set<Int> = [429, 502, 503, 504]

  /// Posts one message. Returns nil where it was accepted, else what to do, and whether the next one would fare alike.
  private func post(_ message: [UInt8]) async -> (DeliveryError.Outcome, concernsAll: Bool)? {
    let request = HTTPRequest(
      url: url.reveal(), headers: [("Content-Type", "application/json; charset=utf-8")], body: message,
      timeout: context.requestTimeout, tls: tls)
    do throws(TransportError) {
      let response = try await context.http.send(request)
      guard let failure = answer.failure(response, now: context.clock.now) else { return nil }
      if case .unauthorized = failure { return (failure, true) }
      return (failure, Self.concernAll.contains(response.status) || failure.after != nil)
    } catch {
      return (HTTPOutcome.failure(error, redacting: answer.redaction), true)
    }
  }

  private static func preamble(_ options: SlackOptions) -> [UInt8] {
    var json: [UInt8] = []
    if let channel = options.channel {
      json.append("\"channel\":")
      JSONEscapes.appendQuoted(channel, to: &json)
      json.append(",")
    }
    if let username = options.username {
      json.append("\"username\":")
      JSONEscapes.appendQuoted(username, to: &json)
      json.append(",")
    }
    return json
  }
}

extension SlackOutput: Previewing {
  public func preview(_ alert: OutgoingAlert) throws -> [UInt8] { encode(DeliveryBatch(alert)).first ?? [] }
}
