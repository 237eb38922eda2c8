import PluginKit
import Testing

@testable import AllowlistEnricher

@Suite("What an allowlist refuses")
struct AllowlistRefusalTests {
  @Test(
    "an entry that would hold too much is refused",
    arguments: [
      ([("actors", "")], "an actor is empty; it would match nothing or everything"),
      ([("actors", "*")], "the actor '*' matches everybody; name who is meant"),
      ([("actors", "**")], "the actor '**' matches everybody; name who is meant"),
      ([("actors", "*:*")], "the actor '*:*' matches everybody or nearly so; name an account, a role or a user"),
      (
        [("actors", "arn:aws:iam::*")],
        "the actor 'arn:aws:iam::*' matches everybody or nearly so; name an account, a role or a user"
      ),
      ([("actors", "*@*")], "the actor '*@*' matches everybody or nearly so; name an account, a role or a user"),
      ([("actors", "*a*")], "the actor '*a*' matches everybody or nearly so; name an account, a role or a user"),
      ([("actors", "\u{200B}\u{A0}")], "an actor has nothing but white space or characters that nobody sees"),
      ([("when", "*")], "'when' is '*', so it would match everything"),
      ([("when", " ")], "'when' is empty, so it would match everything"),
      ([], "the entry 'e' has neither 'actors' nor 'when', so it would hold everything back"),
      (
        [("when", "user_agent.original: terraform*")],
        "the entry 'e' rests only on what an attacker can choose (user_agent.original); add who or what it is about, or 'accept_spoofable: true'"
      ),
      (
        [("when", "user_agent.original: terraform* or event.action: CreateTrail")],
        "the entry 'e' rests only on what an attacker can choose (user_agent.original); add who or what it is about, or 'accept_spoofable: true'"
      ),
      (
        [("when", "rule.name: *e* or severity: (low or medium)")],
        "the entry 'e' rests only on what nearly every alert meets (rule.name:*e*, severity:low, severity:medium); add who or what it is about"
      ),
      (
        [("when", "event.action: x or not user.name: y or (url.query: (a or b) and event.action: *) or free")],
        "the entry 'e' rests only on what an attacker can choose (url.query, any field), or on what nearly every alert meets (not user.name:y); add who or what it is about"
      ),
      (
        [("when", "*:*")],
        "the entry 'e' names no value that an alert must have, so it would hold nearly everything; add who or what it is about"
      ),
      (
        [("when", "event.action: * and not user.name: mallory")],
        "the entry 'e' names no value that an alert must have, so it would hold nearly everything; add who or what it is about"
      ),
      (
        [("when", "user.name: ** and source.ip: \"0.0.0.0/0\" and event.action: *e*")],
        "the entry 'e' names no value that an alert must have, so it would hold nearly everything; add who or what it is about"
      ),
      (
        [("when", "event:{ action: * } and source.port >= 0 and source.ip: \"::/1\" and user.name > \"\"")],
        "the entry 'e' names no value that an alert must have, so it would hold nearly everything; add who or what it is about"
      ),
      (
        [("actors", "arn:aws:sts::*:assumed-role/*/deploy")],
        "the entry 'e' rests only on what an attacker can choose (the session's name in 'actors'); add who or what it is about, or 'accept_spoofable: true'"
      ),
      (
        [("when", "aws.cloudtrail.user_identity.arn: */deploy-bot")],
        "the entry 'e' rests only on what an attacker can choose (aws.cloudtrail.user_identity.arn); add who or what it is about, or 'accept_spoofable: true'"
      ),
      (
        [("when", "aws.cloudtrail.user_identity.arn: *assumed-role/ops-*-admin*")],
        "the entry 'e' rests only on what an attacker can choose (aws.cloudtrail.user_identity.arn); add who or what it is about, or 'accept_spoofable: true'"
      ),
      (
        [("when", "severity <= medium and @timestamp > now-1d")],
        "the entry 'e' rests only on what nearly every alert meets (severity <= medium, @timestamp > now-1d); add who or what it is about"
      ),
      ([("actors", "alice"), ("owner", "")], "the setting 'owner' of an allowlist entry is empty"),
    ])
  func refuses(settings: [(String, String)], message: String) {
    let refusal = refusal {
      var members: [(String, LocatedNode)] = [
        ("name", "e"), ("reason", "r"), ("owner", "o"), ("expires", "2027-01-01"),
      ]
      members.removeAll { member in settings.contains { $0.0 == member.0 } }
      members += settings.map { ($0.0, quoted($0.1)) }
      let entry = LocatedNode(
        .mapping(members.map { .init(key: LocatedText($0.0), value: $0.1) }), at: LocatedNode.nowhere)
      _ = try AllowlistBench([entry])
    }
    #expect(refusal == message)
  }

