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
