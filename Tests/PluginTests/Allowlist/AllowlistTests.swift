import AlertModel
import Foundation
import PluginKit
import PluginTesting
import Testing

@testable import AllowlistEnricher

private func actor(_ arn: String) -> String { #"{"aws":{"cloudtrail":{"user_identity":{"arn":"\#(arn)"}}}}"# }

@Suite("Which alerts an allowlist holds back")
struct AllowlistTests {
  @Test(
    "actors are compared with every identity, exactly or with a star",
    arguments: [
      ("alice", #"{"user":{"name":"alice"}}"#, true),
      ("alice", #"{"user":{"name":"Alice"}}"#, false),
      ("alice", #"{"user":{"name":"alice2"}}"#, false),
      ("alice", #"{"user":{"name":["bob","alice"]}}"#, false),
      ("alice", #"{"user":{"name":["alice","alice"]}}"#, true),
      ("alice", #"{"user":{"name":"bob"},"user.name":"alice"}"#, false),
      ("alice", #"{"user":{"name":"\u0061lice"}}"#, true),
      ("alice", #"{"user":{}}"#, false),
      ("alice", #"{"user":{"name":null}}"#, false),
      ("alice", #"{"host":{"name":"alice"}}"#, false),
      ("*@corp.example", #"{"user":{"email":"a@corp.example"}}"#, true),
      ("*@corp.example", #"{"user":{"email":"a@corp.example.evil"}}"#, false),
      ("AROAEXAMPLE", #"{"user":{"id":"AROAEXAMPLE:session"}}"#, true),
      ("AROAEXAMPLE", #"{"user":{"id":"AROAEXAMPLEX:session"}}"#, false),
      ("arn:aws:iam::111122223333:role/Admin", actor("arn:aws:sts::111122223333:assumed-role/Admin/alice"), true),
      ("arn:aws:iam::111122223333:role/Admin", actor("arn:aws:sts::999922223333:assumed-role/Admin/alice"), false),
      ("arn:aws:iam::111122223333:role/Admin", actor("arn:aws:sts::111122223333:assumed-role/Admin2/alice"), false),
      ("arn:aws:iam::111122223333:role/Admin", actor("arn:aws:sts::111122223333:assumed-role/X/role/Admin"), false),
      ("arn:aws-cn:iam::1:role/A", actor("arn:aws-cn:sts::1:assumed-role/A/s"), true),
      ("arn:aws:iam::1:role/A*", actor("arn:aws:sts::1:assumed-role/Abc/s"), true),
      ("arn:aws:sts::1:assumed-role/A/*", actor("arn:aws:sts::1:assumed-role/A/s"), true),
      (
        "arn:aws:iam::1:role/path/A",
        #"{"aws":{"cloudtrail":{"user_identity":{"session_context":{"session_issuer":{"arn":"arn:aws:iam::1:role/path/A"}}}}}}"#,
        true
      ),
    ])
  func comparesActors(pattern: String, alert: String, holds: Bool) throws {
    let bench = try AllowlistBench([AllowlistBench.entry("e", ("actors", [LocatedNode(stringLiteral: pattern)]))])
    #expect(try bench.outcome(alert) == (holds ? "held by e" : "delivered"))
  }

  @Test("within an entry all must hold; between entries any may, and the first is named")
  func combines() throws {
    let bench = try AllowlistBench([
      AllowlistBench.entry("one", ("actors", ["alice"]), ("when", "event.action: A")),
      AllowlistBench.entry("two", ("actors", ["alice", "bob"]), ("when", "event.action: (A or B)")),
      AllowlistBench.entry("three", ("when", "rule.id: 7")),
      AllowlistBench.entry("four", ("when", "not event.action: C and host.id: h")),
    ])
    func alert(_ user: String, _ action: String, _ rest: String = "") -> String {
      #"{"user":{"name":"\#(user)"},"event":{"action":"\#(action)"}\#(rest)}"#
    }
    #expect(try bench.outcome(alert("alice", "A")) == "held by one")
    #expect(try bench.outcome(alert("bob", "A")) == "held by two")
    #expect(try bench.outcome(alert("alice", "C")) == "delivered")
    #expect(try bench.outcome(alert("eve", "A")) == "delivered")
    #expect(try bench.outcome(alert("eve", "A", #","rule":{"id":"7"}"#)) == "held by three")
    #expect(try bench.outcome(alert("eve", "A", #","host":{"id":"h"}"#)) == "held by four")
    #expect(try bench.outcome(alert("eve", "C", #","host":{"id":"h"}"#)) == "delivered")
  }

  @Test("nothing above the ceiling is held, which is medium unless the entry says otherwise")
  func obeysTheCeiling() throws {
    let bench = try AllowlistBench([
      AllowlistBench.entry("usual", ("actors", ["alice"])),
      AllowlistBench.entry("high", ("actors", ["bob"]), ("ceiling", "high")),
    ])
    let expected: [(Severity, String, String)] = [
      (.low, "held by usual", "held by high"), (.medium, "held by usual", "held by high"),
      (.high, "delivered", "held by high"), (.critical, "delivered", "delivered"),
    ]
    for (severity, alice, bob) in expected {
      #expect(try bench.outcome(#"{"user":{"name":"alice"}}"#, severity: severity) == alice)
      #expect(try bench.outcome(#"{"user":{"name":"bob"}}"#, severity: severity) == bob)
    }
  }

  @Test("an entry holds through its last day, and not a moment longer; what it would have held is marked")
  func expires() throws {
    let bench = try AllowlistBench([AllowlistBench.entry("e", ("actors", ["alice"]), ("expires", "2026-11-21"))])
    let alert = #"{"user":{"name":"alice"}}"#
    #expect(try bench.outcome(alert) == "held by e")
    bench.clock.advance(by: .seconds(86_400))
    #expect(try bench.outcome(alert) == #"weir.expired_entry="e""#)
    #expect(try bench.outcome(#"{"user":{"name":"bob"}}"#) == "delivered")
  }

  @Test("an expired entry is warned of when it is loaded")
  func warnsOfExpired() throws {
    let bench = try AllowlistBench([AllowlistBench.entry("old", ("actors", ["alice"]), ("expires", "2026-01-31"))])
    #expect(
      bench.files.warnings.map(\.message) == [
        "the entry 'old' expired on 2026-01-31 and holds nothing back; renew it or remove it"
      ])
  }

  @Test("the record names everything that matched")
  func records() throws {
    let bench = try AllowlistBench([
      AllowlistBench.entry(
        "e", ("actors", ["arn:aws:iam::1:role/A*"]),
        ("when", "event.action: (CreateTrail or Update*) and not source.ip: 10.0.0.1"))
    ])
    let alert = #"""
      {"event":{"action":"UpdateTrail"},"source":{"ip":"10.0.0.2"},
      "aws":{"cloudtrail":{"user_identity":{"arn":"arn:aws:sts::1:assumed-role/Adm/s"}}}}
      """#
    let record = try #require(try bench.record(alert))
    #expect([record.entry, record.owner, record.reason, record.expires] == ["e", "team", "CHG-1", "2027-03-31"])
    #expect(
      record.matched.map { "\($0.field)|\($0.value)|\($0.pattern)" } == [
        "aws.cloudtrail.user_identity.arn|arn:aws:sts::1:assumed-role/Adm/s|arn:aws:iam::1:role/A*",
        "event.action|UpdateTrail|Update*",
        "source.ip|10.0.0.2|not 10.0.0.1",
      ])
  }

  @Test("of several values the record names the one that matched")
  func recordsMetValue() throws {
    let bench = try AllowlistBench([
      AllowlistBench.entry(
        "e", ("actors", ["alice"]),
        ("when", "host.ip: 10.0.0.0/8 and n >= 5 and n: 7.0 and tag: * and file.path: *{{user.name}}*"))
    ])
    let alert = #"""
      {"user":{"name":"alice"},"host":{"ip":["127.0.0.1","9.9.9.9","10.0.0.200"]},"n":[1,7,8],"tag":[null,"x"],
      "file":{"path":["/tmp","/home/alice/x"]}}
      """#
    let matched = try #require(try bench.record(alert)).matched.dropFirst()
    #expect(
      matched.map { "\($0.field)|\($0.value)|\($0.pattern)" } == [
        "host.ip|10.0.0.200|10.0.0.0/8", "n|7|>= 5", "n|7|7.0", "tag|x|*", "file.path|/home/alice/x|*{{user.name}}*",
      ])
  }

  @Test("the record names the fields that met what asks for any, or for an object")
  func recordsAnyField() throws {
    let when = "user:{ name: alice and id: 7 } and user.n*: alice and T and not eve and event:{ not action: y }"
    let bench = try AllowlistBench([
      AllowlistBench.entry("e", ("actors", ["alice"]), ("when", LocatedNode(stringLiteral: when)))
    ])
    let alert = #"{"user":{"name":"alice","id":"7"},"rule":{"name":"T"},"event":{"action":"x"}}"#
    let matched = try #require(try bench.record(alert)).matched.dropFirst()
    #expect(
      matched.map { "\($0.field)|\($0.value)|\($0.pattern)" } == [
        "user.name|alice|user:{ name: alice and id: 7 }", "user.id|7|user:{ name: alice and id: 7 }",
        "user.name|alice|alice", "rule.name|T|T", "*||not eve", "event||event:{ not action: y }",
      ])
  }

  @Test("files are read: a list, a mapping, and lists of actors")
  func readsFiles() throws {
    let one: LocatedNode = [AllowlistBench.entry("one", ("actors", ["alice"]))]
    let two: LocatedNode = ["entries": [AllowlistBench.entry("two", ("actors_file", "admins.txt"))]]
    let bench = try AllowlistBench(
      settings: [("file", "one.yaml"), ("files", ["two.yaml"])],
      texts: ["admins.txt": "\u{FEFF}# on call\r\nbob \r\narn:aws:iam::1:role/R*\r\n\r\ncarol"],
      trees: ["one.yaml": one, "two.yaml": two])
    for (name, expected) in [
      ("alice", "held by one"), ("bob", "held by two"), ("carol", "held by two"), ("c", "delivered"),
    ] {
      #expect(try bench.outcome(#"{"user":{"name":"\#(name)"}}"#) == expected)
    }
    #expect(try bench.outcome(actor("arn:aws:sts::1:assumed-role/Rx/y")) == "held by two")
    #expect(bench.enricher.reviewedEntries.map(\.name) == ["one", "two"])
  }

  @Test("20,000 actors are found like one, and entries that share an actor by what they require")
  func isIndexed() throws {
    let actors = (0..<10_000).map { "user-\($0)\narn:aws:iam::*:role/team-\($0)-*" }.joined(separator: "\n")
    let bench = try AllowlistBench(
      [AllowlistBench.entry("all", ("actors_file", "a.txt"))]
        + (0..<300).map {
          AllowlistBench.entry(
            "t\($0)", ("actors", ["*@corp.example"]), ("when", LocatedNode(stringLiteral: "rule.id: r\($0)")))
        },
      texts: ["a.txt": actors])
    #expect(try bench.outcome(#"{"user":{"name":"user-9999"}}"#) == "held by all")
    #expect(try bench.outcome(actor("arn:aws:iam::7:role/team-123-x")) == "held by all")
    #expect(try bench.outcome(actor("arn:aws:iam::7:role/team-x")) == "delivered")
    #expect(try bench.outcome(#"{"user":{"email":"a@corp.example"},"rule":{"id":"r299"}}"#) == "held by t299")
    #expect(try bench.outcome(#"{"user":{"email":"a@corp.other"},"rule":{"id":"r299"}}"#) == "delivered")
    #expect(try bench.outcome(#"{"user":{"email":"a@corp.example"},"rule":{"id":"r300"}}"#) == "delivered")
  }

  @Test("without having loaded its files it holds nothing back")
  func failsOpen() throws {
    let enricher = try AllowlistEnricher(
      options: try AllowlistOptions(["entries": [AllowlistBench.entry("e", ("actors", ["alice"]))]]),
      context: .testing())
    #expect(
      try AlertFixtures().enrichment(of: #"{"user":{"name":"alice"}}"#, by: enricher).map { "\($0)" }?
        .contains("the allowlist is not loaded") == true)
  }

  @Test("the README and the manual show the example")
  func showsExample() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Plugins/Enrichers/Allowlist")
    guard let example = try? String(contentsOf: folder.appending(path: "example.yaml"), encoding: .utf8) else { return }
    let readme = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    #expect(readme.contains("```yaml\n\(example)```"))
    #expect(AllowlistEnricher.manual.example + "\n" == example)
  }
}
