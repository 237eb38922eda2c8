import Foundation
import Glibc
import Synchronization
import Testing

/// The matrix' numbers 33 to 48: destinations that misbehave.
@Suite(.timeLimit(.minutes(3)))
struct OutputFaults {
  @Test func `34: 429 with Retry-After is waited for`() async throws {
    let receiver = Receiver { number, _ in number == 1 ? .status(429, headers: ["Retry-After: 2"]) : .status(200) }
    let world = try World(World.configuration(outputs: [("hook", World.webhook(receiver))]))
    #expect(try await world.run(alerts(0..<3)).exitCode == 0)
    let requests = receiver.requests
    #expect(receiver.accepted == [0, 1, 2])
    #expect(requests.count >= 2 && requests[1].time - requests[0].time >= .seconds(1.9))
  }

  @Test func `35: three failures and then success is exactly one success, under one key`() async throws {
    let receiver = Receiver { number, _ in number <= 3 ? .status(500) : .status(200) }
    let world = try World(World.configuration(outputs: [("hook", World.webhook(receiver))]))
    #expect(try await world.run(alerts(0..<1)).exitCode == 0)
    #expect(receiver.requests.count == 4)
    #expect(receiver.accepted == [0])
    #expect(Set(receiver.requests.map { $0.header("Idempotency-Key") }).count == 1)
    #expect(world.ledger.contains(#""hook":{"delivered":1,"dead_lettered":0,"pending":0}"#))
  }

  @Test func `36: a refused alert is a dead letter, and the others go`() async throws {
    let receiver = Receiver { _, alerts in alerts.contains(1) ? .status(400, body: "no such field") : .status(200) }
    let world = try World(World.configuration(outputs: [("hook", World.webhook(receiver))]))
    #expect(try await world.run(alerts(0..<3)).exitCode == 65)
    #expect(Set(receiver.accepted) == [0, 2])
    #expect(world.deadLetters.map(\.output) == ["hook"])
    #expect(world.deadLetters.first?.reason.contains("400 Bad Request: no such field") == true)
    #expect(world.ledger.contains(#""hook":{"delivered":2,"dead_lettered":1,"pending":0}"#))
  }

  @Test func `37: 401 keeps the alerts, and they go when it is mended`() async throws {
    let receiver = Receiver { number, _ in number == 1 ? .status(401) : .status(200) }
    let world = try World(World.configuration(outputs: [("hook", World.webhook(receiver))]))
    let (process, feed) = try world.startFed(drain: "0s")
    feed.send(alerts(0..<3))
    #expect(try await eventually { process.said.contains("401") })
    feed.end()
    let first = await process.end()
    #expect(first.exitCode == 75 || receiver.requests.count > 1, "\(first.said)")
    #expect(try await world.run("").exitCode == 0)
    #expect(receiver.accepted == [0, 1, 2])
  }

  @Test func `38: of Slack, 200 with an error in the body is no success`() async throws {
    let receiver = Receiver { number, _ in .status(200, body: number == 2 ? "invalid_blocks" : "ok") }
    let world = try World(
      World.configuration(outputs: [("soc", "slack: {webhook_url: \"\(receiver.url)\", rate_limit: 100/s}")]))
    let end = try await world.run(alerts(0..<3))
    #expect(end.exitCode == 65, "\(end.said)")
    #expect(receiver.requests.count == 3)
    #expect(world.ledger.contains(#""soc":{"delivered":2,"dead_lettered":1,"pending":0}"#), "\(world.ledger)")
    #expect(world.deadLetters.first?.reason.contains("invalid_blocks") == true)
  }

