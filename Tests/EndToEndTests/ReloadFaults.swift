import Foundation
import Glibc
import Testing

/// Reloads of the running program, from outside: the matrix' numbers 56 and 57, and more.
@Suite(.timeLimit(.minutes(3)))
struct ReloadFaults {
  /// Follows `in.ndjson`; `route` is where alerts go.
  private static func following(_ rest: String = "", outputs: String = "archive: {file: {path: out.ndjson}}") -> String
  {
    """
    inputs: [{file: {paths: [in.ndjson], follow: true}}]
    outputs:
      \(outputs)
    routes: [{to: [archive]}]
    state: state
    \(rest)
    """
  }

  /// Waits until the record of reloads has so many lines that hold a text.
  private func reloads(_ world: borrowing World, _ count: Int, _ text: String = "") async throws -> Bool {
    let path = world.folder + "/state/reloads.ndjson"
    return try await eventually {
      let record = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
      return record.split(separator: "\n").filter { text.isEmpty || $0.contains(text) }.count >= count
    }
  }

  /// Waits until a file has so many lines.
  private func lines(_ world: borrowing World, _ name: String, _ count: Int) async throws -> Bool {
    let path = world.folder + "/" + name
    return try await eventually {
      (FileManager.default.contents(atPath: path) ?? Data()).count { $0 == 0x0A } >= count
    }
  }

