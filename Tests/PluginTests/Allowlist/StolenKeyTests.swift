import AlertModel
import PluginKit
import PluginTesting
import Testing

@testable import AllowlistEnricher

/// Somebody holds the stolen key of an administrator whom the allowlist names.
@Suite("An attacker with an allowlisted administrator's key")
struct StolenKeyTests {
  private static let day = Duration.seconds(86_400)
  private let alice = AllowlistBench.entry("e", ("actors", ["alice", "svc-*"]))

  private func alert(_ name: String = "alice", _ rest: String = "") -> String {
    #"{"user":{"name":"\#(name)"}\#(rest)}"#
  }

  private func from(_ ip: String) -> String { #","source":{"ip":"\#(ip)"}"# }

  private func told(_ reasons: String...) -> String {
    #"weir.breakthrough=["\#(reasons.joined(separator: #"",""#))"] weir.breakthrough_entry="e""#
  }

  private let isForgotten = "new actor: it may have been forgotten for lack of room; raise 'actors_remembered'"

  /// The same allowlist after a restart, at the same time.
  private func restarted(_ bench: AllowlistBench, settings: [(String, LocatedNode)] = []) throws -> AllowlistBench {
    let next = try AllowlistBench([alice], settings: settings)
    next.clock.advance(by: .nanoseconds(bench.clock.now.nanoseconds - next.clock.now.nanoseconds))
    next.enricher.restore(bench.enricher.snapshot())
    return next
  }

  /// Alice from her network on every day of 15, with room for so many actors.
  private func knowingAlice(_ room: LocatedNode = "64") throws -> AllowlistBench {
    let bench = try AllowlistBench([alice], settings: [("actors_remembered", room)])
    for _ in 0..<15 {
      #expect(try bench.outcome(alert("alice", from("192.0.2.1"))) == "held by e")
      bench.clock.advance(by: Self.day)
    }
    return bench
  }

  @Test("comes from elsewhere with something else, and all of it is told")
  func everythingIsNew() throws {
    let bench = try AllowlistBench([alice])
    func rest(_ account: String, _ ip: String, _ country: String, _ client: String) -> String {
      """
      ,"cloud":{"account":{"id":"\(account)"}},"source":{"ip":"\(ip)","geo":{"country_iso_code":"\(country)"}},\
      "user_agent":{"original":"\(client)"}
      """
    }
    #expect(try bench.outcome(alert("alice", rest("1", "192.0.2.1", "CH", "aws-cli/2.1"))) == "held by e")
    bench.clock.advance(by: Self.day * 15)
    #expect(
      try bench.outcome(alert("alice", rest("2", "198.51.100.1", "KP", "Boto3/1.2")))
        == told("new account: 2", "new network: 198.51.100.0/24", "new country: KP", "new client: Boto3"))
  }

  @Test(
    "is told from just beyond the known network, and not from within it",
    arguments: [
      ("192.0.2.0", true), ("192.0.2.255", true), ("::ffff:192.0.2.9", true), ("192.0.3.0", false),
      ("192.0.1.255", false), ("::ffff:192.0.3.1", false), ("2001:db8:1:ffff::9", true), ("2001:db8:2::", false),
      ("2001:db8:0:ffff::", false),
    ])
  func neighbours(ip: String, isKnown: Bool) throws {
    let bench = try AllowlistBench([alice])
    _ = try bench.outcome(alert("alice", from("192.0.2.1")))
    _ = try bench.outcome(alert("alice", from("2001:db8:1::1")))
    bench.clock.advance(by: Self.day * 15)
    let outcome = try bench.outcome(alert("alice", from(ip)))
    #expect(isKnown ? outcome == "held by e" : outcome.hasPrefix(#"weir.breakthrough=["new network: "#))
  }

  @Test("is not told to the last moment of the learning period, and from then on is, also over restarts")
  func learningEnds() throws {
    let begun = try AllowlistBench([alice])
    #expect(try begun.outcome(alert("alice", from("192.0.2.1"))) == "held by e")
    begun.clock.advance(by: Self.day * 14 - .nanoseconds(1))
    let last = try restarted(begun)
    #expect(try last.outcome(alert("alice", from("198.51.100.1"))) == "held by e")
    last.clock.advance(by: .nanoseconds(1))
    let over = try restarted(last)
    #expect(try over.outcome(alert("alice", from("203.0.113.1"))) == told("new network: 203.0.113.0/24"))
    #expect(try over.outcome(alert("alice", from("192.0.2.1"))) == "held by e")
    #expect(try over.outcome(alert("alice", from("198.51.100.1"))) == "held by e")
    over.clock.advance(by: Self.day * 14 - .nanoseconds(1))
    let still = try restarted(over)
    #expect(try still.outcome(alert("alice", from("203.0.113.1"))) == told("new network: 203.0.113.0/24"))
    still.clock.advance(by: .nanoseconds(1))
    #expect(try restarted(still).outcome(alert("alice", from("203.0.113.1"))) == "held by e")
  }

