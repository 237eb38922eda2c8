import Foundation
import Testing

/// What commands print and end with, as a person or a program runs them.
@Suite(.timeLimit(.minutes(3)))
struct CommandLineTests {
  /// Runs a command to its end.
  private func weir(_ world: borrowing World, input: String = "/dev/null", _ arguments: String...) async throws -> (
    code: Int32?, out: String, err: String
  ) {
    let output = world.folder + "/out-\(UUID().uuidString)"
    let end = try await WeirProcess(arguments, in: world.folder, input: input, output: output).end()
    return (end.exitCode, (try? String(contentsOfFile: output, encoding: .utf8)) ?? "", end.said)
  }

  private static let warning =
    "warning: what is piped to standard input is not read, since the configuration has other inputs; add '- stdin: {}' "
    + "to 'inputs', or run 'weir run -' to read nothing else\n"

  @Test func `Alerts that are piped in while no input reads them are told of, and not read`() async throws {
    let world = try World(World.configuration(input: "file: {paths: [in.ndjson]}"))
    try world.write(alerts(0..<2), "in.ndjson")
    let piped = try await world.run(alerts(2..<9))
    #expect(piped.exitCode == 0)
    #expect(piped.said.hasPrefix(Self.warning) && piped.said.components(separatedBy: Self.warning).count == 2)
    #expect(world.numbers("out.ndjson") == [0, 1])
    for (text, arguments) in [("", []), (alerts(2..<9), ["in.ndjson"]), (alerts(2..<9), ["-"])] {
      #expect(!(try await world.run(text, arguments)).said.contains("warning"))
    }
  }

  @Test func `Files named on the command line are read in their order, one after the other`() async throws {
    let world = try World()
    // Were both read at once, the short one would be done long before the other.
    try world.write(alerts(0..<20_000), "long.ndjson")
    try world.write(alerts(20_000..<20_001), "short.ndjson")
    try world.write(alerts(20_001..<20_003), "-")
    let end = try await world.run(alerts(0..<1), ["long.ndjson", "short.ndjson", "./-", "short.ndjson"])
    #expect(end.exitCode == 0, "\(end.said)")
    #expect(world.numbers("out.ndjson") == Array(0..<20_003) + [20_000])
    let both = try await world.run(alerts(7..<8), ["short.ndjson", "-", "long.ndjson"])
    #expect(both.exitCode == 0, "\(both.said)")
    #expect(Array(world.numbers("out.ndjson").dropFirst(20_004)) == [20_000, 7] + Array(0..<20_000))
    let last = try await world.run(alerts(7..<8), ["long.ndjson", "-", "short.ndjson", "-", "short.ndjson"])
    #expect(last.exitCode == 0, "\(last.said)")
    #expect(Array(world.numbers("out.ndjson").dropFirst(40_006)) == Array(0..<20_000) + [7, 20_000, 20_000])
  }

  @Test func `an outbox that cannot be opened is no empty list`() async throws {
    let world = try World()
    #expect(try await weir(world, "outbox", "list", "--state", "state", "--json").out == "[]\n")
    try FileManager.default.createDirectory(
      atPath: world.folder + "/state/outbox.sqlite", withIntermediateDirectories: true)
    let list = try await weir(world, "outbox", "list", "--state", "state", "--json")
    #expect(list.code == 69 && list.out.isEmpty && list.err.hasPrefix("error: "), "\(list)")
  }

