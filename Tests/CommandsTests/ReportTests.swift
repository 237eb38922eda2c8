import AlertModel
import Foundation
import PluginKit
import PluginTesting
import Testing

@testable import Commands
@testable import Gateway

@Suite struct ReportTests {
  private static let known = """
    - name: terraform manages users
      when: 'event.provider: iam.amazonaws.com'
      actors: ["arn:aws:sts::111122223333:assumed-role/Platform*/terraform-*", "arn:aws:iam::111122223333:role/Unused"]
      reason: 'Kept in terraform: "CHG-0977"'
      owner: platform@corp.example
      expires: 2027-06-30
      at_most: 500/day
      watch: [account]
    - name: mira
      actors: ["*mira*"]
      reason: trails
      owner: platform@corp.example
      expires: 2026-12-05
    - name: mira again
      actors: ["*mira*"]
      when: "severity <= low"
      reason: trails
      owner: platform@corp.example
      expires: 2026-12-01
    - name: long over
      actors: [nobody]
      reason: trails
      owner: platform@corp.example
      expires: 2026-01-30
    """

  private static let configuration = """
    enrichers: [{allowlist: {file: known.yaml}}]
    outputs:
      archive: {file: {path: archive.ndjson}}
      held: {file: {path: "held-{%Y-%m-%d}.ndjson"}}
    routes: [{to: archive}]
    suppressed: {to: held}
    state: state
    """

  private static func alert(_ number: Int, _ action: String, _ arn: String, severity: String = "low") -> String {
    let user = arn.split(separator: "/").last.map(String.init) ?? arn
    return """
      {"@timestamp":"2026-11-\(10 + number % 10)T08:00:00Z","event":{"id":"a\(number)","action":"\(action)",\
      "provider":"iam.amazonaws.com"},"severity":"\(severity)","ecs":{"version":"8.11"},"rule":{"id":"r-\(action)",\
      "name":"AWS \(action)"},"user":{"name":"\(user)"},"aws":{"cloudtrail":{"user_identity":{"arn":"\(arn)"}}},\
      "cloud":{"account":{"id":"111122223333"}}}
      """
  }

  /// 30 alerts of terraform, 20 of mira, 2 of eve with terraform's rule.
  private static let alerts: [String] =
    (0..<30).map { number in
      alert(
        number, "CreateUser", "arn:aws:sts::111122223333:assumed-role/PlatformAdmin/terraform-\(number)",
        severity: number % 3 == 0 ? "medium" : "low")
    } + (30..<50).map { alert($0, "CreateTrail", "arn:aws:iam::111122223333:user/mira") }
    + (50..<52).map { alert($0, "CreateUser", "arn:aws:iam::111122223333:user/eve") }

  /// A configuration that the alerts have gone through.
  private static func scene() async throws -> Workbench {
    let bench = try Workbench(["config.yaml": configuration, "known.yaml": known, "state/keep": ""])
    var parts = try bench.parts()
    try Data(alerts.joined(separator: "\n").utf8).write(to: URL(filePath: bench.path("in.ndjson")))
    let environment = CommandEnvironment(logLevel: .critical, clock: FixedClock(now: Workbench.now))
    parts.inputs = [
      InputPart(
        name: "in",
        try commandLineInput(
          bench.path("in.ndjson"), environment.context(named: "in", vocabulary: parts.formats.vocabulary)))
    ]
    let gateway = Gateway(
      parts, outbox: nil, clock: FixedClock(now: Workbench.now), logger: RecordingLog().logger,
      drainTimeout: .seconds(1))
    #expect(try await gateway.run().ledger.alerts.suppressed == 50)
    return bench
  }

  private static func review(_ bench: Workbench, share: Int = 80) async throws -> Review {
    let parts = try bench.parts()
    let held = try #require(parts.outputs[parts.suppressedOutput].output as? any FileKeeping).keptFiles
    let reader = ReportReader(parts, CommandEnvironment(logLevel: .critical, clock: FixedClock(now: Workbench.now)))
    let (review, isSound) = try await reader.review(
      records: held, delivered: ReportCommand.deliveredFiles(parts), since: nil,
      limits: Review.Limits(expiring: .seconds(30 * 86_400), share: share, enough: 10), now: Workbench.now)
    #expect(isSound)
    return review
  }

