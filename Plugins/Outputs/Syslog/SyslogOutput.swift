internal import AlertModel
internal import Glibc
public import PluginKit

/// Sends each alert as a syslog message over UDP, TCP, TLS or a Unix socket.
public struct SyslogOutput: Output {
  public static let delivery = DeliveryMode.queued

  /// A batch is one write, and one wait for the peer's acknowledgement.
  public static let deliveryDefaults = DeliveryDefaults(batch: 512)

  public static let manual = Manual(
    name: "syslog",
    summary: "Sends each alert as a syslog message over UDP, TCP, TLS or a Unix socket.",
    discussion: """
      The structured data of RFC 5424 has the alert's id, which stays the same when a message is sent again: \
      `[weir@32473 alert_id="…" severity="high"]`. Severities are 2 (critical), 3 (high), 4 (medium), 5 (low) and 6 \
      (informational). No message has a line break inside, whatever an alert holds.

      Syslog has no acknowledgements. Over TCP, TLS and Unix sockets a batch counts as accepted when the receiver's \
      system has taken every byte and the connection still stands; what the receiver's program has not read when it \
      stops is lost with it. Over UDP a batch counts as accepted when it has been sent and nobody has objected. A \
      message longer than `max_datagram` is a dead letter.
      """,
    example: """
      outputs:
        siem:
          syslog:
            address: "tls://siem.corp.example:6514"
            ca_file: /etc/weir/siem-ca.pem

      """)

  private let address: StreamAddress
  private let options: SyslogOptions
  private let context: PluginContext
  private let pool: ConnectionPool
  private var encoder: SyslogEncoder

  public init(options: SyslogOptions, context: PluginContext) throws {
    var mistakes = SettingMistakes()
    options.checkHeader(&mistakes)
    address = try mistakes.finish { () throws(ConfigurationError) in try options.streamAddress() }
    self.options = options
    self.context = context
    pool = ConnectionPool(address, context, timeout: context.requestTimeout)
    // RFC 5424, section 6.2.4: a dash stands for a host that is not known.
    encoder = SyslogEncoder(options, hostname: options.hostname ?? "-", vocabulary: context.vocabulary)
  }

  public mutating func load() throws {
    try context.files.checkPEM([options.caFile, options.certificate, options.key])
    if options.hostname == nil {
      encoder = SyslogEncoder(options, hostname: Self.machineName, vocabulary: context.vocabulary)
    }
  }

  public func stop() async { await pool.close() }

  public func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    let pooled: ConnectionPool.Pooled
    do {
      pooled = try await pool.take()
    } catch {
      throw DeliveryError(all: batch.count, Self.outcome(error))
    }
    let connection = pooled.connection
    let isDatagram = if case .udp = address { true } else { connection.isDatagram }
    if isDatagram { return try await deliver(batch, datagramsOver: pooled) }

    let messages = encoder.encode(batch, framing: streamFraming)
    do {
      try await connection.send(messages.bytes, timeout: context.requestTimeout)
    } catch {
      await connection.close()
      throw DeliveryError(all: batch.count, Self.outcome(error))
    }
    await pool.giveBack(pooled)
  }

  private func deliver(
    _ batch: DeliveryBatch, datagramsOver pooled: ConnectionPool.Pooled
  ) async throws(DeliveryError) {
    let messages = encoder.encode(batch, framing: .none)
    var outcomes: [Int: DeliveryError.Outcome] = [:]
    var left: [Int] = []
    for (index, range) in messages.ranges.enumerated() {
      if let reason = reason(against: range.count) {
        outcomes[index] = .reject(reason: reason)
      } else {
        left.append(index)
      }
    }
    while !left.isEmpty {
      let result = await pooled.connection.send(
        datagrams: left.map { messages.ranges[$0] }, of: messages.bytes, timeout: context.requestTimeout)
      guard let failure = result.failure else { break }
      left.removeFirst(min(result.sent, left.count))
      guard failure.isPermanent, let refused = left.first else {
        for index in left { outcomes[index] = Self.outcome(failure) }
        await pooled.connection.close()
        throw DeliveryError(outcomes)
      }
      outcomes[refused] = .reject(reason: failure.reason)
      left.removeFirst()
    }
    await pool.giveBack(pooled)
    if !outcomes.isEmpty { throw DeliveryError(outcomes) }
  }

  private var streamFraming: SyslogEncoder.Framing {
    switch options.framing {
    case .octetCounting: return .octetCounting
    case .newline: return .newline
    case nil: if case .unix = address { return .newline } else { return .octetCounting }
    }
  }

  /// What only a change of the configuration can mend is not the alerts' fault: they wait.
  private static func outcome(_ error: TransportError) -> DeliveryError.Outcome {
    error.isPermanent ? .unauthorized(reason: error.reason) : .retry(reason: error.reason, after: nil)
  }

  private static var machineName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "-" }
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.isPrintableWord(atMost: 255) ? text : "-"
  }
}

extension SyslogOptions {
  /// Checks what goes into the header (RFC 5424, section 6: lengths and printable ASCII; RFC 3164, section 4.1.3).
  fileprivate func checkHeader(_ mistakes: inout SettingMistakes) {
    let nameLimit = format == .rfc5424 ? 48 : 32
    if !appName.isPrintableWord(atMost: nameLimit) {
      mistakes.note(
        $appName.error("'app_name' must be 1 to \(nameLimit) printable ASCII characters without spaces"))
    }
    if format == .rfc3164, appName.contains(where: { ":[]".contains($0) }) {
      mistakes.note($appName.error("'app_name' must have no ':', '[' or ']' in RFC 3164, where they end it"))
    }
    if let hostname, !hostname.isPrintableWord(atMost: 255) {
      mistakes.note($hostname.error("'hostname' must be 1 to 255 printable ASCII characters without spaces"))
    }
    if !(0...4_294_967_295).contains(enterpriseID) {
      mistakes.note($enterpriseID.error("'enterprise_id' must be a private enterprise number, such as 32473"))
    }
    // 65535 bytes less the headers of IPv4 and UDP.
    if !(480...65_507).contains(maxDatagram.bytes) {
      mistakes.note($maxDatagram.error("'max_datagram' must be between 480 (RFC 5426) and 65507 bytes"))
    }
  }
}

extension String {
  /// PRINTUSASCII of RFC 5424, section 6.
  fileprivate func isPrintableWord(atMost limit: Int) -> Bool {
    (1...limit).contains(utf8.count) && utf8.allSatisfy { (33...126).contains($0) }
  }
}

extension SyslogOutput: Previewing {
  /// The message with its framing. Over a Unix socket where nobody listens, as over a stream.
  public func preview(_ alert: OutgoingAlert) throws -> [UInt8] {
    let isDatagram =
      switch address {
      case .udp: true
      case .unix(let path): UnixSocketKind(path: path) == .datagrams
      case .tcp, .tls: false
      }
    let message = encoder.encode(DeliveryBatch(alert), framing: isDatagram ? .none : streamFraming).bytes
    if isDatagram, let reason = reason(against: message.count) { throw PreviewError(reason) }
    return message
  }

  /// Why a datagram of so many bytes is not sent; nil where it is.
  private func reason(against size: Int) -> String? {
    let limit = options.maxDatagram.bytes
    return size <= limit ? nil : "the message has \(size) bytes, more than max_datagram (\(limit))"
  }
}
