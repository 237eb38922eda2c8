import Foundation
import Glibc
import Testing

/// The matrix' numbers 25 to 33: the process, its disk and its state. 24 and 32 are in `KillSoak`.
@Suite(.timeLimit(.minutes(3)))
struct ProcessFaults {
  @Test func `25, 33: SIGTERM with a dead output ends in time with 75, and the next run delivers the backlog`()
    async throws
  {
    let dead = Receiver { _, _ in .status(503) }
    let world = try World(World.configuration(outputs: [("hook", World.webhook(dead))]))
    let (process, feed) = try world.startFed(drain: "1s")
    feed.send(alerts(0..<500))
    #expect(try await eventually { !dead.requests.isEmpty })
    let stopped = ContinuousClock.now
    process.send(SIGTERM)
    let end = await process.end()
    feed.end()
    #expect(end.exitCode == 75, "\(end.said)")
    // Within the second that it was given, but other tests keep the machine busy.
    #expect(end.ended - stopped < .seconds(15))
    #expect(world.ledger.contains(#""hook":{"delivered":0,"dead_lettered":0,"pending":500}"#), "\(world.ledger)")
    let mended = Receiver()
    try world.configure(World.configuration(outputs: [("hook", World.webhook(mended))]))
    #expect(try await world.run("").exitCode == 0)
    #expect(mended.accepted == Array(0..<500))
  }

  /// A small disk in a mount namespace of its own, which root may always make and others mostly.
  @Test func `26: a full disk is never a false success, and what was left is delivered when there is room`()
    async throws
  {
    let receiver = Receiver()
    let world = try World(
      World.configuration(
        input: "file: {paths: [in.ndjson]}",
        outputs: [("archive", "file: {path: small/out.ndjson}"), ("hook", World.webhook(receiver))]
      ).replacing("state: state", with: "state: small/state"))
    try FileManager.default.createDirectory(atPath: world.folder + "/small", withIntermediateDirectories: false)
    let padding = String(repeating: "x", count: 1000)
    let all = 0..<6000
    try world.write(all.map { #"{"seq":\#($0),"text":"\#(padding)"}"# + "\n" }.joined(), "in.ndjson")
    try world.write(
      """
      mount -t tmpfs -o size=4m weir small || exit 77
      "$1" run -c config.yaml --drain-timeout 1s 2> full.said
      echo $? > full.code
      mount -o remount,size=64m small
      "$1" run -c config.yaml --drain-timeout 20s 2> end.said
      echo $? > end.code
      cp small/out.ndjson out.ndjson
      """, "script")
    let folder = world.folder
    let status: Int32 = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.currentDirectoryURL = URL(filePath: folder)
        process.arguments = ["unshare", getuid() == 0 ? "-m" : "-rm", "sh", "script", WeirProcess.path]
        try? process.run()
        process.waitUntilExit()
        continuation.resume(returning: process.terminationStatus)
      }
    }
    guard status == 0 else {
      print("26: not run: a small file system can be mounted neither as root nor by 'unshare -rm'")
      return
    }
    #expect(["75", "69"].contains(world.lines("full.code").first), "\(world.text("full.said").suffix(500))")
    #expect(world.text("full.said").contains("No space left"))
    #expect(world.lines("end.code") == ["0"], "\(world.text("end.said").suffix(500))")
    #expect(Set(all).subtracting(receiver.accepted) == [])
    #expect(Set(all).subtracting(world.numbers("out.ndjson").compactMap { $0 }) == [])
    #expect(world.numbers("out.ndjson").allSatisfy { $0 != nil }, "half lines")
  }

