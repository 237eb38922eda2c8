import Foundation
import Testing

/// The commands that say and change what is held back, as a person runs them.
@Suite(.timeLimit(.minutes(3)))
struct SuppressionCommands {
  private static let configuration = """
    enrichers: [{allowlist: {file: known.yaml}}]
    outputs: {archive: {file: {path: archive.ndjson}}, held: {file: {path: held.ndjson}}}
    routes: [{to: archive}]
    suppressed: {to: held}
    state: state
    """

  private static func known(_ actors: String) -> String {
    """
    - name: mira works on trails
      actors: [\(actors)]
      reason: CHG-1
      owner: platform@corp.example
      expires: 2099-03-31
    """
  }

  private static func alert(_ id: Int, _ user: String, ip: String = "10.0.0.1") -> String {
    """
    {"ecs":{"version":"8"},"event":{"id":"\(id)","action":"CreateTrail"},"user":{"name":"\(user)"},"severity":"low",\
    "source":{"ip":"\(ip)"}}

    """
  }

  /// Runs a command to its end.
  private func weir(_ world: borrowing World, _ arguments: String...) async throws -> (
    code: Int32?, out: String, err: String
  ) {
    let output = world.folder + "/out-\(UUID().uuidString)"
    let end = try await WeirProcess(arguments, in: world.folder, output: output).end()
    return (end.exitCode, (try? String(contentsOfFile: output, encoding: .utf8)) ?? "", end.said)
  }

  private func git(_ folder: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@corp.example"] + arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  @Test func `A change of the allowlist is compared with what git has, and refused where more is held back`()
    async throws
  {
    let world = try World(Self.configuration)
    try world.write(Self.known("mira"), "known.yaml")
    try git(world.folder, "init", "-q")
    // Git's archives would leave it out, and a filter that says more than a pipe holds must not stop it.
    try world.write("known.yaml export-ignore filter=loud", ".gitattributes")
    try git(world.folder, "add", ".gitattributes", "config.yaml", "known.yaml")
    try git(world.folder, "commit", "-q", "-m", "first")
    try git(world.folder, "config", "filter.loud.smudge", "head -c 200000 /dev/zero >&2; cat")
    try world.write(Self.alert(1, "mira") + Self.alert(2, "eve") + Self.alert(3, "dan"), "in.ndjson")
    let same = try await weir(world, "replay", "--against", "git:HEAD", "--fail-on", "newly-suppressed=0", "in.ndjson")
    #expect(same.code == 0, "\(same.err)")
    #expect(same.out.contains("3 alerts, 3 of them unchanged"), "\(same.out)")
    try world.write(Self.known("mira, eve"), "known.yaml")
    let wider = try await weir(world, "replay", "--against", "git:HEAD", "--fail-on", "newly-suppressed=0", "in.ndjson")
    #expect(wider.code == 1)
    #expect(wider.out.contains("newly suppressed: 1"), "\(wider.out)")
    #expect(wider.err.contains("1 alert newly suppressed, more than the 0 of --fail-on"), "\(wider.err)")
    let missing = try await weir(world, "replay", "--against", "git:HEAD", "nowhere.ndjson")
    #expect(missing.code == 65 && missing.err.contains("nowhere.ndjson: "), "\(missing.err)")
    let unknown = try await weir(world, "replay", "--against", "git:nowhere", "in.ndjson")
    #expect(unknown.code != 0 && unknown.code != 1, "\(unknown.err)")
    #expect(
      unknown.err.hasSuffix(
        "' has no revision 'nowhere'; fetch it with 'git fetch', in a shallow clone with 'git fetch --unshallow', or name "
          + "another\n"), "\(unknown.err)")
  }