  @Test func `Each entry is said what it did, and what is to be looked at`() async throws {
    let review = try await Self.review(try await Self.scene())
    #expect(
      review.entries.map { $0.findings } == [
        [.broad(rule: "AWS CreateUser", held: 30, of: 32), .canBeNarrower],
        [.expires(days: 14), .broad(rule: "AWS CreateTrail", held: 20, of: 20), .canBeNarrower],
        [.expires(days: 10), .neverMatched, .shadowed(by: "mira")],
        [.expired, .neverMatched],
      ])
    let terraform = review.entries[0].usage
    #expect(terraform.held == 30)
    #expect(terraform.first?.rfc3339 == "2026-11-10T08:00:00.000Z")
    #expect(terraform.last?.rfc3339 == "2026-11-19T08:00:00.000Z")
    #expect(terraform.byActor == ["arn:aws:sts::111122223333:assumed-role/PlatformAdmin": 30])
    #expect(terraform.byRule == ["AWS CreateUser": 30])
    #expect(terraform.bySeverity == [0, 20, 10, 0, 0])
    let strict = try await Self.review(try await Self.scene(), share: 95)
    #expect(strict.entries[0].findings == [.canBeNarrower])
  }

  /// A line as outputs write it.
  private static func line(_ rule: String, _ id: String, _ notes: String, day: String = "2026-11-20") -> String {
    """
    {"@timestamp":"\(day)T08:00:00Z","ecs":{"version":"8"},"rule":{"name":"\(rule)"},\
    "weir":{"alert_id":"\(id)"\(notes)}}
    """
  }

  @Test func `An entry that demotes is measured by each rule's own alerts`() async throws {
    let demoted = #","demotion":{"entry":"mira","matched":[]}"#
    let lines =
      (0..<50).map { Self.line("A", "a\($0)", demoted) } + (0..<20).map { Self.line("B", "b\($0)", demoted) }
      + (20..<420).map { Self.line("B", "b\($0)", "") }
    let bench = try Workbench([
      "config.yaml": Self.configuration, "known.yaml": Self.known, "archive.ndjson": lines.joined(separator: "\n"),
    ])
    let review = try await Self.review(bench)
    let entry = try #require(review.entries.first { $0.entry.name == "mira" })
    #expect(entry.usage.demoted == 70)
    #expect(entry.findings.contains(.broad(rule: "A", held: 50, of: 50)))
    #expect(entry.findings.filter { $0.kind == "too_broad" }.count == 1)
    #expect(review.heldByRule.isEmpty)
  }

  @Test func `A record that is there twice counts once, and one of no entry is counted apart`() async throws {
    let held = #","suppression":{"entry":"mira","matched":[]}"#
    let lines = [
      Self.line("A", "1", held), Self.line("A", "1", held), Self.line("A", "2", held), Self.line("A", "3", ""),
    ]
    let bench = try Workbench([
      "config.yaml": Self.configuration, "known.yaml": Self.known,
      "held-2026-11-21.ndjson": lines.joined(separator: "\n"),
    ])
    let review = try await Self.review(bench)
    #expect(review.held == 2)
    #expect(try ReportJSON(review).text.contains(#""records_without_entry" : 1"#))
  }

  @Test func `Who did it is no ARN of what it was done to`() async throws {
    func match(_ field: String, _ value: String) -> String {
      #"{"field":"\#(field)","value":"\#(value)","pattern":"*"}"#
    }
    let bucket = match("aws.cloudtrail.resources.arn", "arn:aws:s3:::logs")
    let mira = match("aws.cloudtrail.user_identity.arn", "arn:aws:iam::111122223333:user/mira")
    let lines = [bucket + "," + mira, bucket].enumerated().map { number, matched in
      Self.line("A", "\(number)", #","suppression":{"entry":"mira","matched":[\#(matched)]}"#)
    }
    let bench = try Workbench([
      "config.yaml": Self.configuration, "known.yaml": Self.known,
      "held-2026-11-21.ndjson": lines.joined(separator: "\n"),
    ])
    let review = try await Self.review(bench)
    let entry = try #require(review.entries.first { $0.entry.name == "mira" })
    #expect(entry.usage.byActor["arn:aws:iam::111122223333:user/mira"] == 1)
    #expect(entry.usage.byActor["arn:aws:s3:::logs"] == nil)
  }

  @Test func `A time far ahead does not empty the charts`() async throws {
    let held = #","suppression":{"entry":"mira","matched":[]}"#
    let lines = [Self.line("A", "1", held), Self.line("A", "2", held, day: "2099-01-01")]
    let bench = try Workbench([
      "config.yaml": Self.configuration, "known.yaml": Self.known,
      "held-2026-11-21.ndjson": lines.joined(separator: "\n"),
    ])
    let page = ReportPage(try await Self.review(bench)).html
    #expect(page.contains("<title>2026-11-20: 1</title>"))
    #expect(page.contains("Held back by day; 1 alert of a time after this report not shown<"))
  }

  @Test func `What rules hold back of their own alerts is told by rule, apart from entries that are gone`() {
    var totals = UsageBook.Totals()
    for (name, count) in [("alert_suppression of Odd logins", 2), ("an old entry", 3)] {
      totals.entries[name, default: EntryUsage()].held = count
    }
    let review = Review(
      [], totals, silences: [], limits: Review.Limits(expiring: .seconds(0), share: 80, enough: 10), now: Workbench.now)
    #expect(review.rules.map(\.name) == ["Odd logins"])
    #expect(review.others.map(\.name) == ["an old entry"])
    #expect(review.held == 5)
  }

  @Test func `The narrower entry is accepted, and a replay shows no change`() async throws {
    let bench = try await Self.scene()
    let review = try await Self.review(bench)
    let narrower = review.entries.compactMap(\.narrower)
    #expect(
      narrower.map(\.yaml) == [
        #"""
        - name: "terraform manages users"
          when: "(event.provider: iam.amazonaws.com) and rule.id: \"r-CreateUser\""
          actors: ["arn:aws:sts::111122223333:assumed-role/PlatformAdmin/terraform-*"]
          reason: "Kept in terraform: \"CHG-0977\""
          owner: "platform@corp.example"
          expires: 2027-06-30
          ceiling: medium
          at_most: 500/day
          watch: [account]

        """#,
        #"""
        - name: "mira"
          when: "rule.id: \"r-CreateTrail\""
          actors: ["arn:aws:iam::111122223333:user/mira"]
          reason: "trails"
          owner: "platform@corp.example"
          expires: 2026-12-05
          ceiling: low

        """#,
      ])
    let after = try Workbench([
      "config.yaml": Self.configuration, "known.yaml": narrower.map(\.yaml).joined(),
    ])
    let replay = Replay(
      before: ("old", try bench.parts()), after: ("new", try after.parts()), clock: FixedClock(now: Workbench.now),
      examples: 5)
    for alert in Self.alerts { await replay?.replay(Workbench.chunk(alert)) }
    let report = await replay?.report
    #expect(report?.read == 52)
    #expect(report?.unchanged == 52)
  }

  @Test func `The page holds nothing that comes from alerts as markup, and loads nothing`() async throws {
    let bench = try Workbench([
      "config.yaml": Self.configuration,
      "known.yaml": Self.known.replacing("name: mira\n", with: "name: '<script>alert(1)</script>'\n"),
      "held-2026-11-21.ndjson": """
      {"ecs":{"version":"8"},"event":{"action":"x"},"rule":{"name":"</svg><img src=x onerror=alert(1)>"},\
      "weir":{"suppression":{"entry":"<script>alert(1)</script>","matched":[]}}}
      """,
    ])
    let page = ReportPage(try await Self.review(bench)).html
    #expect(!page.contains("<script"))
    #expect(!page.contains("<img"))
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(page.contains("default-src 'none'"))
    #expect(!page.contains("://"))
    #expect(!page.contains("href"))
    #expect(!page.contains("url("))
  }

  @Test func `The report for programs has a name for each finding`() async throws {
    let json = try ReportJSON(try await Self.review(try await Self.scene())).text
    for part in [
      #""kind" : "too_broad""#, #""kind" : "shadowed""#, #""held_back" : 50"#, #""AWS CreateUser" : 30"#,
      #""kind" : "never_matched""#, #""kind" : "expires_soon""#, #""kind" : "expired""#,
      #""kind" : "can_be_narrower""#, #""narrower" : "- name: \"mira\"\n"#,
    ] {
      #expect(json.contains(part), "\(part)")
    }
  }
}
