internal import AlertModel
public import PluginKit

/// Sends alerts to an HTTP endpoint: their JSON, or what a template makes of it.
public struct WebhookOutput: Output {
  public static let delivery = DeliveryMode.queued

  public static let manual = Manual(
    name: "webhook",
    summary: "Sends alerts to an HTTP endpoint, as JSON or as a template makes of them.",
    discussion: """
      One alert is a JSON object, several are an array. Any 2xx status means that all of them were accepted. A batch that \
      the receiver refuses (400, 413, 422) is sent again alert by alert, so that one bad alert does not take others along.

      Every request has the headers `Idempotency-Key` (the same whenever the same alerts are sent) and, for one alert, \
      `X-Weir-Alert-Id`. With `signing_key`, requests are signed; the signature covers the time, so that old requests can \
      be refused.
      """,
    example: """
      outputs:
        soar:
          webhook:
            url: "https://soar.corp.example/alerts"
            headers: {Authorization: "Bearer ${SOAR_TOKEN}"}
            signing_key: "${file:/run/secrets/soar_key}"

      """)

  private let url: Secret
  private let method: String
  private let headers: [String: Secret]
  private let contentType: String
  private let gzip: Bool
  private let body: WebhookBody
  private let signature: WebhookSignature?
  private let tls: TLSOptions
  private let tlsFiles: [FilePath?]
  private let redaction: Redaction
  private let context: PluginContext

  public init(options: WebhookOptions, context: PluginContext) throws {
    let url = options.url.reveal()
    var mistakes = SettingMistakes()
    if let mistake = WebAddress.mistake(in: url) { mistakes.note(options.$url.error("'url' \(mistake)")) }
    Self.checkHeaders(options, &mistakes)
    if (options.certificateFile == nil) != (options.keyFile == nil) {
      let given = options.certificateFile == nil ? options.$keyFile : options.$certificateFile
      mistakes.note(given.error("'certificate_file' and 'key_file' belong together; give both or neither"))
    }
    self.url = options.url
    method = options.method.rawValue
    headers = options.headers
    contentType = options.contentType
    gzip = options.gzip
    let isJSON = options.contentType.lowercased().contains("json")
    let template = try mistakes.finish { () throws(ConfigurationError) in
      try options.template.map { text throws(ConfigurationError) in
        try WebhookTemplate(text, isJSON: isJSON, vocabulary: context.vocabulary)
      }
    }
    body = WebhookBody(template: template, vocabulary: context.vocabulary)
    signature = options.signingKey.map { WebhookSignature(key: $0, header: options.signatureHeader) }
    tls = TLSOptions(
      caFile: options.caFile?.path, certificateFile: options.certificateFile?.path, keyFile: options.keyFile?.path)
    redaction = Redaction(
      url: url, secrets: options.headers.values.map { $0.reveal() } + [options.signingKey?.reveal() ?? ""])
    tlsFiles = [options.caFile, options.certificateFile, options.keyFile]
    self.context = context
  }

  public func load() throws {
    try context.files.checkPEM(tlsFiles)
  }

  public func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    let all = Array(0..<batch.count)
    var outcomes: [Int: DeliveryError.Outcome] = [:]
    if body.template == nil, all.count > 1 {
      guard let (failure, status) = await send(batch, all[...]) else { return }
      guard Self.mayConcernOneAlert.contains(status) else {
        throw DeliveryError(all: batch.count, failure, pause: failure.after)
      }
    }
    var pause: Duration?
    for place in all {
      guard let (failure, _) = await send(batch, [place]) else { continue }
      outcomes[place] = failure
      if case .reject = failure { continue }
      for later in all[(place + 1)...] { outcomes[later] = failure }
      pause = failure.after
      break
    }
    if !outcomes.isEmpty { throw DeliveryError(outcomes, pause: pause) }
  }

  /// Statuses that one alert of a batch can bring about.
  private static let mayConcernOneAlert: Set<Int> = [400, 413, 422]

  /// Sends one request. Returns nil where it was accepted, else what to do and the status (0 where there was none).
  private func send(
    _ batch: DeliveryBatch, _ places: ArraySlice<Int>
  ) async -> (DeliveryError.Outcome, status: Int)? {
    let request: HTTPRequest
    do throws(BodyError) {
      request = try self.request(batch, places)
    } catch {
      return (.reject(reason: error.reason), 0)
    }
    do throws(TransportError) {
      let response = try await context.http.send(request)
      let failure = HTTPOutcome.failure(response, now: context.clock.now, redacting: redaction)
      return failure.map { ($0, response.status) }
    } catch {
      return (HTTPOutcome.failure(error, redacting: redaction), 0)
    }
  }

  /// The request for some alerts of a batch.
  func request(_ batch: DeliveryBatch, _ places: ArraySlice<Int>) throws(BodyError) -> HTTPRequest {
    var body = try self.body.encode(batch, places: places)
    var fields: [(name: String, value: String)] = [("Content-Type", contentType)]
    if gzip, let compressed = GzipBody.compress(body) {
      body = compressed
      fields.append(("Content-Encoding", "gzip"))
    }
    let id = RequestID.id(of: batch, places: places)
    fields.append(("Idempotency-Key", id))
    if places.count == 1 { fields.append(("X-Weir-Alert-Id", id)) }
    if let signature {
      fields.append((signature.header, signature.value(for: body, at: context.clock.now)))
    }
    let configured = headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value.reveal()) }
    fields.removeAll { field in configured.contains { $0.name.lowercased() == field.name.lowercased() } }
    return HTTPRequest(
      method: method, url: url.reveal(), headers: fields + configured, body: body,
      timeout: context.requestTimeout, tls: tls)
  }

  /// In lower case: those that say how long a request is and how it goes over the line (RFC 9110, section 6; RFC 9112,
  /// section 6). A wrong one loses alerts that count as delivered.
  private static let ownHeaders: Set<String> = [
    "content-length", "transfer-encoding", "content-encoding", "connection", "expect", "te", "trailer", "upgrade",
  ]

  /// A header's name must be a token, its value one line (RFC 9110, section 5).
  private static func checkHeaders(_ options: WebhookOptions, _ mistakes: inout SettingMistakes) {
    func isToken(_ name: String) -> Bool {
      !name.isEmpty
        && name.utf8.allSatisfy { byte in
          byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
    for (name, value) in options.headers.sorted(by: { $0.key < $1.key }) {
      let place = options.$headers.place(of: name)
      if !isToken(name) {
        mistakes.note(ConfigurationError("'\(name)' is not the name of a header", at: place))
      } else if Self.ownHeaders.contains(name.lowercased()) {
        mistakes.note(
          ConfigurationError("the header '\(name)' is set for each request by weir; remove it", at: place))
      }
      if !value.reveal().utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) {
        mistakes.note(
          ConfigurationError("the header '\(name)' holds a line break or a control character; remove it", at: place))
      }
    }
    if !isToken(options.signatureHeader) {
      mistakes.note(options.$signatureHeader.error("'\(options.signatureHeader)' is not the name of a header"))
    }
    if !options.contentType.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
      mistakes.note(options.$contentType.error("'content_type' holds a line break or a control character; remove it"))
    }
  }
}

extension WebhookOutput: Previewing {
  public func preview(_ alert: OutgoingAlert) throws -> [UInt8] {
    try body.encode(DeliveryBatch(alert), places: [0])
  }
}

extension BodyError: CustomStringConvertible {
  var description: String { reason }
}
