import AlertModel
import Foundation
import PluginKit
import PluginTesting
import Testing

@testable import SyslogOutput

/// What is sent, byte for byte. `WEIR_UPDATE_FIXTURES=1` writes the golden files anew.
struct SyslogEncoderTests {
  /// An alert with all that bodies show, in plain words.
  static let plain = #"""
    {"@timestamp":"2026-11-07T03:04:05.678Z","severity":"high","rule":{"id":"r-1","name":"Trail deleted"},\#
    "message":"A trail was deleted by alice","user":{"name":"alice","id":"AIDA1"},"source":{"ip":"198.51.100.7"},\#
    "host":{"name":"web-1"},"event":{"action":"DeleteTrail","outcome":"success","provider":"cloudtrail.amazonaws.com"},\#
    "cloud":{"account":{"id":"012345678901","name":"prod"},"region":"eu-west-1"},"threat":{"technique":{"id":"T1562"}}}
    """#

  /// An alert whose every value tries to get out of its place.
  static let hostile = #"""
    {"@timestamp":"2026-11-07T03:04:05.678Z","severity":"critical","alert":{"id":"a\"]\\b\n<0>1 - forged"},\#
    "rule":{"id":"r|1=2\\","name":"Name|\n<13>forged: CEF:0|x|\t\u001b[31m"},\#
    "message":"zürich \"quoted\" a=b c]d\r\n<0>1 next \u2028 \u0085 \u0000 \\ end","user":{"name":"a b=c|d\t\u202ee"},\#
    "source":{"ip":"2001:db8::1"}}
    """#

  static let alerts = ["plain": plain, "hostile": hostile]

  static func encode(
    _ alert: String, _ options: SyslogOptions, framing: SyslogEncoder.Framing = .newline
  ) throws -> [UInt8] {
    let fixtures = AlertFixtures()
    let encoder = SyslogEncoder(options, hostname: "gateway", vocabulary: fixtures.vocabulary, offset: { _ in 3600 })
    return encoder.encode(try fixtures.batch(alert), framing: framing).bytes
  }

  @Test(arguments: SyslogOptions.Header.allCases, SyslogOptions.Body.allCases)
  func `messages are as the golden files say`(header: SyslogOptions.Header, body: SyslogOptions.Body) throws {
    var options = SyslogOptions()
    options.format = header
    options.body = body
    var text = ""
    for name in ["plain", "hostile"] {
      text += String(decoding: try Self.encode(Self.alerts[name] ?? "", options), as: UTF8.self)
    }
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(header.rawValue)-\(body.rawValue).txt")
    if ProcessInfo.processInfo.environment["WEIR_UPDATE_FIXTURES"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try text == String(contentsOf: file, encoding: .utf8))
  }

  @Test(arguments: SyslogOptions.Header.allCases, SyslogOptions.Body.allCases)
  func `FAULTS 45: nothing in an alert begins a second record`(
    header: SyslogOptions.Header, body: SyslogOptions.Body
  ) throws {
    var options = SyslogOptions()
    options.format = header
    options.body = body
    let bytes = try Self.encode(Self.hostile, options)
    #expect(bytes.filter { $0 == 0x0a }.count == 1 && bytes.last == 0x0a)
    // Tabs set LEEF's attributes apart; no other control character is anywhere.
    let allowed: Set<UInt8> = body == .leef ? [0x09] : []
    #expect(!bytes.dropLast().contains { $0 < 0x20 && !allowed.contains($0) })
  }

  @Test func `messages are counted in bytes`() throws {
    let options = SyslogOptions()
    let message = try Self.encode(Self.hostile, options, framing: .none)
    let counted = try Self.encode(Self.hostile, options, framing: .octetCounting)
    #expect(counted == Array("\(message.count) ".utf8) + message)
  }

  @Test(arguments: zip(Severity.allCases, [134, 133, 132, 131, 130]))
  func `severity and facility make the priority`(severity: Severity, priority: Int) throws {
    let fixtures = AlertFixtures()
    let encoder = SyslogEncoder(SyslogOptions(), hostname: "gateway", vocabulary: fixtures.vocabulary)
    let bytes = encoder.encode(try fixtures.batch("{}", severity: severity), framing: .none).bytes
    #expect(bytes.starts(with: "<\(priority)>1 ".utf8))
  }

  @Test func `an id has no control character in structured data, nor beyond ASCII`() throws {
    let id = #"a\u0085b\#u{85}c\#u{2028}\#u{202e}]d"#
    let message = String(
      decoding: try Self.encode(#"{"alert":{"id":"\#(id)"}}"#, SyslogOptions(), framing: .none), as: UTF8.self)
    #expect(message.contains(##" alert_id="a\\u0085b\\u0085c\\u2028\\u202e\]d" "##), "\(message)")
  }

  @Test(
    arguments: [
      ("198.51.100.7", "src=198.51.100.7", "src=198.51.100.7"),
      ("2001:db8::1", "c6a2Label=Source IPv6 Address c6a2=2001:db8::1", "src=2001:db8::1"),
      ("AWS Internal", "cs5Label=source.ip cs5=AWS Internal", "sourceIp=AWS Internal"),
      ("fe80::1%eth0", "cs5Label=source.ip cs5=fe80::1%eth0", "sourceIp=fe80::1%eth0"),
    ])
  func `what is no address is not called one`(source: String, cef: String, leef: String) throws {
    for (body, expected) in [(SyslogOptions.Body.cef, cef), (.leef, leef)] {
      var options = SyslogOptions()
      options.body = body
      let text = String(
        decoding: try Self.encode(#"{"source":{"ip":"\#(source)"}}"#, options, framing: .none), as: UTF8.self)
      #expect(text.hasSuffix((body == .cef ? " " : "\t") + expected), "\(text)")
    }
  }

  @Test func `an alert that nothing is known of has a text all the same`() throws {
    var options = SyslogOptions()
    options.format = .rfc3164
    for (body, expected) in [
      (SyslogOptions.Body.text, #"[medium] alert alert_id="alert-1""#),
      (.cef, "CEF:0|Weir|Weir|1|alert|alert|5|rt=1795231187000 externalId=alert-1"),
    ] {
      options.body = body
      let text = String(decoding: try Self.encode("{}", options, framing: .none), as: UTF8.self)
      #expect(text.hasSuffix(" gateway weir: " + expected))
    }
  }
}
