import AlertModel
import PluginKit
import PluginTesting
import Testing

@testable import AllowlistEnricher

@Suite("Explaining and checking an allowlist")
struct ExplainAndLintTests {
  private func explanations(_ bench: AllowlistBench, _ alert: String, severity: Severity? = nil) throws -> [String] {
    var lines: [String] = []
    try bench.fixtures.forEachAlert(alert, severity: severity) { alert in
      lines = bench.enricher.explain(alert).map { "\($0.subject) \($0.conclusion)" }
    }
    return lines
  }

  @Test("every entry that came close says what was missing, and the one that holds comes first")
  func explains() throws {
    let bench = try AllowlistBench([
      AllowlistBench.entry("other action", ("actors", ["alice"]), ("when", "event.action: B")),
      AllowlistBench.entry("old", ("actors", ["alice"]), ("expires", "2026-01-01")),
      AllowlistBench.entry("holds", ("actors", ["alice"]), ("when", "event.action: A")),
      AllowlistBench.entry("later", ("actors", ["a*"])),
      AllowlistBench.entry("somebody else", ("actors", ["bob"])),
    ])
    let alert = #"{"user":{"name":"alice"},"event":{"action":"A"}}"#
    #expect(
      try explanations(bench, alert) == [
        "entry 'holds' holds the alert back", "entry 'other action' does not hold: when: event.action: B",
        "entry 'old' does not hold: expires: 2026-01-01", "entry 'later' would hold, but an earlier entry does",
      ])
    #expect(
      try explanations(bench, alert, severity: .high).first
        == "entry 'other action' does not hold: when: event.action: B")
    #expect(try explanations(bench, #"{"user":{"name":"eve"}}"#).isEmpty)
  }

  @Test("an entry of which only a part holds comes after, with the part that does not; of many, the closest ten")
  func explainsParts() throws {
    let near = AllowlistBench.entry("near", ("when", "event.action: A and host.id: h and cloud.account.id: 1"))
    let parts = (1...12).map {
      AllowlistBench.entry("p\($0)", ("when", LocatedNode(stringLiteral: "event.action: A and host.id: x\($0)")))
    }
    let far = AllowlistBench.entry("far", ("when", "event.action: B and not user.name: eve and user.name: *"))
    let bench = try AllowlistBench(parts + [far, near])
    let told = try explanations(bench, #"{"user":{"name":"alice"},"event":{"action":"A"},"host":{"id":"h"}}"#)
    #expect(told.count == 11)
    #expect(told.first == "entry 'near' does not hold: when: cloud.account.id:1")
    #expect(told[1] == "entry 'p1' does not hold: when: host.id:x1")
    #expect(told.last == "3 further entries have a part that holds as well")
  }

  @Test("explaining does not count as an alert")
  func changesNothing() throws {
    let bench = try AllowlistBench([AllowlistBench.entry("e", ("actors", ["alice"]), ("at_most", "1/day"))])
    let alert = #"{"user":{"name":"alice"}}"#
    _ = try explanations(bench, alert)
    #expect(try bench.outcome(alert) == "held by e")
  }

  @Test("check warns of entries that expire soon, can never hold, are shadowed or accept spoofable fields")
  func lints() throws {
    let bench = try AllowlistBench(
      [
        AllowlistBench.entry("soon", ("actors", ["x1"]), ("expires", "2026-12-01")),
        AllowlistBench.entry("never", ("when", "severity >= high and rule.id: 1")),
        AllowlistBench.entry("wide", ("actors", ["arn:aws:iam::1:role/A*", "bob"])),
        AllowlistBench.entry(
          "narrow", ("actors", ["arn:aws:iam::1:role/Abc", "arn:aws:iam::1:role/A*z"]), ("when", "event.action: A")),
        AllowlistBench.entry("mild", ("actors", ["bob"]), ("when", "severity <= low")),
        AllowlistBench.entry("not shadowed", ("actors", ["arn:aws:iam::1:role/Abc", "carol"])),
        AllowlistBench.entry("spoofable", ("when", "user_agent.original: t*"), ("accept_spoofable", "true")),
        AllowlistBench.entry("one list", ("actors", ["p1", "p2"]), ("when", "event.action: L")),
        AllowlistBench.entry("other list", ("actors", ["p2", "p3"]), ("when", "event.action:L")),
        AllowlistBench.entry("some actions", ("actors", ["r1"]), ("when", "event.action: (A1 or A2)")),
        AllowlistBench.entry("more actions", ("actors", ["r1"]), ("when", "event.action: (A2 or A3)")),
        AllowlistBench.entry("other actions", ("actors", ["r1"]), ("when", "event.action: A4")),
        AllowlistBench.entry("anybody", ("when", "event.action: Q")),
        AllowlistBench.entry("somebody", ("actors", ["q"]), ("when", "event.action: Q and rule.id: 1")),
        AllowlistBench.entry("list", ("actors_file", "a.txt")),
      ], texts: ["a.txt": "dave\nerin\ndave\n"])
    #expect(
      bench.enricher.lint(now: bench.clock.now).map(\.message) == [
        "the entry 'soon' expires on 2026-12-01; renew it or remove it",
        "the entry 'never' can never hold: it asks for severity high, but its ceiling is medium",
        "the entry 'narrow' adds to the entry 'wide' before it only alerts in which an attacker can choose who is named",
        "the entry 'mild' has no effect: the entry 'wide' before it holds whatever it would hold",
        "the entry 'spoofable' rests on what an attacker can choose, and says so with 'accept_spoofable'",
        "the entry 'other list' overlaps with the entry 'one list' before it: 'p2' is in both, for the same",
        "the entry 'more actions' overlaps with the entry 'some actions' before it: 'r1' is in both, for "
          + "'event.action' A2",
        "the entry 'somebody' has no effect: the entry 'anybody' before it holds whatever it would hold",
        "the actor 'dave' is on line 1 already",
      ])
  }

  @Test("an entry that counts who chose the own name is not without effect behind one that does not")
  func restsOnMore() throws {
    let deploy = AllowlistBench.entry("deploy", ("actors", ["*deploy"]))
    let trails = AllowlistBench.entry("trails", ("actors", ["*deploy"]), ("when", "event.action: A"))
    let trusting = AllowlistBench.entry("trusting", ("actors", ["*deploy"]), ("accept_spoofable", "true"))
    let session = """
      {"event":{"action":"A"},\
      "aws":{"cloudtrail":{"user_identity":{"arn":"arn:aws:sts::111122223333:assumed-role/x/deploy"}}}}
      """
    let bench = try AllowlistBench([deploy, trails])
    #expect(try bench.outcome(session) == "held by trails")
    #expect(bench.enricher.reviewedEntries.map(\.shadowedBy) == [nil, nil])
    let trusted = try AllowlistBench([trusting, trails])
    #expect(try trusted.outcome(session) == "held by trusting")
    #expect(trusted.enricher.reviewedEntries.map(\.shadowedBy) == [nil, "trusting"])
  }

  private struct Pair {
    var earlier: [(String, LocatedNode)]
    var later: [(String, LocatedNode)]
    var isShadowed = true
    /// One that only the later entry holds back.
    var alert: String?
  }

  private static let pairs = [
    Pair(
      earlier: [("when", "event.action: (A or B)")],
      later: [("when", "event.action: B and rule.id: 1"), ("actors", ["alice"])]),
    Pair(
      earlier: [("when", "event.action: A or rule.id: 7")],
      later: [("when", "rule.id: 7 and event.action: (C or D)")]),
    Pair(
      earlier: [("when", "event.action: Create*")],
      later: [("when", "event.action: (CreateTrail or Create*User)")]),
    Pair(earlier: [("when", "source.ip: \"10.0.0.0/8\"")], later: [("when", "source.ip: 10.1.2.3")]),
    Pair(earlier: [("when", "source.ip: \"10.0.0.0/8\"")], later: [("when", "source.ip: \"10.1.0.0/16\"")]),
    Pair(
      earlier: [("when", "user.name: (a or b) and rule.id: 1"), ("actors", ["x*"])],
      later: [("when", "rule.id: 1 and user.name: b"), ("actors", ["xy"])]),
    // What is asked of a field that holds networks is that network.
    Pair(
      earlier: [("when", "aws.cidr: \"10.0.0.0/8\"")], later: [("when", "aws.cidr: \"10.1.0.0/16\"")],
      isShadowed: false, alert: #"{"aws":{"cidr":"10.1.0.0/16"}}"#),
    // A text compares by the alphabet.
    Pair(
      earlier: [("when", "rule.version > 3")], later: [("when", "rule.version > 10")], isShadowed: false,
      alert: #"{"rule":{"version":"20"}}"#),
    Pair(
      earlier: [("when", "rule.name: \"\u{e9}\"")], later: [("when", "rule.name: \"e\u{301}\" and event.action: A")],
      isShadowed: false, alert: #"{"rule":{"name":"e\#u{301}"},"event":{"action":"A"}}"#),
    Pair(
      earlier: [("when", "rule.name: A")], later: [("when", "rule.name.keyword: A")], isShadowed: false,
      alert: #"{"rule":{"name":{"keyword":"A"}}}"#),
    Pair(
      earlier: [("when", "rule:{severity >= medium}")], later: [("when", "rule:{severity: high}")], isShadowed: false,
      alert: #"{"rule":{"severity":"high"}}"#),
    // The later one is content with whoever it was where the action is A.
    Pair(
      earlier: [("when", "user.name: (a or b) or event.action: A")],
      later: [("when", "user.name: a or event.action: A")], isShadowed: false,
      alert: #"{"user":{"name":["b","c"]},"event":{"action":"A"}}"#),
    Pair(
      earlier: [("when", "event.action: (A or B)"), ("ceiling", "low")], later: [("when", "event.action: A")],
      isShadowed: false, alert: #"{"event":{"action":"A"}}"#),
    Pair(
      earlier: [("when", "event.action: (A or B)"), ("at_most", "1/day")], later: [("when", "event.action: A")],
      isShadowed: false),
    Pair(
      earlier: [("when", "event.action: (A or B)"), ("expires", "2026-12-31")], later: [("when", "event.action: A")],
      isShadowed: false),
    // Anybody may open a session that is called so, but not one of that role.
    Pair(
      earlier: [("actors", ["*deploy"])],
      later: [("actors", ["arn:aws:sts::111122223333:assumed-role/x/deploy"])], isShadowed: false,
      alert: """
        {"aws":{"cloudtrail":{"user_identity":{"arn":"arn:aws:sts::111122223333:assumed-role/x/deploy"}}}}
        """),
    Pair(
      earlier: [("actors", ["arn:aws:sts::111122223333:assumed-role/*"])],
      later: [("actors", ["arn:aws:sts::111122223333:assumed-role/x/deploy"])]),
    Pair(
      earlier: [("actors", ["arn:aws:iam::111122223333:role/*"])],
      later: [("actors", ["arn:aws:iam::111122223333:role/a*b"])]),
  ]

  @Test("an entry is without effect behind a wider one, and never where it can have one", arguments: pairs.indices)
  func shadows(_ number: Int) throws {
    let pair = Self.pairs[number]
    let bench = try AllowlistBench([
      AllowlistBench.entry("earlier", settings: pair.earlier), AllowlistBench.entry("later", settings: pair.later),
    ])
    #expect(bench.enricher.reviewedEntries.map(\.shadowedBy) == [nil, pair.isShadowed ? "earlier" : nil])
    if let alert = pair.alert { #expect(try bench.outcome(alert) == "held by later") }
  }

  @Test("check warns of an actor with a line break at the end, which nobody's name has")
  func lintsLineBreaks() throws {
    let bench = try AllowlistBench([AllowlistBench.entry("e", ("actors", ["alice", "bob\n"]))])
    #expect(
      bench.enricher.lint(now: bench.clock.now).map(\.message) == [
        "the entry 'e' names an actor with white space at an end, 'bob\\u{a}', which no name has; in YAML '|-' leaves line "
          + "breaks out"
      ])
  }

  @Test("check warns of more actors than are remembered, unless nothing is watched")
  func lintsRoom() throws {
    let entry = AllowlistBench.entry("e", ("actors", ["alice", "bob"]))
    func messages(_ settings: (String, LocatedNode)...) throws -> [String] {
      let bench = try AllowlistBench([entry], settings: settings)
      return bench.enricher.lint(now: bench.clock.now).map(\.message)
    }
    #expect(
      try messages(("actors_remembered", "1"))
        == ["the entries name 2 actors, but only 1 are remembered; raise 'actors_remembered'"])
    #expect(try messages(("actors_remembered", "2")).isEmpty)
    #expect(try messages(("actors_remembered", "1"), ("watch", [])).isEmpty)
  }
}
