internal import AlertModel
internal import Glibc

/// What comes before the body of a message, prepared as far as it is the same for all alerts.
struct MessageHeader {
  private let format: SyslogOptions.Header
  /// By severity: `<134>1 ` or `<134>`.
  private let priorities: [[UInt8]]
  private let afterTime: [UInt8]
  /// By severity: what ends the structured data.
  private let severityParameters: [[UInt8]]
  private let offset: @Sendable (Timestamp) -> Int64

  /// - Parameter offset: how many seconds the local time is ahead of UTC at a moment.
  init(_ options: SyslogOptions, hostname: String, offset: @escaping @Sendable (Timestamp) -> Int64) {
    format = options.format
    self.offset = offset
    let isModern = options.format == .rfc5424
    priorities = Severity.allCases.map { severity in
      Array("<\(options.facility.number * 8 + severity.syslogNumber)>\(isModern ? "1 " : "")".utf8)
    }
    severityParameters = Severity.allCases.map { Array("\" severity=\"\($0)\"] ".utf8) }
    let name = options.appName
    afterTime =
      isModern
      // No process id, since a restart means nothing to the receiver; the message's id is its kind.
      ? Array(" \(hostname) \(name) - alert [weir@\(options.enterpriseID) alert_id=\"".utf8)
      : Array(" \(hostname) \(name): ".utf8)
  }

  /// Appends all that comes before the body.
  ///
  /// - Parameter id: the inside of the JSON string.
  func append(severity: Severity, time: Timestamp, id: UnsafeRawBufferPointer, to message: inout [UInt8]) {
    message.append(contentsOf: priorities[Int(severity.rawValue)])
    switch format {
    case .rfc5424:
      time.append(to: &message)
      message.append(contentsOf: afterTime)
      SafeText.parameter.append(id, to: &message)
      message.append(contentsOf: severityParameters[Int(severity.rawValue)])
    case .rfc3164:
      appendLegacyTime(time, to: &message)
      message.append(contentsOf: afterTime)
    }
  }

  /// RFC 3164, section 4.1.2: `Nov  7 03:04:05`, local time, no year.
  private func appendLegacyTime(_ time: Timestamp, to message: inout [UInt8]) {
    let local = time.nanoseconds / 1_000_000_000 + offset(time)
    let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
    let second = local - days * 86_400
    let (_, month, day) = Timestamp.date(daysSinceEpoch: days)
    let names: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
    message.append(contentsOf: UnsafeBufferPointer(start: names.utf8Start + Int(month - 1) * 3, count: 3))
    message.append(UInt8(ascii: " "))
    func append(_ number: Int64, padding: UInt8, then separator: StaticString) {
      message.append(number < 10 ? padding : UInt8(ascii: "0") + UInt8(number / 10))
      message.append(UInt8(ascii: "0") + UInt8(number % 10))
      if separator.utf8CodeUnitCount > 0 { message.append(separator.utf8Start.pointee) }
    }
    append(day, padding: UInt8(ascii: " "), then: " ")
    append(second / 3600, padding: UInt8(ascii: "0"), then: ":")
    append(second / 60 % 60, padding: UInt8(ascii: "0"), then: ":")
    append(second % 60, padding: UInt8(ascii: "0"), then: "")
  }

  /// The machine's own offset from UTC.
  @Sendable static func localOffset(at time: Timestamp) -> Int64 {
    var seconds = time_t(time.nanoseconds / 1_000_000_000)
    var parts = tm()
    return localtime_r(&seconds, &parts) == nil ? 0 : Int64(parts.tm_gmtoff)
  }
}

extension Severity {
  /// RFC 5424, table 2: 2 critical, 3 error, 4 warning, 5 notice, 6 informational.
  fileprivate var syslogNumber: Int { 6 - Int(rawValue) }
}