  @Test("does much more than usual, and a restart within the hour is no fresh start")
  func rateOverRestart() throws {
    let bench = try AllowlistBench([alice])
    for _ in 0..<(15 * 24) {
      #expect(try bench.outcome(alert()) == "held by e")
      bench.clock.advance(by: .seconds(3600))
    }
    for _ in 0..<50 { #expect(try bench.outcome(alert()) == "held by e") }
    #expect(try restarted(bench).outcome(alert()) == told("unusual rate: 51 this hour, usually 1"))
  }

  @Test("shows a thousand networks: 128 things are remembered, and no new one is ever known for it")
  func manyThings() throws {
    let bench = try knowingAlice()
    for number in 0..<1000 {
      let outcome = try bench.outcome(alert("alice", from("10.\(number / 250).\(number % 250).1")))
      #expect(outcome.hasPrefix(#"weir.breakthrough=["new network: 10."#))
      bench.clock.advance(by: .seconds(120))
    }
    for bench in [bench, try restarted(bench)] {
      let snapshot = String(decoding: bench.enricher.snapshot(), as: UTF8.self)
      #expect(snapshot.split(separator: #""network""#).count - 1 == 128)
      #expect(try bench.outcome(alert("alice", from("198.51.100.1"))) == told("new network: 198.51.100.0/24"))
    }
  }

  @Test("makes up more actors than there is room for: whoever is known stays known")
  func madeUpActors() throws {
    let bench = try knowingAlice()
    for number in 0..<1000 { _ = try bench.outcome(alert("svc-\(number)")) }
    for bench in [bench, try restarted(bench, settings: [("actors_remembered", "64")])] {
      #expect(bench.enricher.history.count <= 64)
      #expect(try bench.outcome(alert("alice", from("192.0.2.1"))) == "held by e")
      #expect(try bench.outcome(alert("alice", from("198.51.100.1"))) == told("new network: 198.51.100.0/24"))
    }
  }

  @Test("makes up actors day after day: nobody is kept from being known")
  func madeUpActorsWhileLearning() throws {
    let bench = try AllowlistBench([alice], settings: [("actors_remembered", "64")])
    for day in 0..<15 {
      _ = try bench.outcome(alert("alice", from("192.0.2.1")))
      for number in 0..<200 { _ = try bench.outcome(alert("svc-\(day)-\(number)")) }
      bench.clock.advance(by: Self.day)
    }
    #expect(try bench.outcome(alert("alice", from("198.51.100.1"))) != "held by e")
  }

  @Test("has made-up actors known as well: whoever is pushed out for them is not learned again in silence")
  func madeUpActorsThatAreKnown() throws {
    let room: [(String, LocatedNode)] = [("actors_remembered", "64")]
    let bench = try knowingAlice()
    for _ in 0..<3 {
      for number in 0..<63 { _ = try bench.outcome(alert("svc-\(number)")) }
      bench.clock.advance(by: Self.day * 8)
    }
    for number in 0..<100 { _ = try bench.outcome(alert("svc-new-\(number)")) }
    bench.clock.advance(by: Self.day * 60)
    let roomy = try restarted(bench, settings: [("actors_remembered", "128")])
    for bench in [bench, try restarted(bench, settings: room)] {
      #expect(try bench.outcome(alert("alice", from("198.51.100.1"))) == told(isForgotten))
      let again = try restarted(bench, settings: room)
      again.clock.advance(by: Self.day * 13)
      #expect(try again.outcome(alert("alice", from("198.51.100.1"))) == told(isForgotten))
      again.clock.advance(by: Self.day)
      #expect(try again.outcome(alert("alice", from("198.51.100.1"))) == "held by e")
      #expect(try again.outcome(alert("alice", from("203.0.113.1"))) == told("new network: 203.0.113.0/24"))
    }
    #expect(try roomy.outcome(alert("alice", from("198.51.100.1"))) == "held by e")
  }

  @Test("has an account forgotten that is hardly ever used, and waits: it is not learned again in silence")
  func breakGlass() throws {
    let bench = try AllowlistBench([alice], settings: [("actors_remembered", "64")])
    _ = try bench.outcome(alert("alice", from("192.0.2.1")))
    bench.clock.advance(by: Self.day * 30)
    for number in 0..<100 { _ = try bench.outcome(alert("svc-\(number)")) }
    bench.clock.advance(by: Self.day * 60)
    #expect(try bench.outcome(alert("alice", from("198.51.100.1"))) == told(isForgotten))
  }

  @Test("has room enough: newcomers are learned in silence, as stated")
  func newcomersWithRoom() throws {
    let bench = try knowingAlice()
    for number in 0..<63 { #expect(try bench.outcome(alert("svc-\(number)")) == "held by e") }
    #expect(try bench.outcome(alert("svc-63")) == told(isForgotten))
  }

  @Test("has so much learned of made-up actors that not all is kept over a restart: they are left out, and in doubt")
  func leftOut() throws {
    let bench = try knowingAlice()
    _ = try bench.outcome(alert("svc-1"))
    let next = try AllowlistBench([alice], settings: [("actors_remembered", "64")])
    next.clock.advance(by: Self.day * 15)
    next.enricher.restore(bench.enricher.snapshot(least: .learning))
    #expect(next.enricher.history.count == 1)
    #expect(try next.outcome(alert("alice", from("198.51.100.1"))) == told("new network: 198.51.100.0/24"))
    #expect(try next.outcome(alert("svc-1")) == told(isForgotten))
  }

  @Test("cannot use up memory with long names")
  func longNames() throws {
    let bench = try AllowlistBench([alice])
    _ = try bench.outcome(alert("svc-" + String(repeating: "x", count: 100_000)))
    #expect(bench.enricher.snapshot().count < 2000)
  }

  @Test("a restart with every place taken forgets nobody")
  func fullTableOverRestart() throws {
    func history() -> ActorHistory { ActorHistory(learning: .seconds(10), capacity: 2048, unusualRate: 10) }
    func observe(_ history: ActorHistory, _ number: Int, at second: Int64) -> [String] {
      Array("actor-\(number)".utf8).withUnsafeBytes { name in
        history.observe(name, watchesRate: true, now: Timestamp(seconds: second)) { _ in }
      }
    }
    let before = history()
    for second in [0, 20] as [Int64] {
      for number in 0..<1900 { _ = observe(before, number, at: second) }
    }
    let known = before.count
    #expect(known > 1600)
    var json = Array("{".utf8)
    let isIncomplete = before.write(to: &json, now: Timestamp(seconds: 20))
    json.append(UInt8(ascii: "}"))
    let after = history()
    let parser = DocumentParser()
    try json.withUnsafeBytes { bytes in
      after.read(try parser.parse(bytes), now: Timestamp(seconds: 20))
    }
    #expect(isIncomplete == (known < 1900))
    #expect(after.count == known)
  }

  @Test("asks for an explanation: it names the break-through, and asking teaches nothing")
  func explained() throws {
    func explanation(_ bench: AllowlistBench, _ alert: String) throws -> [String] {
      var lines: [String] = []
      try bench.fixtures.forEachAlert(alert, severity: nil) { alert in
        lines = bench.enricher.explain(alert).map { "\($0.subject) \($0.conclusion)" }
      }
      return lines
    }
    let bench = try knowingAlice("1")
    for _ in 0..<2 {
      #expect(
        try explanation(bench, alert("alice", from("198.51.100.1")))
          == ["entry 'e' does not hold: break-through: new network: 198.51.100.0/24"])
      #expect(try explanation(bench, alert("svc-1")) == ["entry 'e' does not hold: break-through: \(isForgotten)"])
    }
    #expect(try bench.outcome(alert("svc-1")) == told(isForgotten))
  }

  @Test("calls itself something else each time: an actor is remembered by what nobody can choose, where there is that")
  func chosenNames() throws {
    let format = Format(
      name: "ecs", title: "ECS documents", shape: .anything, severity: .fixed(.medium), fields: FieldTable([:]),
      actors: [Format.Actor("user.full_name", spoofable: true), Format.Actor("user.name")])
    let fixtures = AlertFixtures([format])
    let clock = ManualClock()
    let entries = LocatedNode(.sequence([alice]), at: LocatedNode.nowhere)
    let settings = LocatedNode(
      .mapping([.init(key: LocatedText("entries"), value: entries)]), at: LocatedNode.nowhere)
    var context = PluginContext.testing(name: "allowlist", vocabulary: fixtures.vocabulary, clock: clock)
    context.formats = fixtures.formats
    var enricher = try AllowlistEnricher(options: AllowlistOptions(settings), context: context)
    try enricher.load()
    func isHeld(_ fullName: String, _ ip: String) throws -> Bool {
      let alert = #"{"user":{"name":"alice","full_name":"\#(fullName)"},"source":{"ip":"\#(ip)"}}"#
      guard case .success(.hold) = try fixtures.enrichment(of: alert, by: enricher) else { return false }
      return true
    }
    #expect(try isHeld("Alice", "192.0.2.1"))
    clock.advance(by: Self.day * 15)
    #expect(try !isHeld("Mallory", "198.51.100.1"))
  }
}