  @Test(arguments: ["outbox.sqlite", "outbox-000001.segments"], ["missing", "garbage", "cut", "flipped"])
  func `28, 29: a damaged state is set aside and named, and the gateway runs`(file: String, kind: String) async throws {
    let receiver = Receiver { _, _ in .status(503) }
    let world = try World(World.configuration(outputs: [("hook", World.webhook(receiver))]))
    #expect(try await world.run(alerts(0..<200), drain: "0s").exitCode == 75)
    let damaged = world.folder + "/state/" + file
    var bytes = try #require(FileManager.default.contents(atPath: damaged))
    switch kind {
    case "garbage": bytes = Data(bytes.indices.map { UInt8(truncatingIfNeeded: $0) })
    case "cut": bytes = bytes.prefix(bytes.count / 2)
    default: bytes[bytes.count / 2] ^= 0x40
    }
    try bytes.write(to: URL(filePath: damaged))
    if kind == "missing" { try FileManager.default.removeItem(atPath: damaged) }
    let mended = Receiver()
    try world.configure(World.configuration(outputs: [("hook", World.webhook(mended))]))
    let end = try await world.run(alerts(1000..<1010))
    #expect(end.exitCode == 0 || end.exitCode == 65, "\(end.said)")
    #expect(Set(1000..<1010).isSubset(of: mended.accepted))
    // What the flipped byte did not hit is still delivered; a changed alert is not.
    #expect(Set(mended.accepted).isSubset(of: Set(0..<200).union(1000..<1010)))
    if kind != "flipped" { #expect(end.said.contains("it was set aside as"), "\(end.said)") }
    if kind == "missing", file != "outbox.sqlite" {
      #expect(end.exitCode == 65 && world.ledger.contains(#""carried_over":200,"lost":200"#), "\(world.ledger)")
    }
    // The alerts are in the file; the database only says where.
    if file == "outbox.sqlite" { #expect(Set(mended.accepted) == Set(0..<200).union(1000..<1010), "\(end.said)") }
    if file != "outbox.sqlite", kind != "flipped" { #expect(end.said.contains(file), "\(end.said)") }
  }

  @Test(arguments: ["out.ndjson", "outbox.sqlite", ".segments"])
  func `27: where fsync fails nothing counts as kept, and the next run has it all`(file: String) async throws {
    let receiver = Receiver()
    let world = try World(
      World.configuration(
        input: "file: {paths: [in.ndjson]}",
        outputs: [("archive", "file: {path: out.ndjson, durability: power}"), ("hook", World.webhook(receiver))])
        + "\ndurability: power\n")
    guard let failing = try FailingSync.environment(file, in: world.folder) else {
      Issue.record("27 needs clang, to build a library that makes fsync fail")
      return
    }
    // The state is made while all is well.
    try world.write(alerts(0..<1), "in.ndjson")
    #expect(try await world.start().end().exitCode == 0)
    try world.append(alerts(1..<400), to: "in.ndjson")
    let end = try await world.start(drain: "1s", environment: failing).end()
    #expect(end.exitCode == 75 || end.exitCode == 69, "\(end)")
    #expect(end.said.contains("Input/output error") || end.said.contains("failed to read or write"), "\(end.said)")
    let mended = try await world.start().end()
    #expect(mended.exitCode == 0, "\(mended)")
    #expect(Set(world.numbers("out.ndjson")) == Set(0..<400))
    #expect(Set(receiver.accepted) == Set(0..<400))
  }

  @Test func `a ledger that cannot be written ends the run before anything is read`() async throws {
    let world = try World()
    try world.write("", "file")
    for (path, problem) in [
      ("nowhere/ledger.json", "the folder 'nowhere': No such file or directory"),
      ("file/ledger.json", "'file' is no folder"), (".", "it is a folder"),
    ] {
      let end = try await world.run(alerts(1...3), ["--ledger", path])
      #expect(end.exitCode == 69)
      #expect(
        end.said == "error: the ledger cannot be written to '\(path)': \(problem); name another file with --ledger\n")
      #expect(world.lines("out.ndjson").isEmpty)
    }
  }

  @Test func `a ledger goes into a pipe, and to where a link leads`() async throws {
    let world = try World()
    try FileManager.default.createSymbolicLink(atPath: world.folder + "/link.json", withDestinationPath: "real.json")
    #expect(try await world.run(alerts(1...3), ["--ledger", "link.json"]).exitCode == 0)
    #expect(world.text("real.json").contains(#""read":3"#))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: world.folder + "/link.json") == "real.json")
    #expect(try await world.run(alerts(1...3), ["--ledger", "/dev/stdout"]).exitCode == 0)
    #expect(world.text("stdout").contains(#""read":3"#))
  }

  @Test func `30: a state folder that cannot be is an error that says so, and check finds it`() async throws {
    let world = try World(World.configuration().replacing("state: state", with: "state: config.yaml/state"))
    for command in ["run", "check"] {
      let end = try await WeirProcess([command, "-c", "config.yaml"], in: world.folder).end()
      #expect(end.exitCode == (command == "run" ? 69 : 78), "\(end.said)")
      #expect(end.said.contains("config.yaml/state"), "\(end.said)")
      guard command == "run" else { continue }
      #expect(
        end.said.hasSuffix(
          "error: cannot make the state folder 'config.yaml/state': Not a directory; set another one with 'state'\n"),
        "\(end.said)")
    }
    guard getuid() == 0 else {
      print("30: a folder that is read-only was not tried: only root can mount one")
      return
    }
    try world.configure(World.configuration())
    let state = world.folder + "/state"
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false)
    try #require(mount("weir", state, "tmpfs", UInt(MS_RDONLY), "size=1m") == 0)
    defer { umount2(state, Int32(MNT_DETACH)) }
    let check = try await WeirProcess(["check", "-c", "config.yaml"], in: world.folder).end()
    #expect(check.exitCode == 78, "\(check.said)")
    #expect(
      check.said.hasSuffix(
        "error: the state folder 'state' cannot be written to: Read-only file system; make it writable for this user, "
          + "or set another one with 'state'\n"), "\(check.said)")
  }

  @Test func `31: a second process on one state is refused`() async throws {
    let receiver = Receiver()
    let world = try World(World.configuration(outputs: [("hook", World.webhook(receiver))]))
    let (first, feed) = try world.startFed()
    feed.send(alerts(0..<1))
    #expect(try await eventually { receiver.accepted == [0] })
    let second = try await world.run(alerts(1..<2))
    #expect(second.exitCode == 69, "\(second.said)")
    #expect(second.said.contains("state"), "\(second.said)")
    feed.end()
    #expect(await first.end().exitCode == 0)
    #expect(receiver.accepted == [0])
  }
}
