import AlertModel
import PluginKit
import PluginTesting
import Testing

/// The one HTTP status table.
@Suite struct HTTPOutcomeTests {
  private let redaction = Redaction(url: "https://user:pa55word@h.example/services/T000/s3cr3tpath?token=abcdef")
  private let now = ManualClock.epoch

  private func outcome(
    _ status: Int, _ body: String = "", _ headers: [(name: String, value: String)] = []
  ) -> DeliveryError.Outcome? {
    HTTPOutcome.failure(
      HTTPResponse(status: status, headers: headers, body: Array(body.utf8)), now: now, redacting: redaction)
  }

  @Test(arguments: [200, 201, 202, 204, 299])
  func `2xx is accepted`(status: Int) {
    #expect(outcome(status) == nil)
  }

  @Test(arguments: [
    (408, "408 Request Timeout"), (425, "425 Too Early"), (429, "429 Too Many Requests"),
    (500, "500 Internal Server Error"), (502, "502 Bad Gateway"), (503, "503 Service Unavailable"),
    (504, "504 Gateway Timeout"), (599, "599"),
  ])
  func `busy and broken servers are tried again`(status: Int, title: String) {
    #expect(outcome(status) == .retry(reason: "the server answered \(title)", after: nil))
  }

  @Test(arguments: [(401, "401 Unauthorized"), (403, "403 Forbidden")])
  func `refusals of whoever we are wait for somebody to mend them`(status: Int, title: String) {
    #expect(outcome(status) == .unauthorized(reason: "the server answered \(title)"))
  }

  @Test(arguments: [
    (400, "400 Bad Request"), (404, "404 Not Found"), (410, "410 Gone"), (413, "413 Content Too Large"),
    (422, "422 Unprocessable Content"), (451, "451"),
  ])
  func `other 4xx are dead letters`(status: Int, title: String) {
    #expect(outcome(status, "bad\n thing") == .reject(reason: "the server answered \(title): bad thing"))
  }

  @Test func `redirects are not followed, and the host that they lead to is named`() {
    #expect(
      outcome(302, "", [("location", "https://u:p@elsewhere.example:8443/path/s3cret?x=1")])
        == .reject(
          reason: "the server answered 302 Found and redirects to elsewhere.example:8443; redirects are not followed, "
            + "so the configured address must be the final one"))
    #expect(
      outcome(308, "", [("location", "/elsewhere")])
        == .reject(
          reason: "the server answered 308 Permanent Redirect and redirects; redirects are not followed, "
            + "so the configured address must be the final one"))
  }

  @Test func `failures below HTTP are tried again, and those that only a person can mend, slowly`() {
    let reason = "cannot connect to h.example:443: Connection refused"
    #expect(
      HTTPOutcome.failure(TransportError(reason), redacting: redaction) == .retry(reason: reason, after: nil))
    #expect(
      HTTPOutcome.failure(TransportError(reason, isPermanent: true), redacting: redaction)
        == .unauthorized(reason: reason))
  }

  @Test func `what a server sends back shows no part of the address`() {
    let said =
      #"Cannot POST \/services\/T000\/s3cr3tpath?token=abcdef for user:pa55word, also /services/T000/s3cr3tpath"#
    guard case .reject(let reason) = outcome(400, said) else {
      Issue.record("not rejected")
      return
    }
    for secret in ["s3cr3tpath", "T000", "abcdef", "pa55word"] { #expect(!reason.contains(secret)) }
    #expect(reason.hasPrefix("the server answered 400 Bad Request: Cannot POST"))
  }

  @Test func `nor does one that sends the address back decoded`() {
    let redaction = Redaction(url: "https://h.example/hook/s3cr3t%2Fp%61th?token=a%20b%c3%A9c&x=100%")
    let said = redaction.apply(to: "no hook 's3cr3t/path' for 'a b\u{E9}c'; /hook/s3cr3t/path is gone")
    #expect(said == "no *** '***' for '***'; *** is gone")
  }

  @Test func `quotes of a body are one short line without control characters, and no pages`() {
    #expect(redaction.excerpt(of: Array("a\u{1B}[2J\r\nb".utf8)) == "a\u{FFFD}[2J b")
    #expect(redaction.excerpt(of: Array(String(repeating: "x", count: 300).utf8)).count == 201)
    #expect(redaction.excerpt(of: Array("<!DOCTYPE html><HTML><body>Sign in".utf8)) == "")
  }

  @Test func `printing a redaction shows nothing`() {
    #expect("\(redaction)" == "Redaction")
    var dumped = ""
    dump(redaction, to: &dumped)
    #expect(!dumped.contains("s3cr3tpath"))
  }

  @Test(arguments: [
    ("5", 5.0), (" 120 ", 120), ("0", 0), ("1.5", 1.5), ("99999999999", 86_400),
    // ManualClock.epoch is Sat, 21 Nov 2026 03:19:47 GMT.
    ("Sat, 21 Nov 2026 03:20:00 GMT", 13), ("Saturday, 21-Nov-26 03:20:00 GMT", 13), ("Sat Nov 21 03:20:00 2026", 13),
    ("Sat, 21 Nov 2026 03:00:00 GMT", 0), ("Sat, 21 Nov 2099 03:00:00 GMT", 86_400),
  ])
  func `Retry-After is read in seconds and as a date`(value: String, seconds: Double) {
    let expected = DeliveryError.Outcome.retry(
      reason: "the server answered 429 Too Many Requests", after: .milliseconds(Int(seconds * 1000)))
    #expect(outcome(429, "", [("retry-after", value)]) == expected)
  }

  @Test(arguments: ["", "soon", "-1", "Sat, 32 Nov 2026 03:20:00 GMT", "Sat, 21 Nov 2026 25:20:00 GMT", "1e3"])
  func `a Retry-After that is neither is as good as none`(value: String) {
    #expect(
      outcome(503, "", [("retry-after", value)])
        == .retry(reason: "the server answered 503 Service Unavailable", after: nil))
  }

  @Test func `retry_after in a JSON body is read where there is no header`() {
    let body = #"{"retry_after":1,"ok":false,"error":"rate_limited"}"#
    #expect(RetryAfter.delay(in: HTTPResponse(status: 429, body: Array(body.utf8)), now: now) == .seconds(1))
    #expect(
      RetryAfter.delay(in: HTTPResponse(status: 429, body: Array(#"{"retry_after":0.25}"#.utf8)), now: now)
        == .milliseconds(250))
    #expect(
      RetryAfter.delay(
        in: HTTPResponse(status: 429, headers: [("retry-after", "7")], body: Array(body.utf8)), now: now)
        == .seconds(7))
    for odd in ["\"Infinity\"", "\"nan\"", "1e400", "-1", "null"] {
      let body = Array("{\"retry_after\":\(odd)}".utf8)
      #expect(RetryAfter.delay(in: HTTPResponse(status: 429, body: body), now: now) == nil)
    }
  }
}
