import AlertModel
import PluginKit
import PluginTesting
import Testing

@testable import AllowlistEnricher

@Suite("Guardrails of an allowlist")
struct GuardrailTests {
  private let alice = AllowlistBench.entry("e", ("actors", ["alice"]))

  private func alert(_ rest: String = "") -> String { #"{"user":{"name":"alice"}\#(rest)}"# }

  @Test(
    "what an intruder does first is never held back, unless the list is changed",
    arguments: [
      #","event":{"action":"ConsoleLogin"},"aws":{"cloudtrail":{"user_identity":{"type":"Root"}}}"#,
      #","event":{"provider":"cloudtrail.amazonaws.com","action":"StopLogging"}"#,
      #","event":{"provider":"cloudtrail.amazonaws.com","action":"DeleteTrail"}"#,
      #","event":{"provider":"guardduty.amazonaws.com","action":"DeleteDetector"}"#,
      #","event":{"provider":"iam.amazonaws.com","action":"DeactivateMFADevice"}"#,
      #","rule":{"id":"Stealth:IAMUser/CloudTrailLoggingDisabled"}"#,
    ])
  func neverHolds(rest: String) throws {
    let usual = try AllowlistBench([alice])
    let outcome = try usual.outcome(alert(rest))
    #expect(outcome.hasPrefix(#"weir.breakthrough=["never held back: "#))
    #expect(outcome.hasSuffix(#"weir.breakthrough_entry="e""#))
    let off = try AllowlistBench([alice], settings: [("never", [])])
    #expect(try off.outcome(alert(rest)) == "held by e")
  }

  @Test("an entry with the ceiling critical means even the gravest, unless the configuration itself forbids it")
  func explicitCeiling() throws {
    let entry = AllowlistBench.entry("e", ("actors", ["alice"]), ("ceiling", "critical"))
    let stop = alert(#","event":{"provider":"cloudtrail.amazonaws.com","action":"StopLogging"}"#)
    #expect(try AllowlistBench([entry]).outcome(stop) == "held by e")
    let forbidden = try AllowlistBench([entry], settings: [("never", ["event.action: StopLogging"])])
    #expect(try forbidden.outcome(stop).hasPrefix(#"weir.breakthrough=["never held back: "#))
  }

  @Test("further conditions can be added")
  func neverAlso() throws {
    let bench = try AllowlistBench([alice], settings: [("never_also", ["event.action: X"])])
    #expect(
      try bench.outcome(alert(#","event":{"action":"X"}"#))
        == #"weir.breakthrough=["never held back: event.action: X"] weir.breakthrough_entry="e""#)
    #expect(try bench.outcome(alert(#","event":{"action":"Y"}"#)) == "held by e")
  }

  @Test("an alert can be demoted instead; one that is no more severe than that is left alone and counts for nothing")
  func demotes() throws {
    let once = AllowlistBench.entry("e", ("actors", ["alice"]), ("at_most", "1/day"))
    let bench = try AllowlistBench([once], settings: [("mode", "demote"), ("demote_to", "low")])
    #expect(try bench.outcome(alert(), severity: .informational) == "delivered")
    #expect(try bench.outcome(alert(), severity: .low) == "delivered")
    #expect(try bench.outcome(alert(), severity: .medium) == "demoted to low by e")
  }

  @Test("beyond its budget an entry holds nothing back until the next day")
  func obeysBudgets() throws {
    let entry = AllowlistBench.entry("e", ("actors", ["alice"]), ("at_most", "2/day"))
    let bench = try AllowlistBench([entry])
    let outcomes = try (0..<3).map { _ in try bench.outcome(alert()) }
    #expect(
      outcomes == ["held by e", "held by e", #"weir.breakthrough=["more than 2/day"] weir.breakthrough_entry="e""#])
    let restored = try AllowlistBench([entry])
    restored.enricher.restore(bench.enricher.snapshot())
    #expect(try restored.outcome(alert()).contains("more than 2/day"))
    bench.clock.advance(by: .seconds(86_400))
    #expect(try bench.outcome(alert()) == "held by e")
  }

  @Test(
    "what is new about a known actor is told, and only after the learning period",
    arguments: [
      (#","source":{"ip":"192.0.2.1"}"#, #","source":{"ip":"198.51.100.7"}"#, "new network: 198.51.100.0/24"),
      (
        #","source":{"ip":"2001:db8:1::1"}"#, #","source":{"ip":"2001:db8:2::1"}"#,
        "new network: 2001:db8:2::/48"
      ),
      (#","cloud":{"account":{"id":"1"}}"#, #","cloud":{"account":{"id":"2"}}"#, "new account: 2"),
      (
        #","source":{"geo":{"country_iso_code":"CH"}}"#, #","source":{"geo":{"country_iso_code":"KP"}}"#,
        "new country: KP"
      ),
      (
        #","user_agent":{"original":"aws-cli/2.13.0 Python/3.11"}"#, #","user_agent":{"original":"Boto3/1.26"}"#,
        "new client: Boto3"
      ),
    ])
  func tellsWhatIsNew(known: String, new: String, reason: String) throws {
    let bench = try AllowlistBench([alice])
    #expect(try bench.outcome(alert(known)) == "held by e")
    bench.clock.advance(by: .seconds(15 * 86_400))
    #expect(try bench.outcome(alert(known)) == "held by e")
    let told = #"weir.breakthrough=["\#(reason)"] weir.breakthrough_entry="e""#
    #expect(try bench.outcome(alert(new)) == told)
    #expect(try bench.outcome(alert(new)) == told, "once seen is not known")
    let restarted = try AllowlistBench([alice])
    restarted.enricher.restore(bench.enricher.snapshot())
    restarted.clock.advance(by: .seconds(15 * 86_400))
    #expect(try restarted.outcome(alert(new)) == told)
    #expect(try restarted.outcome(alert(known)) == "held by e")
    bench.clock.advance(by: .seconds(14 * 86_400))
    #expect(try bench.outcome(alert(new)) == "held by e")
  }

  @Test("what is new about any of several actors is told, whatever their order, and what is no address is new as it is")
  func watchesAll() throws {
    let both = AllowlistBench.entry("e", ("actors", ["alice", "bob"]))
    let bench = try AllowlistBench([both])
    func alert(_ names: String, _ address: String) -> String {
      #"{"user":{"name":\#(names)},"source":{"ip":"\#(address)"}}"#
    }
    #expect(try bench.outcome(alert(#""alice""#, "10.0.0.1")) == "held by e")
    #expect(try bench.outcome(alert(#""bob""#, "192.0.2.1")) == "held by e")
    bench.clock.advance(by: .seconds(15 * 86_400))
    for (names, address, isNew) in [
      (#""alice""#, "10.0.0.9", false), (#""alice""#, "10.0.0.1:443", false), (#""alice""#, " 10.0.0.1 ", false),
      (#"["alice","bob"]"#, "10.0.0.1", true), (#"["bob","alice"]"#, "10.0.0.1", true),
      (#""alice""#, "203.0.113.9:443", true), (#""alice""#, "3405803785", true), (#""alice""#, "[2001:db8::1]:1", true),
    ] {
      #expect(
        try bench.outcome(alert(names, address)).contains("new network") == isNew, "\(names) from \(address)")
    }
  }

  @Test("during the learning period, and where nothing is watched, nothing is new")
  func learns() throws {
    let bench = try AllowlistBench([alice])
    for network in 0..<20 {
      #expect(try bench.outcome(alert(#","source":{"ip":"192.0.\#(network).1"}"#)) == "held by e")
    }
    let off = try AllowlistBench([alice], settings: [("watch", [])])
    #expect(try off.outcome(alert(#","source":{"ip":"192.0.2.1"}"#)) == "held by e")
    off.clock.advance(by: .seconds(15 * 86_400))
    #expect(try off.outcome(alert(#","source":{"ip":"198.51.100.1"}"#)) == "held by e")
  }

  @Test("many times the usual rate is told")
  func tellsRates() throws {
    let bench = try AllowlistBench([alice])
    for _ in 0..<(15 * 24) {
      #expect(try bench.outcome(alert()) == "held by e")
      bench.clock.advance(by: .seconds(3600))
    }
    let outcomes = try (0..<60).map { _ in try bench.outcome(alert()) }
    #expect(outcomes.prefix(50).allSatisfy { $0 == "held by e" })
    #expect(outcomes[50] == #"weir.breakthrough=["unusual rate: 51 this hour, usually 1"] weir.breakthrough_entry="e""#)
  }

  @Test("a role is one actor, whatever its sessions are called")
  func knowsRoles() throws {
    let bench = try AllowlistBench([AllowlistBench.entry("e", ("actors", ["arn:aws:iam::1:role/A"]))])
    func session(_ name: String, _ ip: String) -> String {
      #"{"aws":{"cloudtrail":{"user_identity":{"arn":"arn:aws:sts::1:assumed-role/A/\#(name)"}}},"source":{"ip":"\#(ip)"}}"#
    }
    #expect(try bench.outcome(session("one", "192.0.2.1")) == "held by e")
    bench.clock.advance(by: .seconds(15 * 86_400))
    #expect(try bench.outcome(session("two", "198.51.100.1")).contains("new network"))
  }

  @Test("of more actors than may be remembered, the oldest are forgotten")
  func isBounded() throws {
    let history = ActorHistory(learning: .seconds(1), capacity: 8, unusualRate: 10)
    for number in 0..<100 {
      _ = Array("actor-\(number)".utf8).withUnsafeBytes { name in
        history.observe(name, watchesRate: true, now: Timestamp(seconds: Int64(number))) { _ in }
      }
    }
    var json: [UInt8] = []
    _ = history.write(to: &json, now: Timestamp(seconds: 100))
    let text = String(decoding: json, as: UTF8.self)
    #expect(text.split(separator: "actor-").count - 1 <= 8)
    #expect(text.contains("actor-99"))
  }

  @Test("what is seen of an actor ever again is not pushed out by what is seen once")
  func keepsWhatIsInUse() {
    let places = (0..<1000).map { IPNetwork(IPAddress("198.18.\($0 / 256).\($0 % 256)")!, length: 32) }
    var actor = KnownActor(name: "alice", first: Timestamp(seconds: 0))
    for (second, place) in places.enumerated() {
      _ = actor.see(.network(place), at: Timestamp(seconds: Int64(second)))
      #expect(actor.see(.network(places[0]), at: Timestamp(seconds: Int64(second))) == Timestamp(seconds: 0))
    }
    #expect(actor.observations.count == KnownActor.maximumSeen)
    #expect(actor.see(.network(places[999]), at: Timestamp(seconds: 1000)) == Timestamp(seconds: 999))
    #expect(actor.see(.network(places[1]), at: Timestamp(seconds: 1000)) == Timestamp(seconds: 1000))
  }

  @Test("a snapshot that says of everything when it was seen last, too, is read")
  func readsEarlierSnapshots() throws {
    let bench = try AllowlistBench([alice])
    let snapshot = #"{"version":1,"actors":{"alice":[0,9,0,1,0.5,["network","192.0.2.0/24",0,9]]},"budgets":{}}"#
    bench.enricher.restore(Array(snapshot.utf8))
    #expect(try bench.outcome(alert(#","source":{"ip":"192.0.2.1"}"#)) == "held by e")
    #expect(try bench.outcome(alert(#","source":{"ip":"198.51.100.7"}"#)).contains("new network"))
  }

  @Test("a snapshot that is garbage is ignored")
  func ignoresGarbage() throws {
    let bench = try AllowlistBench([alice])
    for garbage in ["", "{", "[]", #"{"version":2}"#, #"{"version":1,"actors":{"a":[1]},"budgets":5}"#] {
      bench.enricher.restore(Array(garbage.utf8))
    }
    #expect(try bench.outcome(alert()) == "held by e")
  }
}