  @Test func `56: good and bad configurations under load: every alert once, and a bad one says where it is wrong`()
    async throws
  {
    let world = try World(Self.following())
    try world.write("", "in.ndjson")
    let process = try world.start()
    var sent = 0
    func send(_ count: Int) throws {
      try world.append(alerts(sent..<sent + count), to: "in.ndjson")
      sent += count
    }
    // Before it runs, SIGHUP would end it.
    try send(1)
    #expect(try await lines(world, "out.ndjson", 1))
    for round in 0..<20 {
      try send(500)
      let outputs = "archive: {file: {path: out.ndjson, rotate_size: \(round + 100)MiB}}"
      try world.configure(
        round.isMultiple(of: 3)
          ? Self.following("rotues: []", outputs: outputs) : Self.following(outputs: outputs))
      process.send(SIGHUP)
      try send(500)
      #expect(try await reloads(world, round + 1))
    }
    #expect(try await lines(world, "out.ndjson", sent))
    process.send(SIGTERM)
    let end = await process.end()
    #expect(end.exitCode == 0, "\(end.said)")
    #expect(world.numbers("out.ndjson") == Array(0..<sent))
    #expect(
      end.said.contains("config.yaml:6:1: error: unknown setting 'rotues'; did you mean 'routes'?"), "\(end.said)")
    #expect(world.lines("state/reloads.ndjson").filter { $0.contains(#""result":"refused""#) }.count == 7)
  }

  @Test func `57: a reload leaves what waits for a dead output in place, and the new output takes it over`()
    async throws
  {
    let dead = Receiver { _, _ in .status(503) }
    let mended = Receiver()
    func configuration(_ receiver: Receiver) -> String {
      Self.following(outputs: "archive: {\(World.webhook(receiver))}")
    }
    let world = try World(configuration(dead))
    try world.write(alerts(0..<300), "in.ndjson")
    let process = try world.start()
    #expect(try await eventually { !dead.requests.isEmpty })
    try world.configure(configuration(mended))
    process.send(SIGHUP)
    #expect(try await eventually { mended.accepted.count == 300 })
    try world.append(alerts(300..<310), to: "in.ndjson")
    #expect(try await eventually { mended.accepted.count == 310 })
    process.send(SIGTERM)
    let end = await process.end()
    #expect(end.exitCode == 0, "\(end.said)")
    #expect(mended.accepted == Array(0..<310))
    #expect(world.ledger.contains(#""archive":{"delivered":310,"dead_lettered":0,"pending":0}"#), "\(world.ledger)")
  }

  @Test func `what waits for an output that a start leaves out, or no longer queues, is in its ledger`() async throws {
    let dead = Receiver { _, _ in .status(503) }
    let world = try World(World.configuration(outputs: [("hook", World.webhook(dead))]))
    #expect(try await world.run(alerts(0..<20), drain: "0s").exitCode == 75)
    for name in ["hook", "other"] {
      try world.configure(World.configuration(outputs: [(name, "file: {path: out.ndjson}")]))
      let end = try await world.run(alerts(20..<22))
      #expect(end.exitCode == 75, "\(end.said)")
      #expect(world.ledger.contains(#""hook":{"delivered":\#(name == "hook" ? 2 : 0),"dead_lettered":0,"pending":20,"#))
      #expect(world.ledger.contains(#""carried_over":20"#), "\(world.ledger)")
    }
  }

  @Test func `57: alerts of an output that is left out stay, are named, and come when it is back`() async throws {
    let dead = Receiver { _, _ in .status(503) }
    let world = try World(Self.following(outputs: "archive: {\(World.webhook(dead))}"))
    try world.write(alerts(0..<20), "in.ndjson")
    let process = try world.start(drain: "1s")
    #expect(try await eventually { !dead.requests.isEmpty })
    try world.configure(
      Self.following(outputs: "other: {file: {path: out.ndjson}}").replacing("[archive]", with: "[other]"))
    process.send(SIGHUP)
    #expect(try await reloads(world, 1, "output 'archive' removed"))
    process.send(SIGTERM)
    let end = await process.end()
    #expect(end.exitCode == 75, "\(end.said)")
    #expect(end.said.contains("20 alerts wait for output 'archive', which is not configured; see 'weir outbox'"))
    let mended = Receiver()
    try world.configure(Self.following(outputs: "archive: {\(World.webhook(mended))}"))
    let next = try world.start()
    #expect(try await eventually { mended.accepted.count == 20 })
    next.send(SIGTERM)
    #expect(await next.end().exitCode == 0)
    #expect(mended.accepted == Array(0..<20))
  }

  @Test func `a table put in place by rename, and an allowlist edited in place, count from then on`() async throws {
    let world = try World(
      Self.following(
        """
        enrichers:
          - lookup: {table: t.csv, field: kind, add: {team: team}}
          - allowlist: {file: known.yaml}
        """))
    try world.write("kind,team\na,red\n", "t.csv")
    try world.write("[]", "known.yaml")
    try world.write(#"{"seq":1,"kind":"a"}"# + "\n", "in.ndjson")
    let process = try world.start()
    #expect(try await lines(world, "out.ndjson", 1))
    try world.write("kind,team\na,blue\nb,green\n", "t2.csv")
    #expect(rename(world.folder + "/t2.csv", world.folder + "/t.csv") == 0)
    #expect(try await reloads(world, 1, "enricher 'lookup': row 'a' changed"))
    try world.append(#"{"seq":2,"kind":"a"}"# + "\n", to: "in.ndjson")
    #expect(try await lines(world, "out.ndjson", 2))
    #expect(world.lines("out.ndjson").map { $0.contains(#""team":"blue""#) } == [false, true])
    let entry = "{name: n, when: 'kind: b', reason: r, owner: o, expires: 2199-01-01, accept_spoofable: true}"
    let handle = try #require(FileHandle(forWritingAtPath: world.folder + "/known.yaml"))
    try handle.write(contentsOf: Data("[\(entry)]".utf8))
    try handle.close()
    #expect(try await reloads(world, 1, "enricher 'allowlist': entry 'n' added"))
    try world.append(#"{"seq":3,"kind":"b","severity":"low"}"# + "\n", to: "in.ndjson")
    #expect(try await lines(world, "state/suppressed.ndjson", 1))
    // A table that is wrong keeps the one that is right.
    try world.write("kind,team\na,one\na,two\n", "t.csv")
    #expect(try await reloads(world, 1, #""result":"refused""#))
    try world.append(#"{"seq":4,"kind":"a"}"# + "\n", to: "in.ndjson")
    #expect(try await lines(world, "out.ndjson", 3))
    #expect(world.lines("out.ndjson").last?.contains(#""team":"blue""#) == true)
    process.send(SIGTERM)
    #expect(await process.end().exitCode == 0)
  }

  /// Follows files, each with an input of its own.
  private static func followingEach(_ paths: [String]) -> String {
    let inputs = paths.map { "  - file: {paths: [\($0)], follow: true}\n" }.joined()
    return following().replacing("inputs: [{file: {paths: [in.ndjson], follow: true}}]\n", with: "inputs:\n" + inputs)
  }

  @Test func `inputs that come, go and change places leave the others where they are, over reloads and restarts`()
    async throws
  {
    let world = try World(Self.followingEach(["a.ndjson", "b.ndjson"]))
    try world.write(alerts(0..<10), "a.ndjson")
    try world.write(alerts(100..<110), "b.ndjson")
    var process = try world.start()
    #expect(try await lines(world, "out.ndjson", 20))
    // By turns a restart and a reload.
    let steps: [(paths: [String], change: String)] = [
      (["b.ndjson", "a.ndjson", "c.ndjson"], "input 'file_3' added"),
      (["b.ndjson", "c.ndjson"], "input 'file_2' removed"),
      (["c.ndjson", "a.ndjson, b.ndjson"], "input 'file_2' added"),
      (["a.ndjson"], "input 'file_2' removed"),
      (["a.ndjson, b.ndjson"], "input 'file' changed"),
    ]
    var sent = [Array(0..<10), Array(100..<110)].flatMap { $0 }
    for (round, step) in steps.enumerated() {
      let isRestart = round.isMultiple(of: 2)
      if isRestart {
        process.send(SIGTERM)
        #expect(await process.end().exitCode == 0)
      }
      try world.configure(Self.followingEach(step.paths))
      if isRestart {
        process = try world.start()
      } else {
        process.send(SIGHUP)
        #expect(try await reloads(world, round / 2 + 1, #""result":"applied""#), "\(step)")
        #expect(world.lines("state/reloads.ndjson").last?.contains(step.change) == true, "\(step)")
      }
      for (name, first) in [("a", 1000), ("b", 2000)] {
        let numbers = first + round * 10..<first + round * 10 + 5
        try world.append(alerts(numbers), to: name + ".ndjson")
        // What is left out comes when its input is back.
        if step.paths.joined().contains(name) { sent += numbers }
      }
      if round == 2 { sent += 1010..<1015 }
      if round == 4 { sent += 2030..<2035 }
      #expect(try await lines(world, "out.ndjson", sent.count), "\(step)")
    }
    process.send(SIGTERM)
    #expect(await process.end().exitCode == 0)
    #expect(world.numbers("out.ndjson").compactMap { $0 }.sorted() == sent.sorted())
  }

  @Test func `a path that a reload takes away is not followed any more`() async throws {
    let world = try World(Self.followingEach(["a.ndjson, b.ndjson"]))
    try world.write(alerts(0..<10), "a.ndjson")
    try world.write(alerts(100..<110), "b.ndjson")
    let process = try world.start()
    #expect(try await lines(world, "out.ndjson", 20))
    try world.configure(Self.followingEach(["a.ndjson"]))
    process.send(SIGHUP)
    #expect(try await reloads(world, 1, "input 'file' changed"))
    try world.append(alerts(110..<120), to: "b.ndjson")
    for number in 10..<13 {
      try world.append(alerts([number]), to: "a.ndjson")
      #expect(try await lines(world, "out.ndjson", 11 + number))
    }
    process.send(SIGTERM)
    #expect(await process.end().exitCode == 0)
    #expect(world.numbers("out.ndjson").compactMap { $0 }.sorted() == Array(0..<13) + Array(100..<110))
  }

  @Test func `--watch takes over a configuration behind a symbolic link that is exchanged`() async throws {
    let world = try World()
    for (folder, path) in [("..1", "one.ndjson"), ("..2", "two.ndjson")] {
      try world.write(
        Self.following("state: ../state", outputs: "archive: {file: {path: ../\(path)}}")
          .replacing("state: state\n", with: "").replacing("[in.ndjson]", with: "[../in.ndjson]"),
        "etc/\(folder)/config.yaml")
    }
    try world.write(alerts([1]), "in.ndjson")
    #expect(symlink("..1", world.folder + "/etc/..data") == 0)
    #expect(symlink("..data/config.yaml", world.folder + "/etc/config.yaml") == 0)
    let process = try WeirProcess(["run", "-c", "etc/config.yaml", "--watch"], in: world.folder)
    #expect(try await lines(world, "one.ndjson", 1))
    #expect(symlink("..2", world.folder + "/etc/..new") == 0)
    #expect(rename(world.folder + "/etc/..new", world.folder + "/etc/..data") == 0)
    #expect(try await reloads(world, 1, #""cause":"the configuration changed""#))
    try world.append(alerts([2]), to: "in.ndjson")
    #expect(try await lines(world, "two.ndjson", 1))
    process.send(SIGTERM)
    #expect(await process.end().exitCode == 0)
    #expect(world.numbers("one.ndjson") == [1])
    #expect(world.numbers("two.ndjson") == [2])
  }

  @Test func `a hundred SIGHUPs in a second, with alerts on standard input: each alert once`() async throws {
    let world = try World()
    var ends = [Int32](repeating: -1, count: 2)
    try #require(pipe(&ends) == 0)
    _ = ends.map { fcntl($0, F_SETFD, FD_CLOEXEC) }
    let process = try world.start(descriptor: ends[0])
    close(ends[0])
    // Once an alert is through, it runs.
    var text = Array(alerts([0]).utf8)
    #expect(write(ends[1], text, text.count) == text.count)
    #expect(try await lines(world, "out.ndjson", 1))
    for round in 0..<100 {
      process.send(SIGHUP)
      text = Array(alerts(round * 20 + 1...round * 20 + 20).utf8)
      #expect(write(ends[1], text, text.count) == text.count)
      try await Task.sleep(for: .milliseconds(10))
    }
    close(ends[1])
    let end = await process.end()
    #expect(end.exitCode == 0, "\(end.said)")
    #expect(world.numbers("out.ndjson") == Array(0...2000))
    #expect(!world.lines("state/reloads.ndjson").isEmpty)
  }

  @Test func `a second SIGTERM ends it at once`() async throws {
    let dead = Receiver { _, _ in .status(503) }
    let world = try World(Self.following(outputs: "archive: {\(World.webhook(dead))}"))
    try world.write(alerts(0..<5), "in.ndjson")
    let process = try world.start(drain: "60s")
    #expect(try await eventually { !dead.requests.isEmpty })
    process.send(SIGTERM)
    // From then on the second one is the system's.
    #expect(try await eventually { !process.takesSignals })
    process.send(SIGTERM)
    let end = await process.end()
    #expect(end.signal == SIGTERM)
  }
}