  @Test func `A replay without an alert says that it compared nothing, and passes no limit`() async throws {
    let world = try World(Self.configuration)
    try world.write(Self.known("mira"), "known.yaml")
    let empty = try await weir(world, "replay", "--against", "config.yaml")
    #expect(empty.code == 0)
    #expect(
      empty.err == "warning: no alert came from standard input, so nothing was compared; name files with alerts\n")
    try world.write("", "in.ndjson")
    let limited = try await weir(
      world, "replay", "--against", "config.yaml", "--fail-on", "newly-suppressed=0", "in.ndjson")
    #expect(limited.code == 65)
    #expect(limited.err == "error: no alert came from the files, so nothing was compared; name files with alerts\n")
  }

  @Test func `What git has is removed again, however the replay ends`() async throws {
    let world = try World(Self.configuration)
    try world.write(Self.known("mira"), "known.yaml")
    try git(world.folder, "init", "-q")
    try git(world.folder, "add", "config.yaml", "known.yaml")
    try git(world.folder, "commit", "-q", "-m", "first")
    try world.write(Self.alert(1, "mira"), "in.ndjson")
    let temporary = world.folder + "/tmp"
    try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
    func left() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: temporary) }
    func replay(_ file: String, output: String? = nil, descriptor: Int32? = nil) throws -> WeirProcess {
      try WeirProcess(
        ["replay", "--against", "git:HEAD", file], in: world.folder, descriptor: descriptor, output: output,
        environment: ["TMPDIR": temporary])
    }
    let full = try await replay("in.ndjson", output: "/dev/full").end()
    #expect(full.exitCode != 0 && full.exitCode != nil)
    #expect(try left() == [])
    let (feed, reading) = try Feed.make()
    let process = try replay("-", descriptor: reading)
    close(reading)
    #expect(
      try await eventually {
        let name = (try? left().first) ?? "none"
        return FileManager.default.fileExists(atPath: "\(temporary)/\(name)/known.yaml")
      })
    process.send(SIGTERM)
    let stopped = await process.end()
    feed.end()
    #expect(stopped.signal == SIGTERM)
    #expect(try left() == [])
  }

  @Test func `Silences are added, listed, obeyed by a running gateway, and ended`() async throws {
    let world = try World("inputs: [{file: {paths: [in.ndjson], follow: true}}]\n" + Self.configuration)
    try world.write(Self.known("mira"), "known.yaml")
    try world.write(Self.alert(1, "eve"), "in.ndjson")
    let gateway = try world.start()
    #expect(try await eventually { world.lines("archive.ndjson").count == 1 })
    let added = try await weir(
      world, "silence", "add", "--for", "1h", "--reason", "CHG-2", "--owner", "soc", "user.name: eve")
    #expect(added.code == 0, "\(added.err)")
    #expect(
      added.err.contains(
        ", nothing above medium: what is more severe goes on being delivered, unless --ceiling says otherwise; to end it"
      ),
      "\(added.err)")
    #expect(try await eventually { world.text("archive.ndjson").contains("silence-begun") })
    try world.append(Self.alert(2, "eve"), to: "in.ndjson")
    #expect(try await eventually { world.text("held.ndjson").contains(#""expires":""#) })
    let id = added.out.trimmingCharacters(in: .newlines)
    #expect(world.text("held.ndjson").contains(#""entry":"silence \#(id)""#))
    let explained = try await weir(world, "explain", "in.ndjson")
    #expect(explained.out.contains("held back by 'silence \(id)'"), "\(explained.out)")
    let ended = try await weir(world, "silence", "expire", String(id.prefix(4)))
    #expect(ended.err == "ended: \(id)\n")
    #expect(try await eventually { world.text("archive.ndjson").contains("It held back 1 alert:") })
    gateway.send(SIGTERM)
    #expect(await gateway.end().exitCode == 0)
    let listed = try await weir(world, "silence", "list", "--all", "--json")
    #expect(listed.out.contains(#""in_force":false,"held_back":1"#), "\(listed.out)")
  }

  @Test(arguments: [
    (["--for", "25h", "user.name: eve"], "--for: 25h is longer than the 1d that 'max_duration'"),
    (["--for", "1h", "*"], "error: 'when' is '*', so it would match everything"),
    (["--for", "1h", "user_agent.original: curl*"], "or --accept-spoofable"),
    (["--for", "1h", "--accept-spoofable", "@timestamp: *"], "hold nearly everything; add who or what it is about\n"),
    (["--for", "1h", "user.name eve)"], "error: 'when' is not KQL"),
    (["--for", "1h", "--ceiling", "huge", "user.name: eve"], "--ceiling: 'huge' is no severity"),
  ])
  func `A silence that would hold back too much, or cannot be read, is refused`(
    arguments: [String], message: String
  ) async throws {
    let world = try World(Self.configuration)
    try world.write(Self.known("mira"), "known.yaml")
    let output = world.folder + "/out"
    let end = try await WeirProcess(
      ["silence", "add", "--reason", "x", "--owner", "y"] + arguments, in: world.folder, output: output
    ).end()
    #expect(end.exitCode == 64)
    #expect(end.said.contains(message), "\(end.said)")
    #expect(!FileManager.default.fileExists(atPath: world.folder + "/state/silences.json"))
  }

  @Test func `Where nothing was silenced there is nothing to list or to end`() async throws {
    let world = try World()
    let listed = try await weir(world, "silence", "list")
    #expect(listed.code == 0)
    #expect(listed.err == "nothing is silenced\n")
    let ended = try await weir(world, "silence", "expire", "abc")
    #expect(ended.code == 1)
    #expect(ended.err == "error: nothing in force has the id 'abc'\n")
  }

  @Test func `Silences that cannot be read are told of, and so is a configuration with mistakes`() async throws {
    let world = try World(Self.configuration)
    try world.write(Self.known("mira"), "known.yaml")
    try world.write("", "held.ndjson")
    try world.write("", "state/silences.json/file")
    let report = try await weir(world, "report")
    #expect(report.code == 0)
    let failure = "'state/silences.json' is no file; move it away\n"
    #expect(report.err.contains("warning: the report has no silences: " + failure), "\(report.err)")
    #expect(try await weir(world, "silence", "list").err == "error: " + failure)
    try world.configure(Self.configuration.replacing("file: known.yaml", with: "fiel: known.yaml"))
    for command in ["outbox", "silence"] {
      let listed = try await weir(world, command, "list")
      #expect(listed.err.contains("config.yaml:1:") && listed.err.contains("'fiel'"), "\(listed.err)")
    }
  }

  @Test func `What the gateway has learned is known to explain, and changes nothing there`() async throws {
    let world = try World(
      Self.configuration.replacing("{file: known.yaml}", with: "{file: known.yaml, learning: 1s}")
        + "\ninputs: [{file: {paths: [in.ndjson]}}]")
    try world.write(Self.known("mira"), "known.yaml")
    try world.write(Self.alert(1, "mira"), "in.ndjson")
    #expect(try await world.start().end().exitCode == 0)
    try await Task.sleep(for: .seconds(1.2))
    try world.write(Self.alert(2, "mira", ip: "198.51.100.7"), "new.ndjson")
    for _ in 0..<2 {
      let explained = try await weir(world, "explain", "new.ndjson")
      #expect(explained.out.contains("break-through: new network: 198.51.100.0/24"), "\(explained.out)")
      #expect(explained.out.contains("weir.breakthrough"), "\(explained.out)")
    }
  }

  @Test func `Deliveries that wait are listed, shown, retried and dropped`() async throws {
    let world = try World(
      """
      outputs: {hook: {webhook: {url: "http://127.0.0.1:9/"}}}
      routes: [{to: hook}]
      state: state
      """)
    let named = alerts(1...3).replacing(
      #""message":"something happened""#, with: #""ecs":{"version":"8"},"rule":{"name":"Odd login"}"#)
    #expect(try await world.run(named, drain: "200ms").exitCode == 75)
    let listed = try await weir(world, "outbox", "list", "--json")
    #expect(listed.out.split(separator: "\n").count == 3, "\(listed.out)\(listed.err)")
    #expect(listed.err.contains("hook: 3 pending, 0 dead"), "\(listed.err)")
    #expect(listed.out.contains(#","rule":"Odd login","#), "\(listed.out)")
    #expect(try await weir(world, "outbox", "list").out.contains("  Odd login"))
    let none = try await weir(world, "outbox", "list", "--dead")
    #expect(none.err.hasSuffix("no delivery waits or was given up on, of those that were asked for\n"), "\(none.err)")
    let shown = try await weir(world, "outbox", "show", "--match", "seq: 2")
    #expect(shown.out.contains(#""seq":2"#) && !shown.out.contains(#""seq":1"#), "\(shown.out)")
    let retried = try await weir(world, "outbox", "retry", "--pending")
    #expect(retried.code == 0, "\(retried.err)")
    let doubtful = try await weir(world, "outbox", "drop", "--match", "event.outcome: failed")
    #expect(
      doubtful.err.hasPrefix("warning: the expression can never hold: 'event.outcome' is never 'failed'"),
      "\(doubtful.err)")
    let dropped = try await weir(world, "outbox", "drop", "--match", "seq: 2")
    #expect(dropped.code == 0, "\(dropped.err)")
    let left = try await weir(world, "outbox", "list", "--json")
    #expect(left.out.split(separator: "\n").count == 2, "\(left.out)")
    let nowhere = try await weir(world, "outbox", "list", "--json", "--state", "elsewhere")
    #expect(nowhere.code == 0 && nowhere.out == "[]\n", "\(nowhere.out)\(nowhere.err)")
    let careless = try await weir(world, "outbox", "drop")
    #expect(careless.code == 64, "\(careless.err)")
  }

  @Test func `A configuration to begin with passes check and tests, runs, and is not overwritten`() async throws {
    let world = try World()
    for detector in ["falco", "cloudtrail", "guardduty", "elastic", "securityhub", "okta"] {
      let made = try await weir(world, "init", detector, "--in", detector)
      #expect(made.code == 0, "\(made.err)")
      let checked = try await weir(world, "check", "-c", detector + "/config.yaml")
      #expect(checked.code == 0 && !checked.err.contains("warning"), "\(checked.err)")
      guard detector != "okta" else { continue }
      #expect(try await weir(world, "test", "-c", detector + "/config.yaml").code == 0)
      let run = try await weir(world, "run", "-c", detector + "/config.yaml", detector + "/sample-alert.json")
      #expect(run.code == 0 && run.err.contains("1 held back"), "\(run.err)")
    }
    let before = world.text("falco/config.yaml")
    let again = try await weir(world, "init", "elastic", "--in", "falco")
    #expect(again.code == 64)
    #expect(again.err.hasPrefix("error: nothing was written, since these are there already: falco/config.yaml,"))
    #expect(world.text("falco/config.yaml") == before)
    let nameless = try await weir(world, "init", "falco", "--in", "")
    #expect(nameless.code == 64)
    #expect(nameless.err.hasPrefix("Error: --in: the folder has no name; '.' is the current one\n"), "\(nameless.err)")
    let typo = try await weir(world, "init", "flaco")
    #expect(typo.err == "error: there is no detector 'flaco'; did you mean 'falco'?\n")
  }

  @Test func `Each schema is JSON and can be asked for`() async throws {
    let world = try World()
    for name in ["config", "allowlist", "test"] {
      let schema = try await weir(world, "schema", name)
      #expect(schema.code == 0)
      #expect(try JSONSerialization.jsonObject(with: Data(schema.out.utf8)) is [String: Any])
    }
    #expect(
      try await weir(world, "schema", "x").err
        == "error: there is no schema 'x'; known are 'config', 'allowlist', 'test'\n")
  }
}