  @Test func `An id that the outbox does not have is told of, and an output that there is not`() async throws {
    let world = try World(
      """
      outputs: {hook: {webhook: {url: "http://127.0.0.1:9/"}}, soc: {console: {}}}
      routes: [{to: hook}]
      state: state
      """)
    let early = try await weir(world, "outbox", "list", "--output", "hok")
    #expect(early.code == 64)
    #expect(
      early.err
        == "error: --output: there is no output 'hok' in the configuration 'config.yaml'; did you mean 'hook'?\n")
    #expect(try await world.run(alerts(1...2), drain: "200ms").exitCode == 75)
    let listed = try await weir(world, "outbox", "list", "--json")
    let id = try #require(listed.out.firstMatch(of: /"alert_id":"([^"]+)"/)).1
    for command in ["list", "show", "retry", "drop"] {
      let typo = try await weir(world, "outbox", command, "--output", "typo")
      #expect(typo.code == 64 && typo.out.isEmpty, "\(typo)")
      #expect(
        typo.err == "error: --output: there is no output 'typo' in the configuration 'config.yaml' and the outbox in "
          + "'state'; known are 'hook', 'soc'\n")
      let elsewhere = try await weir(world, "outbox", command, "--state", "state", "--output", "hool")
      #expect(
        elsewhere.err
          == "error: --output: there is no output 'hool' in the outbox in 'state'; did you mean 'hook'?\n")
      #expect(try await weir(world, "outbox", command, "--output", "soc").code == (command == "show" ? 1 : 0))
      let missing = try await weir(world, "outbox", command, String(id), "no-such-id")
      #expect(missing.code == 1 && !missing.out.isEmpty, "\(missing)")
      #expect(
        missing.err.hasSuffix(
          "error: the outbox in 'state' has no such delivery: no-such-id; 'weir outbox list' has the ids of all that wait "
            + "or were given up on\n"), "\(missing.err)")
    }
    #expect(try await weir(world, "outbox", "list", "--json", String(id)).code == 1)
  }

  @Test(arguments: [
    ("silence add", ["--reason=x", "--owner=y", "--for=0s", "a: b"], "--for: a silence must last longer than nothing"),
    ("silence add", ["--reason=x", "--owner=y", "--for=1h", "--ceiling=huge", "a: b"], "--ceiling: 'huge' is no"),
    ("silence expire", [], "name silences by their ids, or all with --all"),
    ("report", ["--share", "0"], "--share: a number from 1 to 100 is wanted"),
    ("outbox list", ["--match", "*"], "--match: '*' is met by every alert; leave it out, or say what is meant"),
  ])
  func `A mistake on the command line is told with the usage of that command`(
    command: String, arguments: [String], message: String
  ) async throws {
    let world = try World()
    let words = command.split(separator: " ").map(String.init)
    let end = try await WeirProcess(words + arguments, in: world.folder, output: world.folder + "/out").end()
    #expect(end.exitCode == 64)
    #expect(end.said.hasPrefix("Error: " + message), "\(end.said)")
    #expect(end.said.contains("\nUsage: weir \(command) "), "\(end.said)")
  }

  @Test func `Help that cannot be written is not passed over in silence`() async throws {
    let world = try World()
    for arguments in [["--help"], ["outbox", "--help"], ["--version"]] {
      let full = try await WeirProcess(arguments, in: world.folder, output: "/dev/full").end()
      #expect(full.exitCode == 74 && full.said.isEmpty, "\(full.said)")
    }
    let version = try await weir(world, "--version")
    #expect(version.code == 0 && version.out == "0.1.0\n" && version.err.isEmpty, "\(version)")
    let wrong = try await weir(world, "outbox", "list", "--nope")
    #expect(wrong.code == 64 && wrong.out.isEmpty, "\(wrong)")
    #expect(wrong.err.hasPrefix("Error: Unknown option '--nope'\n"), "\(wrong)")
  }

  @Test func `A configuration may be named before what is to be done with its outbox or silences`() async throws {
    let world = try World(
      World.configuration(outputs: [("hook", "webhook: {url: \"http://127.0.0.1:9/\"}")]))
    try FileManager.default.moveItem(atPath: world.folder + "/config.yaml", toPath: world.folder + "/w.yaml")
    let add = try await weir(
      world, "silence", "-c", "w.yaml", "add", "--for", "1h", "--reason", "r", "--owner", "o", "event.action: A")
    #expect(add.code == 0, "\(add)")
    for words in [
      ["silence", "-c", "w.yaml", "list"], ["-c", "w.yaml", "silence", "list"], ["silence", "--config=w.yaml"],
      ["--config", "w.yaml", "silence"],
    ] {
      let end = try await WeirProcess(words, in: world.folder, output: world.folder + "/listed").end()
      #expect(end.exitCode == 0 && end.said.isEmpty, "\(words): \(end.said)")
    }
    #expect(world.lines("listed").count { $0.hasPrefix("    when: event.action: A") } == 4)
    let dropped = try await weir(world, "outbox", "--state", "state", "drop", "--all", "--json")
    // There is none yet.
    #expect(dropped.code == 69, "\(dropped)")
    // None in force has such an id; the outbox says no in the same way.
    let unknown = try await weir(world, "silence", "-c", "w.yaml", "expire", "nope")
    #expect(unknown.code == 1 && unknown.err == "error: nothing in force has the id 'nope'\n", "\(unknown)")
    let long = try await weir(
      world, "silence", "add", "-c", "w.yaml", "--for", "99999d", "--reason", "r", "--owner", "o", "event.action: A")
    #expect(long.code == 64 && long.err.hasPrefix("error: --for: 99999d is longer than the 1d that"), "\(long)")
  }

  @Test func `A silence knows the fields that enrichers add`() async throws {
    let world = try World(
      """
      enrichers:
        - lookup: {table: t.csv, field: user.name, add: {user.nameplate: plate}}
      outputs: {a: {file: {path: out.ndjson}}}
      routes: [{to: a}]
      state: state
      """)
    try world.write("user,plate\nalice,x\n", "t.csv")
    let words = ["silence", "add", "--for", "1h", "--reason", "r", "--owner", "o"]
    for (condition, isDoubted) in [("user.nameplate: x", false), ("user.namenplate: x", true)] {
      let end = try await WeirProcess(words + [condition], in: world.folder).end()
      #expect(end.exitCode == 0 && end.said.contains("warning: the condition asks for") == isDoubted, "\(end.said)")
    }
  }

  @Test func `A duration without a unit is told which one is likely meant`() async throws {
    let world = try World(World.configuration())
    for (written, hint) in [("5", "; did you mean '5s'?"), ("soon", "")] {
      let refused = try await weir(world, "run", "--drain-timeout", written)
      #expect(refused.code == 64)
      #expect(
        refused.err.hasPrefix(
          "Error: The value '\(written)' is invalid for '--drain-timeout <drain-timeout>': it is not a duration, such as "
            + "500ms, 10s, 5m, 2h or 7d\(hint)\n"), "\(refused.err)")
    }
  }

  @Test func `match, normalize and show know the formats of a configuration`() async throws {
    let world = try World(
      World.configuration() + """

        formats:
          door:
            recognise: {has: [badge]}
            severity: low
            fields: {user.name: badge, event.action: what}
        """)
    try world.write(#"{"badge":"7","what":"opened"}"# + "\n", "in.ndjson")
    let query = "user.name: 7 and event.action: opened"
    #expect(try await weir(world, "match", query, "in.ndjson").code == 1)
    let found = try await weir(world, "match", "-c", "config.yaml", query, "in.ndjson")
    #expect(found.code == 0 && found.out == #"{"badge":"7","what":"opened"}"# + "\n", "\(found)")
    let normal = try await weir(world, "normalize", "--config", "config.yaml", "in.ndjson")
    #expect(normal.out.contains(#""action":"opened""#), "\(normal)")
    let shown = try await weir(world, "show", "-c", "config.yaml", "in.ndjson")
    #expect(shown.code == 0 && shown.out.hasSuffix("-  7\n"), "\(shown)")
    let missing = try await weir(world, "match", "-c", "none.yaml", query, "in.ndjson")
    #expect(missing.code == 78)
    #expect(missing.err == "none.yaml: error: cannot read the configuration: No such file or directory\n")
  }

  @Test func `check tells programs what is wrong, and where`() async throws {
    let world = try World("inputs: [stdin: {}]\noutputs: {a: {slak: {}}}\nroutes: [{to: a}]\n")
    let wrong = try await weir(world, "check", "--json")
    #expect(wrong.code == 78 && wrong.err.isEmpty)
    #expect(
      wrong.out == """
        [
          {"file":"config.yaml","line":2,"column":15,"severity":"error",\
        "message":"unknown output 'slak'; did you mean 'slack'?"}
        ]

        """)
    try world.configure(World.configuration())
    let right = try await weir(world, "check", "--json")
    #expect(right.code == 0 && right.out == "[]\n" && right.err.isEmpty, "\(right)")
    #expect(try await weir(world, "check", "-c", "none.yaml", "--json").out.contains(#""line":null,"column":null"#))
    // Folders are found wrong where they are named.
    try world.configure(
      World.configuration().replacing("state: state", with: "state: config.yaml/state")
        + "\ndead_letters: {path: ./config.yaml}\n")
    let folders = try await weir(world, "check", "--json").out
    #expect(folders.contains(#""line":5,"column":8,"severity":"error","message":"the state folder"#), "\(folders)")
    #expect(folders.contains(#""line":6,"column":22,"severity":"error","message":"dead letters cannot"#), "\(folders)")
  }

  @Test func `plugins shows formats too, and tells programs all of it`() async throws {
    let world = try World()
    #expect(try await weir(world, "plugins", "cloudtrail").out.contains("# The format `cloudtrail`\n"))
    let unknown = try await weir(world, "plugins", "nope")
    #expect(unknown.code == 64)
    #expect(unknown.err == "error: there is no plugin and no format 'nope'; 'weir plugins' lists them\n")
    let file = try await weir(world, "plugins", "file", "--json")
    let listed = try JSONSerialization.jsonObject(with: Data(file.out.utf8)) as? [[String: Any]] ?? []
    #expect(listed.compactMap { $0["kind"] as? String } == ["input", "output"])
    let settings = listed.first?["settings"] as? [[String: Any]] ?? []
    #expect(settings.contains { $0["name"] as? String == "paths" && $0["must_be_given"] as? Bool == true })
  }

  @Test func `What an earlier run left is in the ledger of the next`() async throws {
    let receiver = Receiver()
    let world = try World(
      World.configuration(outputs: [("soar", World.webhook(receiver))])
        .replacing(receiver.url, with: "http://127.0.0.1:1/"))
    let first = try await world.run(alerts(0..<3), drain: "0s")
    #expect(first.exitCode == 75)
    #expect(world.ledger.contains(#""soar":{"delivered":0,"dead_lettered":0,"pending":3}"#), "\(world.ledger)")
    try world.configure(World.configuration(outputs: [("soar", World.webhook(receiver))]))
    let second = try await world.run(alerts(3..<5))
    #expect(second.exitCode == 0, "\(second.said)")
    #expect(
      world.ledger.contains(#""soar":{"delivered":5,"dead_lettered":0,"pending":0,"carried_over":3}"#),
      "\(world.ledger)")
    #expect(second.said.contains("soar        5 delivered, 3 of them left by an earlier run"), "\(second.said)")
  }

  @Test func `SIGTERM lets a program of one's own answer, and then ends it`() async throws {
    let world = try World(World.configuration(outputs: [("tickets", "command: {program: ./program, arguments: [.]}")]))
    // It answers once a file is there: until then the alert is on its way.
    try world.write(
      """
      #!/bin/sh
      echo $$ > pid
      while read -r line; do
        while [ ! -e go ]; do sleep 0.01; done
        echo '{"result": "ok"}'
      done
      echo done > end
      """, "program")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: world.folder + "/program")
    let (process, feed) = try world.startFed()
    feed.send(alerts(0..<2))
    #expect(try await eventually { !world.text("pid").isEmpty })
    process.send(SIGTERM)
    try world.write("", "go")
    let end = await process.end()
    feed.end()
    #expect(end.exitCode == 0, "\(end.said)")
    #expect(world.ledger.contains(#""tickets":{"delivered":2,"dead_lettered":0,"pending":0}"#), "\(world.ledger)")
    #expect(world.text("end") == "done\n")
    let pid = world.text("pid").trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(!FileManager.default.fileExists(atPath: "/proc/" + pid))
  }

  @Test func `A file that is no ledger is not overwritten by one`() async throws {
    let world = try World(World.configuration(outputs: [("o", "file: {path: out.ndjson}")]))
    try world.write(alerts(0..<2), "alerts.ndjson")
    let end = try await world.run("", ["--ledger", "alerts.ndjson"])
    #expect(end.exitCode == 69)
    #expect(
      end.said.contains("the ledger cannot be written to 'alerts.ndjson': there is a file that is no ledger; name"))
    #expect(world.text("alerts.ndjson") == alerts(0..<2))
  }

  @Test func `Once the outbox keeps nothing, the rest stays with whoever writes to the pipe`() async throws {
    let world = try World(
      World.configuration(outputs: [
        ("soar", "webhook: {url: 'http://127.0.0.1:1/'}"), ("archive", "file: {path: archive.ndjson}"),
      ]))
    let (process, feed) = try world.startFed()
    feed.send(alerts(0..<1))
    #expect(try await eventually { world.text("archive.ndjson").contains("seq") })
    for name in ["outbox.sqlite", "outbox.sqlite-wal", "outbox.sqlite-shm"] {
      try? FileManager.default.removeItem(atPath: world.folder + "/state/" + name)
    }
    feed.send(alerts(1..<2))
    // Its input has not ended.
    let end = await process.end()
    feed.end()
    #expect(end.exitCode == 75, "\(end.said)")
    #expect(end.said.contains("start Weir again"), "\(end.said)")
  }

  @Test func `A following gateway ends where a file output cannot be written, and the next run delivers it`()
    async throws
  {
    let world = try World(
      World.configuration(
        input: "file: {paths: [in.ndjson], follow: true}",
        outputs: [("archive", "file: {path: full/out.ndjson}"), ("other", "file: {path: other.ndjson}")]))
    let full = world.folder + "/full"
    try world.write(alerts(0..<1), "in.ndjson")
    let process = try world.start(drain: "1s")
    #expect(try await eventually { world.numbers("full/out.ndjson") == [0] })
    try FileManager.default.removeItem(atPath: full)
    try world.write("in the way", "full")
    try world.append(alerts(1..<3), to: "in.ndjson")
    let end = await process.end()
    #expect(end.exitCode == 75, "\(end.said)")
    try FileManager.default.removeItem(atPath: full)
    let again = try world.start()
    #expect(try await eventually { world.numbers("full/out.ndjson") == [1, 2] })
    #expect(await again.end(sending: (SIGTERM, after: .zero)).exitCode == 0)
  }

  @Test func `A gateway whose state folder is removed ends with 75 though its outputs took everything`() async throws {
    let world = try World(World.configuration(input: "file: {paths: [in.ndjson], follow: true}"))
    try world.write(alerts(0..<1), "in.ndjson")
    let process = try world.start()
    #expect(try await eventually { world.numbers("out.ndjson") == [0] })
    // Again where something was just written there.
    #expect(try await eventually { (try? FileManager.default.removeItem(atPath: world.folder + "/state")) != nil })
    try world.append(alerts(1..<2), to: "in.ndjson")
    let end = await process.end()
    #expect(end.exitCode == 75, "\(end.said)")
    #expect(end.said.contains("not everything can be kept; the next run reads its input again from here"))
    #expect(world.ledger.contains(#""dead_lettered":0,"pending":0}"#), "\(world.ledger)")
  }
}
