import Foundation
import Testing

/// The matrix' numbers 50 to 59: tables, lists and the configuration.
@Suite(.timeLimit(.minutes(3)))
struct ConfigurationFaults {
  @Test func `53: an account twice in a table is an error at load that names both lines`() async throws {
    let end = try await run(table: "account_id,account_name\n111122223333,one\n444455556666,two\n111122223333,three\n")
    #expect(end.exitCode == 78, "\(end.said)")
    #expect(end.said.contains("accounts.csv:4") && end.said.contains("2"), "\(end.said)")
  }

  @Test func `50: an empty table is an error at load`() async throws {
    let end = try await run(table: "")
    #expect(end.exitCode == 78, "\(end.said)")
    #expect(end.said.contains("accounts.csv"), "\(end.said)")
  }

  @Test func `51: a table with CRLF, and without an end of its last line, is read whole`() async throws {
    let end = try await run(table: "account_id,account_name\r\n111122223333,one \r\n012345678901,last")
    #expect(end.exitCode == 0, "\(end.said)")
  }

  @Test(arguments: ["", "*"]) func `52: a pattern that is empty or that is met by all is refused`(pattern: String)
    async throws
  {
    let end = try await allowlisted("actors: [\"\(pattern)\"]", input: alerts(0..<1)).end
    #expect(end.exitCode == 78, "\(end.said)")
    #expect(end.said.contains("allowlist.yaml:2:"), "\(end.said)")
  }

  @Test func `54: every suppression has its record, with the whole alert`() async throws {
    let input = (0..<50).map { number in
      #"{"seq":\#(number),"severity":"low","user":{"name":"\#(number % 2 == 0 ? "admin" : "mallory")"}}"# + "\n"
    }.joined()
    let (end, ledger, held, passed) = try await allowlisted("actors: [admin]", input: input)
    #expect(end.exitCode == 0, "\(end.said)")
    #expect(ledger.hasPrefix(#"{"read":50,"routed":25,"suppressed":25,"#), "\(ledger)")
    #expect(passed == (0..<50).filter { $0 % 2 == 1 })
    #expect(held.count == 25)
    for line in held {
      for part in [
        #""user":{"name":"admin"}"#, #""entry":"#, #""owner":"a@b.example""#, #""reason":"because""#,
        #""expires":"2099-01-01"#,
      ] {
        #expect(line.contains(part), "\(line)")
      }
    }
  }

  @Test func `55: a field in a path cannot lead out of its folder`() async throws {
    let world = try World(World.configuration(outputs: [("archive", "file: {path: \"deep/er/{user.name}.ndjson\"}")]))
    let names = ["../../x", "/etc/x", "..", "a/../../../b", "\\u0000", ""]
    let end = try await world.run(
      names.enumerated().map { #"{"seq":\#($0),"user":{"name":"\#($1)"}}"# + "\n" }.joined())
    #expect(end.exitCode == 0, "\(end.said)")
    let files = FileManager.default.enumerator(atPath: world.folder)?.compactMap { $0 as? String } ?? []
    let written = files.filter { $0.hasSuffix(".ndjson") && !$0.hasPrefix("state") }
    #expect(written.count == names.count, "\(written)")
    #expect(written.allSatisfy { $0.hasPrefix("deep/er/") && $0.split(separator: "/").count == 3 }, "\(written)")
  }

  /// Runs with an allowlist of one entry that has this line.
  private func allowlisted(_ line: String, input: String) async throws -> (
    end: WeirProcess.End, ledger: String, held: [String], passed: [Int?]
  ) {
    let world = try World(World.configuration() + "\nenrichers: [{allowlist: {file: allowlist.yaml}}]\n")
    try world.write(
      "- name: entry\n  \(line)\n  reason: because\n  owner: a@b.example\n  expires: 2099-01-01\n", "allowlist.yaml")
    let end = try await world.run(input)
    return (end, world.ledger, world.lines("state/suppressed.ndjson"), world.numbers("out.ndjson"))
  }

  @Test func `58: many mistakes are shown at once, each at its place`() async throws {
    let world = try World(
      """
      inputs: [{stdin: {colour: red}}, {fille: {}}]
      enrichers:
        - account_name: {acounts: a.csv}
        - allowlst: {}
      outputs:
        a: {webhook: {url: "ftp://x", batch: 0}}
        b: {syslog: {address: "tcp://h", facilty: local0}}
        c: {slack: {}}
        d: {nothing: {}}
      routes:
        - {when: "severity >=", to: a}
        - {when: "a: (b or", to: b}
        - {to: [e, f]}
      statte: x
      unrouted: maybe
      """)
    for command in ["check", "run"] {
      let end = try await WeirProcess([command, "-c", "config.yaml"], in: world.folder).end()
      #expect(end.exitCode == 78, "\(end.said)")
      let errors = end.said.split(separator: "\n").filter { $0.contains(#/^config\.yaml:\d+:\d+: error: /#) }
      #expect(errors.count >= 14, "\(end.said)")
      #expect(end.said.contains("stdin") && end.said.contains("'state'"), "\(end.said)")
    }
  }

  @Test func `59: a secret is shown by no command, no error, no log and no file`() async throws {
    let secret = "s3cr3t-" + UUID().uuidString
    let refusing = Receiver { number, _ in number == 1 ? .status(500, body: secret) : .status(400, body: secret) }
    let line =
      "webhook: {url: \"\(refusing.url)/\(secret)\", headers: {Authorization: \"Bearer \(secret)\"}, "
      + "signing_key: \"\(secret)\"}"
    let world = try World(
      World.configuration(outputs: [("hook", line), ("dead", "webhook: {url: \"http://127.0.0.1:9/\(secret)\"}")]))
    let end = try await world.run(alerts(0..<2), drain: "2s")
    #expect(end.exitCode == 75, "\(end.said)")
    #expect(!refusing.requests.isEmpty)
    let check = try await WeirProcess(["check", "-c", "config.yaml"], in: world.folder).end()
    #expect(check.exitCode == 0, "\(check.said)")
    // The same with mistakes beside it, and with a secret that cannot be used.
    try world.configure(
      World.configuration(outputs: [("hook", line.replacing("webhook: {", with: "webhook: {colour: \(secret), "))])
        .replacing("http://127.0.0.1:\(refusing.port)", with: "no address "))
    let mistaken = try await WeirProcess(["check", "-c", "config.yaml"], in: world.folder).end()
    #expect(mistaken.exitCode == 78, "\(mistaken.said)")
    for said in [end.said, check.said, mistaken.said, world.text("stdout")] {
      #expect(!said.contains(secret), "\(said)")
    }
    let files = FileManager.default.enumerator(atPath: world.folder)?.compactMap { $0 as? String } ?? []
    #expect(files.contains { $0.hasSuffix("dead-letters.ndjson") })
    for file in files where file != "config.yaml" {
      let data = FileManager.default.contents(atPath: world.folder + "/" + file) ?? Data()
      #expect(data.firstRange(of: Data(secret.utf8)) == nil, "\(file)")
    }
  }

  private func run(table: String) async throws -> WeirProcess.End {
    let world = try World(World.configuration() + "\nenrichers: [{account_name: {accounts: accounts.csv}}]\n")
    try world.write(table, "accounts.csv")
    return try await world.run(alerts(0..<1))
  }
}