  /// Alerts whose Slack messages have their numbers.
  private func numbered(_ numbers: Range<Int>) -> String {
    numbers.map { #"{"severity":"high","rule":{"name":"number \#($0)"}}"# + "\n" }.joined()
  }

  /// The numbers in messages that Slack accepted, in their order.
  private func posted(_ receiver: Receiver, _ wasAccepted: (Int) -> Bool) -> [Int] {
    receiver.requests.filter { wasAccepted($0.number) }
      .compactMap { $0.body.firstMatch(of: /HIGH: number (\d+)/).flatMap { Int($0.1) } }
  }

  @Test func `34 to 40: of a batch of Slack messages each fares by its own answer, and none is posted twice`()
    async throws
  {
    let receiver = Receiver { number, _ in
      switch number {
      case 2: .status(400, body: "invalid_payload")
      case 4: .status(429, headers: ["Retry-After: 1"])
      case 7: .status(500, body: "rollup_error")
      case 9: .drop
      case 11: .status(503)
      default: .status(200, body: "ok")
      }
    }
    let world = try World(
      World.configuration(outputs: [("soc", "slack: {webhook_url: \"\(receiver.url)\", rate_limit: 100/s}")]))
    let end = try await world.run(numbered(0..<16))
    #expect(end.exitCode == 65, "\(end.said)")
    let accepted = posted(receiver) { ![2, 4, 7, 9, 11].contains($0) }
    #expect(accepted.sorted() == Array(0..<16).filter { $0 != 1 }, "\(accepted)")
    let requests = receiver.requests
    #expect(requests.count >= 5 && requests[4].time - requests[3].time >= .seconds(0.9))
    #expect(world.ledger.contains(#""soc":{"delivered":15,"dead_lettered":1,"pending":0}"#), "\(world.ledger)")
    #expect(world.deadLetters.map(\.reason) == ["the server answered 400 Bad Request: invalid_payload"])
  }

  @Test func `a batch of Slack messages that the end cuts off is not posted again, but for the one under way`()
    async throws
  {
    let receiver = Receiver { number, _ in number == 4 ? .dribble : .status(200, body: "ok") }
    let world = try World(
      World.configuration(outputs: [("soc", "slack: {webhook_url: \"\(receiver.url)\", rate_limit: 100/s}")]))
    let end = try await world.run(numbered(0..<10), drain: "2s")
    #expect(end.exitCode == 75, "\(end.said)")
    #expect(world.ledger.contains(#""soc":{"delivered":3,"dead_lettered":0,"pending":7}"#), "\(world.ledger)")
    #expect(try await world.run("").exitCode == 0)
    #expect(posted(receiver) { $0 != 4 } == Array(0..<10))
    #expect(receiver.requests.count == 11)
  }

  @Test func `41: a redirect is not followed`() async throws {
    let elsewhere = Receiver()
    let target = elsewhere.url
    let receiver = Receiver { _, _ in .status(302, headers: ["Location: \(target)"]) }
    let world = try World(World.configuration(outputs: [("hook", World.webhook(receiver))]))
    #expect(try await world.run(alerts(0..<1)).exitCode == 65)
    #expect(elsewhere.requests.isEmpty)
    #expect(world.deadLetters.first?.reason.contains("redirects are not followed") == true)
  }

  @Test func `39, 42: of three outputs one dribbles and one is down, and the third has its alerts at once`()
    async throws
  {
    let slow = Receiver { _, _ in .dribble }
    let good = Receiver()
    let world = try World(
      World.configuration(outputs: [
        ("slow", World.webhook(slow, timeout: "2s")), ("good", World.webhook(good)),
        ("dead", "webhook: {url: \"http://127.0.0.1:9/\"}"),
      ]))
    let (process, feed) = try world.startFed(drain: "1s")
    feed.send(alerts(0..<300))
    // While the input is open: nothing hurries the others.
    #expect(try await eventually { good.accepted.count == 300 && process.said.contains("connection refused") })
    #expect(good.accepted == Array(0..<300))
    feed.end()
    let end = await process.end()
    #expect(end.exitCode == 75, "\(end.said)")
    let none = #"{"delivered":0,"dead_lettered":0,"pending":300}"#
    #expect(world.ledger.contains("\"slow\":" + none) && world.ledger.contains("\"dead\":" + none))
  }

  @Test func `40: a connection that drops after the whole body is tried again under the same key`() async throws {
    let receiver = Receiver { number, _ in number == 1 ? .drop : .status(200) }
    let world = try World(World.configuration(outputs: [("hook", World.webhook(receiver))]))
    #expect(try await world.run(alerts(0..<2)).exitCode == 0)
    #expect(receiver.accepted == [0, 1])
    #expect(receiver.requests.count == 2)
    #expect(receiver.requests.first?.header("Idempotency-Key") == receiver.requests.last?.header("Idempotency-Key"))
  }

  @Test func `43: a single alert and then silence is delivered without waiting for more`() async throws {
    let receiver = Receiver()
    let world = try World(World.configuration(outputs: [("hook", World.webhook(receiver))]))
    let (process, feed) = try world.startFed()
    // The first one finds that the process has started.
    feed.send(alerts(0...0))
    #expect(try await eventually { receiver.accepted == [0] })
    // Nothing fills a batch, and the input does not end: it comes all the same.
    feed.send(alerts(1...1))
    #expect(try await eventually { receiver.accepted == [0, 1] })
    feed.end()
    #expect(await process.end().exitCode == 0)
  }

  @Test func `48: an output file that is moved, and one whose folder is removed, are made anew`() async throws {
    let world = try World(World.configuration(outputs: [("archive", "file: {path: logs/out.ndjson}")]))
    let (process, feed) = try world.startFed()
    feed.send(alerts(0...0))
    #expect(try await eventually { world.numbers("logs/out.ndjson") == [0] })
    try FileManager.default.moveItem(atPath: world.folder + "/logs/out.ndjson", toPath: world.folder + "/moved")
    feed.send(alerts(1...1))
    #expect(try await eventually { world.numbers("logs/out.ndjson") == [1] })
    try FileManager.default.removeItem(atPath: world.folder + "/logs")
    feed.send(alerts(2...2))
    #expect(try await eventually { world.numbers("logs/out.ndjson") == [2] })
    feed.end()
    #expect(await process.end().exitCode == 0)
    #expect(world.numbers("moved") == [0])
  }

  @Test func `48: a pipe that is closed ends neither the process nor the other outputs`() async throws {
    let receiver = Receiver()
    let world = try World(
      World.configuration(outputs: [("screen", "console: {}"), ("hook", World.webhook(receiver))]))
    // `weir run | true`: nobody reads what it writes.
    let (output, reading) = try Feed.make()
    close(reading)
    let process = try world.start(drain: "60s", input: try stdin(world, alerts(0..<2000)), outputPipe: output)
    output.end()
    let end = await process.end()
    #expect(end.signal == nil && end.exitCode == 65, "\(end)")
    #expect(world.deadLetters.count == 2000 && world.deadLetters.allSatisfy { $0.output == "screen" })
    #expect(Set(receiver.accepted) == Set(0..<2000))
    #expect(world.ledger.contains(#""hook":{"delivered":2000,"dead_lettered":0,"pending":0}"#), "\(world.ledger)")
  }

  @Test func `48: a pipe that nobody reads holds the others up once, and not the end`() async throws {
    let receiver = Receiver()
    let world = try World(
      World.configuration(outputs: [("screen", "console: {}"), ("hook", World.webhook(receiver))]))
    let (output, reading) = try Feed.make()
    defer { close(reading) }
    // Several reads, and more than a pipe holds.
    let process = try world.start(drain: "2s", input: try stdin(world, alerts(0..<40_000)), outputPipe: output)
    output.end()
    let end = await process.end()
    #expect(end.signal == nil && end.exitCode != 70, "\(end)")
    #expect(end.said.contains("whoever reads standard output does not go on reading; gave up after"), "\(end)")
    // Some stand in the pipe. Those that the receiver did not get within the two seconds wait for it.
    let screen = try #require(
      world.ledger.firstMatch(of: /"screen":{"delivered":(\d+),"dead_lettered":(\d+),"pending":0/))
    #expect((Int(screen.1) ?? 0) + (Int(screen.2) ?? 0) == 40_000 && screen.1 != "0", "\(world.ledger)")
    #expect(world.deadLetters.count == Int(screen.2) && world.deadLetters.allSatisfy { $0.output == "screen" })
    if end.exitCode == 75 { #expect(try await world.run("").exitCode == 0) }
    #expect(Set(receiver.accepted) == Set(0..<40_000))
  }

  @Test func `every alert of a digest can be read where the digest says`() async throws {
    let receiver = Receiver { _, _ in .status(200, body: "ok") }
    let world = try World(
      World.configuration(outputs: [("soc", "slack: {webhook_url: \"\(receiver.url)\", digest_after: 5s}")]))
    let end = try await world.run(alerts(0..<60))
    #expect(end.exitCode == 0, "\(end.said)")
    let requests = receiver.requests
    let alone = requests.count - 1
    #expect(world.numbers("state/digested.ndjson") == Array(alone..<60), "\(alone)")
    let digest = try #require(requests.last?.body)
    #expect(digest.contains("\(world.folder)/state/digested.ndjson' on "), "\(digest)")
    let id = try #require(digest.firstMatch(of: /digest-[0-9a-f]{32}/)).0
    #expect(
      world.lines("state/digested.ndjson").allSatisfy { $0.contains(#""digest":"\#(id)","output":"soc","alert":{"#) })
    #expect(
      world.ledger.contains(#""delivered":60,"#) && world.ledger.contains(#""delivered_by_digest":\#(60 - alone)"#))
  }

  private func stdin(_ world: borrowing World, _ text: String) throws -> String {
    try world.write(text, "stdin")
    return world.folder + "/stdin"
  }
}