  @Test(
    "a role is no session, in who issued one either",
    arguments: [
      "aws.cloudtrail.user_identity.session_context.session_issuer.arn: */PlatformAdmin",
      "userIdentity.sessionContext.sessionIssuer.arn: */PlatformAdmin", "service.warn: */x",
      "aws.cloudtrail.user_identity.arn: *assumed-role/Deploy/ci-*", "event.reason: /1", "event.code: 1/0",
    ])
  func acceptsRoles(condition: String) {
    let settings = [
      ("name", "e"), ("reason", "r"), ("owner", "o"), ("expires", "2027-01-01"), ("when", condition),
    ]
    let members = settings.map { LocatedNode.Entry(key: LocatedText($0.0), value: quoted($0.1)) }
    #expect(refusal { _ = try AllowlistBench([LocatedNode(.mapping(members), at: LocatedNode.nowhere)]) } == "")
  }

  private func quoted(_ text: String) -> LocatedNode {
    LocatedNode(.scalar(.init(LocatedText(text), style: .quoted)), at: LocatedNode.nowhere)
  }

  @Test("owner, reason and expiry must be given", arguments: ["owner", "reason", "expires", "name"])
  func requires(setting: String) {
    let all: [(String, LocatedNode)] = [
      ("name", "e"), ("reason", "r"), ("owner", "o"), ("expires", "2027-01-01"), ("actors", ["alice"]),
    ]
    let members = all.filter { $0.0 != setting }.map { LocatedNode.Entry(key: LocatedText($0.0), value: $0.1) }
    let refusal = refusal { _ = try AllowlistBench([LocatedNode(.mapping(members), at: LocatedNode.nowhere)]) }
    #expect(
      refusal.contains("needs the setting '\(setting)'") || refusal.contains("there must be the setting '\(setting)'"))
  }

  @Test("a name that is taken is refused with both places, and every problem is told")
  func refusesRepeatedNames() {
    func entry(_ line: Int) -> LocatedNode {
      let place = SourcePlace(file: "list.yaml", line: line, column: 9)
      let members: [(String, LocatedNode)] = [
        ("name", LocatedNode(.scalar(.init(LocatedText("same", at: place), style: .plain)), at: place)),
        ("reason", "r"), ("owner", "o"), ("expires", "2027-01-01"), ("actors", ["alice"]),
      ]
      return LocatedNode(.mapping(members.map { .init(key: LocatedText($0.0), value: $0.1) }), at: place)
    }
    let list = LocatedNode(.sequence([entry(1), entry(8), entry(15)]), at: LocatedNode.nowhere)
    let refusal = refusal { _ = try AllowlistBench(settings: [("file", "list.yaml")], trees: ["list.yaml": list]) }
    #expect(
      refusal == """
        list.yaml:8:9: error: the name 'same' is taken by the entry at list.yaml:1:9; each name comes once
        list.yaml:15:9: error: the name 'same' is taken by the entry at list.yaml:1:9; each name comes once
        """)
  }

  @Test("a value of the wrong type hides no other mistake, wherever the entries stand")
  func tellsEverything() {
    let entries = [
      AllowlistBench.entry("list", ("actors", ["alice"]), ("expires", ["1"])),
      AllowlistBench.entry("everybody", ("actors", ["*"])),
      AllowlistBench.entry("mapping", ("actors", [:])), "text",
      AllowlistBench.entry("typo", ("actors", ["alice"]), ("ceilng", "low")),
    ]
    let expected = """
      the actor '*' matches everybody; name who is meant
      expected a date, such as 2027-03-31, but found a list
      expected text, but found a mapping
      expected a mapping of settings for allowlist entry, but found a single value
      unknown setting 'ceilng' for allowlist entry; did you mean 'ceiling'?
      """
    #expect(refusal { _ = try AllowlistBench(entries) } == expected)
    let list = LocatedNode(.sequence(entries), at: LocatedNode.nowhere)
    #expect(refusal { _ = try AllowlistBench(settings: [("file", "a.yaml")], trees: ["a.yaml": list]) } == expected)
  }

  @Test("who else an alert names is looked at however the field is written")
  func seesOthers() throws {
    let alert = #"{"user":{"name":["alice","mallory"]},"event":{"action":"x"}}"#
    for condition in [
      "user.name: alice", "user.name.keyword: alice", "(user.name: eve or (user.name: alice or user.name: bob))",
    ] {
      let bench = try AllowlistBench([AllowlistBench.entry("e", ("when", quoted(condition + " and event.action: x")))])
      #expect(try bench.outcome(alert) == "delivered")
      #expect(try bench.outcome(#"{"user":{"name":"alice"},"event":{"action":"x"}}"#) == "held by e")
    }
  }

  @Test("conditions that Unicode takes for the same are different")
  func tellsTextsApart() throws {
    let (composed, apart) = ("Jos\u{E9}", "Jose\u{301}")
    let bench = try AllowlistBench([
      AllowlistBench.entry("one", ("when", quoted("event.reason: \(composed)")), ("actors", ["alice"])),
      AllowlistBench.entry("two", ("when", quoted("event.reason: \(apart)")), ("actors", ["bob"])),
    ])
    func outcome(_ reason: String) throws -> String {
      try bench.outcome(#"{"user":{"name":"bob"},"event":{"reason":"\#(reason)"}}"#)
    }
    #expect(try outcome(composed) == "delivered")
    #expect(try outcome(apart) == "held by two")
  }

  @Test("fields whose names Unicode takes for the same are different")
  func tellsFieldsApart() throws {
    let (composed, apart) = ("caf\u{E9}", "cafe\u{301}")
    let bench = try AllowlistBench([
      AllowlistBench.entry("one", ("when", quoted("\(composed): x"))),
      AllowlistBench.entry("two", ("when", quoted("\(apart): x"))),
    ])
    #expect(try bench.outcome(#"{"\#(composed)":"x","\#(apart)":"y"}"#) == "held by one")
    #expect(try bench.outcome(#"{"\#(composed)":"y","\#(apart)":"x"}"#) == "held by two")
    #expect(bench.enricher.reviewedEntries.map(\.shadowedBy) == [nil, nil])
  }

  @Test("a spoofable entry that says so is taken")
  func acceptsSpoofable() throws {
    let bench = try AllowlistBench([
      AllowlistBench.entry("e", ("when", "user_agent.original: t*"), ("accept_spoofable", "true"))
    ])
    #expect(try bench.outcome(#"{"user_agent":{"original":"terraform"}}"#) == "held by e")
  }

  @Test(
    "what nearly every alert meets is refused though it accepts what an attacker can choose, which helps nobody",
    arguments: [
      "@timestamp: *", "severity: low", "severity <= critical and @timestamp > now-1d",
      "not user.name: mallory", "event.action: * and rule.name: *e*", "user_agent.original: curl* or event.action: *",
    ])
  func refusesNearlyAll(condition: String) {
    for flag: LocatedNode in ["true", "false"] {
      let refusal = refusal {
        _ = try AllowlistBench([
          AllowlistBench.entry("e", ("when", quoted(condition)), ("accept_spoofable", flag))
        ])
      }
      #expect(refusal.hasSuffix("; add who or what it is about"), "\(refusal)")
    }
  }

  @Test(
    "what an attacker can choose narrows what nearly every alert meets, and may be accepted",
    arguments: [
      "user_agent.original: curl* and severity: low", "user_agent.original: curl* and not user.name: eve",
    ])
  func acceptsNarrowed(condition: String) throws {
    _ = try AllowlistBench([AllowlistBench.entry("e", ("when", quoted(condition)), ("accept_spoofable", "true"))])
    let refusal = refusal { _ = try AllowlistBench([AllowlistBench.entry("e", ("when", quoted(condition)))]) }
    #expect(refusal.hasSuffix("; add who or what it is about, or 'accept_spoofable: true'"), "\(refusal)")
  }

  @Test("an empty file, a list of actors without any, and nothing at all are refused")
  func refusesNothing() {
    #expect(refusal { _ = try AllowlistBench() } == "an allowlist needs 'file', 'files' or 'entries'")
    let empty = LocatedNode(.scalar(.init("", style: .plain)), at: LocatedNode.nowhere)
    #expect(
      refusal { _ = try AllowlistBench(settings: [("file", "a.yaml")], trees: ["a.yaml": empty]) }
        == "the allowlist 'a.yaml' is empty; was it cut short while being written?")
    let entry = AllowlistBench.entry("e", ("actors_file", "a.txt"))
    #expect(
      refusal { _ = try AllowlistBench([entry], texts: ["a.txt": "# none\n"]) }
        == "a.txt: error: the list is empty; was it cut short while being written?")
  }

  @Test(
    "what would hold more back than was meant is refused: no actor left, settings in the wrong place or without effect")
  func refusesMisplaced() {
    let nobody = LocatedNode(.sequence([]), at: LocatedNode.nowhere)
    let entry = AllowlistBench.entry("e", ("when", "event.action: x"), ("actors", nobody))
    let message =
      "the entry 'e' has no actor left in 'actors'; name who is meant, or remove the setting if everybody is"
    #expect(refusal { _ = try AllowlistBench([entry]) } == message)
    let list = LocatedNode(.sequence([entry]), at: LocatedNode.nowhere)
    #expect(
      refusal { _ = try AllowlistBench(settings: [("file", "a.yaml")], trees: ["a.yaml": list]) } == message)
    let tree: LocatedNode = [
      "mode": "demote",
      "entries": LocatedNode(
        .sequence([AllowlistBench.entry("e", ("actors", ["alice"]))]), at: LocatedNode.nowhere),
    ]
    #expect(
      refusal { _ = try AllowlistBench(settings: [("file", "a.yaml")], trees: ["a.yaml": tree]) }
        == "the allowlist 'a.yaml' has 'mode' beside 'entries'; settings belong into the configuration, beside 'file'")
    let alice = AllowlistBench.entry("e", ("actors", ["alice"]))
    #expect(
      refusal { _ = try AllowlistBench([alice], settings: [("demote_to", "low")]) }
        == "'demote_to' is for 'mode: demote'; without that, alerts are held back")
  }

  @Test(
    "an entry of the usual settings is read as any other is",
    arguments: [
      ["name": "e", "reason": "r", "owner": "o", "expires": "2027-03-31", "actors": ["a", "b*"], "when": "x: y"],
      ["name": "e", "reason": "r", "owner": "o", "expires": "2027-03-31T10:00:00Z", "ceiling": "high", "when": "x: y"],
    ] as [LocatedNode])
  func readsUsualEntries(node: LocatedNode) throws {
    let quick = try #require(WrittenEntry(usual: node))
    let other = WrittenEntry(try EntryOptions(node))
    for (left, right) in [(quick.name, other.name), (quick.reason, other.reason), (quick.owner, other.owner)] {
      #expect(left == right)
    }
    #expect(quick.when == other.when)
    #expect(quick.actors == other.actors)
    #expect(quick.expires == other.expires)
    #expect(quick.ceiling == other.ceiling)
    #expect(
      quick.acceptSpoofable == other.acceptSpoofable && quick.atMost == other.atMost && quick.watch == other.watch)
  }

  @Test(
    "an entry that is not so usual, or wrong, goes the long way",
    arguments: [
      ["name": "e", "reason": "r", "owner": "o", "actors": ["a"]],
      ["name": "e", "reason": "r", "owner": "o", "expires": "tomorrow", "actors": ["a"]],
      ["name": "e", "reason": "r", "owner": "o", "expires": "2027-03-31", "actors": "a"],
      ["name": "e", "reason": "r", "owner": "o", "expires": "2027-03-31", "at_most": "5/day"],
      ["name": "e", "reason": "", "owner": "o", "expires": "2027-03-31", "actors": ["a"]],
      ["name": "e", "reason": "r", "owner": "o", "expires": "2027-03-31", "ceiling": "huge"],
      ["name": ["e"], "reason": "r", "owner": "o", "expires": "2027-03-31"], "text",
    ] as [LocatedNode])
  func leavesUnusualEntries(node: LocatedNode) {
    #expect(WrittenEntry(usual: node) == nil)
  }
}
