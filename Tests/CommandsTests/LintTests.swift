import BundledPlugins
import Foundation
import KQL
import PluginKit
import Testing

@testable import Commands

@Suite struct LintTests {
  static let cases: [(routes: String, warnings: [String])] = [
    ("[{name: a, when: 'severity >= high', to: a}, {name: rest, to: b}]", []),
    (
      "[{name: a, when: 'severity >= high', to: a}, {name: c, when: 'severity: critical', to: b}, {name: rest, to: b}]",
      ["no alert gets to route 'c': 'a' above takes all that it would take"]
    ),
    (
      "[{name: a, when: 'severity >= high', to: a, continue: true}, {name: c, when: 'severity: critical', to: b}, "
        + "{name: rest, to: b}]", []
    ),
    (
      "[{name: a, when: 'user.name: x', to: a}, {name: c, when: 'user.name: x and severity: low', to: b}, "
        + "{name: rest, to: b}]", ["no alert gets to route 'c': 'a' above takes all that it would take"]
    ),
    (
      "[{name: a, when: 'severity < low and severity > medium', to: a}, {name: rest, to: b}]",
      ["the condition of route 'a' can never hold: it asks for severities that exclude each other"]
    ),
    (
      "[{name: a, when: 'user.nmae: x', to: a}, {name: rest, to: b}]",
      ["the condition of route 'a' asks for 'user.nmae', which no format provides; did you mean 'user.name'?"]
    ),
    (
      "[{name: a, when: 'event.outcome: failed', to: a}, {name: rest, to: b}]",
      [
        "the condition of route 'a' can never hold: 'event.outcome' is never 'failed', only failure, success, unknown"
      ]
    ),
    (
      "[{name: a, when: 'eventName: x or host.id: y or my.own.field: z or event.outcome: fail*', to: a}, "
        + "{name: rest, to: b}]", []
    ),
    (
      "[{name: a, when: 'severity >= high', to: a}, {name: b, when: 'severity <= medium', to: a}, "
        + "{name: c, when: 'user.name: x', to: b}, {name: rest, to: b}]",
      ["no alert gets to route 'c': 'a', 'b' above together take all that it would take"]
    ),
    (
      "[{name: a, when: 'user.name: x* or rule.id: 7', to: a}, {name: c, when: 'user.name: xy', to: b}, "
        + "{name: rest, to: b}]", ["no alert gets to route 'c': 'a' above takes all that it would take"]
    ),
    (
      "[{name: a, when: 'user.name: x', to: a}, {name: b, when: 'not user.name: x', to: a}, "
        + "{name: c, when: 'host.name: h', to: b}, {name: rest, to: b}]",
      ["no alert gets to route 'c': 'a', 'b' above together take all that it would take"]
    ),
    (
      "[{name: a, when: 'event.risk_score > 5', to: a}, {name: c, when: 'event.risk_score >= 5', to: b}, "
        + "{name: d, when: 'event.risk_score > 10', to: b}, {name: rest, to: b}]",
      ["no alert gets to route 'd': 'a' above takes all that it would take"]
    ),
    (
      "[{name: a, when: 'weir.severity >= high', to: a}, {name: rest, to: b}]",
      [
        "the condition of route 'a' compares 'weir.severity' with 'high' by the alphabet; "
          + "did you mean 'severity >= high'?"
      ]
    ),
    ("[{name: rest, to: a}]", ["no route leads to the output 'b'; name it in a route, or remove it"]),
  ]

  @Test(arguments: cases) func `Routes and outputs that are never used are named`(
    routes: String, warnings: [String]
  ) throws {
    let bench = try Workbench([
      "config.yaml": """
      outputs: {a: {file: {path: a.ndjson}}, b: {file: {path: b.ndjson}}}
      routes: \(routes)
      state: state
      """
    ])
    let found = Lint.diagnostics(try bench.parts(), try bench.load().configuration, now: Workbench.now)
    #expect(found.map(\.message) == warnings)
  }
}

@Suite struct SharedFilesTests {
  @Test(arguments: [
    ("a.ndjson", true), ("./a.ndjson", true), ("new/../a.ndjson", true), ("folder/../link/a.ndjson", true),
    ("b.ndjson", false), ("folder/a.ndjson", false), ("/dev/full", false),
  ]) func `Outputs that write into one file are named, however the path is written`(path: String, isShared: Bool) throws
  {
    let bench = try Workbench([
      "config.yaml": """
      outputs:
        a: {file: {path: \(path.hasPrefix("/dev") ? path : "a.ndjson")}}
        b: {file: {path: "\(path)"}}
        day: {file: {path: "{%Y-%m-%d}.ndjson"}}
      routes: [{to: [a, b, day]}]
      state: state
      """,
      "folder/file": "",
    ])
    try FileManager.default.createSymbolicLink(atPath: bench.path("link"), withDestinationPath: bench.folder)
    let found = Lint.diagnostics(try bench.parts(), try bench.load().configuration, now: Workbench.now)
    #expect(
      found.map { bench.local("\($0)") }
        == (isShared
          ? [
            "config.yaml:3:7: warning: the output 'b' writes into the file of the output 'a' at config.yaml:2:7; name "
              + "another one, or lead both routes to one output"
          ] : []))
  }
}

@Suite struct DeadLetterPlaceTests {
  @Test(arguments: [
    ("dead.ndjson", nil), ("folder", "it is a folder"), ("a.ndjson", "it is the file that the output 'a' writes to"),
    ("folder/../a.ndjson", "it is the file that the output 'a' writes to"),
    ("link", "it is the file that the configuration is in"), ("folder/new.ndjson", nil),
  ]) func `What cannot keep dead letters is named`(path: String, reason: String?) throws {
    let bench = try Workbench([
      "config.yaml": """
      outputs: {a: {file: {path: a.ndjson}}, b: {file: {path: "{%Y-%m-%d}.ndjson"}}}
      routes: [{to: [a, b]}]
      dead_letters: {path: \(path)}
      state: state
      """,
      "folder/file": "", "dead.ndjson": "",
    ])
    try FileManager.default.createSymbolicLink(
      atPath: bench.path("link"), withDestinationPath: bench.path("config.yaml"))
    let problem = DeadLetterPlace(try bench.load().configuration, try bench.parts()).problem
    #expect(
      problem.map(bench.local)
        == reason.map { "dead letters cannot be kept in '\(path)': \($0); name another file with 'dead_letters'" })
  }
}

@Suite struct ConditionLintTests {
  static let cases: [(condition: String, doubts: [String])] = [
    // Fields below the beginnings that Weir's vocabulary has, which nothing provides.
    ("event.acton: x", ["asks for 'event.acton', which no format provides; did you mean 'event.action'?"]),
    ("user.shoe_size > 40", ["asks for 'user.shoe_size', which no format provides, nor does ECS know it"]),
    ("cloud.acount.id: 1", ["asks for 'cloud.acount.id', which no format provides; did you mean 'cloud.account.id'?"]),
    ("weir.brekthrough: *", ["asks for 'weir.brekthrough', which no format provides, nor does ECS know it"]),
    (
      "threat.tactic.nam: x",
      ["asks for 'threat.tactic.nam', which no format provides; did you mean 'threat.tactic.name'?"]
    ),
    // Fields of ECS, of formats, of detectors' own documents, of Weir's.
    ("event.risk_score_norm > 5 and user.target.roles: x and source.geo.city_name: y and threat.feed.name: z", []),
    ("rule.mitre.id: T1078 or event.CommandLine: x or user.type_id: 1 or event: * or threat.technique: *", []),
    ("weir.enrichment_errors: * or weir.rule.id: x or weir.suppression.entry: y or user.name.keyword: x", []),
    ("my.own.field: x or aws.cloudtrail.whatever: y or process.unknown: z", []),
    // What other languages would say.
    (
      "not user.name = mallory",
      [
        "looks for the text 'user.name = mallory' in every field, as there is no colon; did you mean 'user.name: mallory'?"
      ]
    ),
    (
      "user.name == mallory",
      [
        "looks for the text 'user.name == mallory' in every field, as there is no colon; did you mean 'user.name: mallory'?"
      ]
    ),
    (
      "not user.name is mallory",
      [
        "looks for the text 'user.name is mallory' in every field, as there is no colon; did you mean 'user.name: mallory'?"
      ]
    ),
    (
      "severity high",
      ["looks for the text 'severity high' in every field, as there is no colon; did you mean 'severity: high'?"]
    ),
    (
      "severity != low",
      ["looks for the text 'severity != low' in every field, as there is no colon; did you mean 'not severity: low'?"]
    ),
    (
      "user.name!=alice",
      [
        "looks for the text 'user.name!=alice' in every field, as there is no colon; did you mean 'not user.name: alice'?"
      ]
    ),
    (
      "user.name in [a, b]",
      [
        "looks for the text 'user.name in [a, b]' in every field, as there is no colon; did you mean 'user.name: (a or b)'?"
      ]
    ),
    (
      "message contains login failed",
      [
        "looks for the text 'message contains login failed' in every field, as there is no colon; "
          + "did you mean 'message: login failed'?"
      ]
    ),
    ("user.name = ", ["looks for the text 'user.name =' in every field, as there is no colon"]),
    (
      "event.kind: alert and not user.name: (mallory, trent)",
      [
        "asks for the one value 'mallory, trent'; several are written (one or another), and one with such characters in \""
      ]
    ),
    (
      "user.name: 'bob'", ["asks for the value 'bob', its quotation marks included; those of KQL are \""]
    ),
    ("user.name: /ma.*/", ["asks for '/ma.*/' as it is written; KQL has no regular expressions, only '*'"]),
    ("user.name: alice and", ["asks for the value 'alice and'; what was to come behind 'and' is missing"]),
    (
      "user.name: alice && admin",
      ["asks for the one value 'alice && admin'; KQL has no '&&', several are written (one and another)"]
    ),
    ("user.name: alice and not", ["looks for the text 'not' in every field; what was to come behind it is missing"]),
    ("user.name: alice and \"not\" and url.query: *a&&b*", []),
    ("not source.ip: \"10.0.0.0/33\"", ["asks for '10.0.0.0/33', which is no network"]),
    (
      "@timestamp >= now-1day",
      ["compares with the text 'now-1day', which is no date math; a day ago is 'now-1d'"]
    ),
    ("@timestamp >= now-1d/d and @timestamp < now+2h", []),
    ("source.ip > 10.0.0.0/8", ["compares with the text '10.0.0.0/8'; a network is asked for with ':'"]),
    ("source.ip <= \"2001:db8::/32\"", ["compares with the text '2001:db8::/32'; a network is asked for with ':'"]),
    ("source.ip > 10.0.0.0/33", ["asks for '10.0.0.0/33', which is no network"]),
    ("source.ip >= 10.0.0.0 and source.ip < 11.0.0.0", []),
    (
      "event.severity < low",
      ["compares 'event.severity' with 'low' by the alphabet; did you mean 'severity < low'?"]
    ),
    ("event.severity > 5 and severity >= high and weir.severity: high", []),
    ("sevrity: high", ["asks for 'sevrity', which no format provides; did you mean 'severity'?"]),
    (
      "source.ip: 10.0.0.0/8 and url.path: /a/b/ and \"x = y\" and failed login and user.name: \"a, b\"",
      []
    ),
    ("x.args: cn=a,ou=b or source.ip: \"::1/128\" or user.name: (a or b)", []),
    // Values that ECS does not allow.
    (
      "event.kind: alarm",
      [
        "can never hold: 'event.kind' is never 'alarm', only alert, asset, enrichment, event, metric, state, "
          + "pipeline_error, signal"
      ]
    ),
    (
      "user.name: x or event.outcome: Failure",
      ["has a part that can never hold: 'event.outcome' is never 'Failure', only failure, success, unknown"]
    ),
    (
      "not event.outcome: failed",
      ["excludes what there never is: 'event.outcome' is never 'failed', only failure, success, unknown"]
    ),
    ("event.outcome: fail* and event.category: (iam or web) and event.type: creation", []),
    // What excludes itself.
    (
      "event.outcome: success and event.outcome: failure",
      ["can never hold: 'event.outcome' is never both 'success' and 'failure'"]
    ),
    (
      "event.action: (A or B) and event.action: C*",
      ["can never hold: 'event.action' is never both 'A' or 'B' and 'C*'"]
    ),
    ("event.action: (A or B) and event.action: B*", []),
    // Any other field may have several values.
    ("tags: a and tags: b", []), ("event.category: iam and event.category: web", []),
    ("cloud.account.id: 5 and cloud.account.id: 5.0", []),
    ("tags: a and not tags: a", ["can never hold: it asks for 'tags:a' and excludes it"]),
    ("tags: ab and not tags: a*", ["can never hold: it asks for 'tags:a*' and excludes it"]),
    ("tags: (a or b) and not tags: (b or a or c)", ["can never hold: it asks for 'tags:(a or b)' and excludes it"]),
    ("tags: (a or b) and not tags: a", []), ("tags: a* and not tags: ab", []),
    (
      "user.name: x or (tags: a and not tags: *)",
      ["has a part that can never hold: it asks for 'tags:*' and excludes it"]
    ),
    (
      "a.b: null and c: d",
      ["can never hold: 'a.b: null' matches nothing; 'not a.b: *' asks for what has no such field"]
    ),
    (
      "event.risk_score > 5 and event.risk_score < 3",
      ["can never hold: no value of 'event.risk_score' is > 5 and < 3"]
    ),
    (
      "event.risk_score > 5 and event.risk_score < 5.0",
      ["can never hold: no value of 'event.risk_score' is > 5 and < 5.0"]
    ),
    ("event.risk_score >= 5 and event.risk_score <= 5", []), ("event.risk_score > 3 and event.risk_score < 5", []),
    // Of several values one may be above and another below.
    ("source.port > 100 and source.port < 50", []),
    (
      "'@timestamp' > 2026-01-02 and x: y".replacing("'", with: ""), []
    ),
    (
      "@timestamp > 2026-02-01 and @timestamp < 2026-01-01",
      ["can never hold: no value of '@timestamp' is > 2026-02-01 and < 2026-01-01"]
    ),
    (
      "@timestamp > now-1d and @timestamp < now-2d",
      ["can never hold: no value of '@timestamp' is > now-1d and < now-2d"]
    ),
    ("@timestamp > now-2d and @timestamp < now-1d and @timestamp < 2020-01-01", []),
    (
      "severity: low and (severity: high or severity: critical)",
      ["can never hold: it asks for severities that exclude each other"]
    ),
    ("source.ip: 10.0.0.0/8 and source.ip: 10.2.3.4 and not source.ip: 10.1.0.0/16", []),
    (
      "source.ip: 10.1.2.3 and not source.ip: 10.1.0.0/16",
      ["can never hold: it asks for 'source.ip:10.1.0.0/16' and excludes it"]
    ),
  ]

  @Test(arguments: cases) func `Conditions that no alert can meet are named, and no others`(
    condition: String, doubts: [String]
  ) throws {
    var finder = ConditionDoubts(FormatSet(BundledPlugins.catalog.formats))
    #expect(finder.about(try KQLExpression(parsing: condition)) == doubts)
  }

  @Test func `What a plugin of the configuration adds is known, also where it adds any name`() throws {
    let condition = try KQLExpression(parsing: "user.department: x or weir.asset.owner: y")
    func doubts(_ added: [String]?) -> [String] {
      var finder = ConditionDoubts(FormatSet(BundledPlugins.catalog.formats), added: added)
      return finder.about(condition)
    }
    #expect(doubts([]).count == 2)
    #expect(doubts(["user.department", "weir.asset.*"]).isEmpty)
    #expect(doubts(nil).isEmpty)
  }

  @Test(arguments: [
    ("event.duration > 5 and cloud.machine.type: x and threat.feed.name: y", []),
    ("process.pid: 5 or file.hash.md5: x or agent.id: y or destination.nat.port: 1 or container.image.tag: z", []),
    ("process.nmae: x", ["asks for 'process.nmae', which no format provides; did you mean 'process.name'?"]),
    ("proces.name: x", ["asks for 'proces.name', which no format provides; did you mean 'process.name'?"]),
    ("event.duratoin > 5", ["asks for 'event.duratoin', which no format provides; did you mean 'event.duration'?"]),
    ("event.acton: x", ["asks for 'event.acton', which no format provides; did you mean 'event.action'?"]),
  ]) func `Where nobody knows what plugins add, the fields of ECS are known all the same`(
    condition: String, doubts: [String]
  ) throws {
    var finder = ConditionDoubts(FormatSet(BundledPlugins.catalog.formats), added: nil)
    #expect(finder.about(try KQLExpression(parsing: condition)) == doubts)
  }

  @Test func `A mistake in what an allowlist never holds back is named with its place`() throws {
    let bench = try Workbench([
      "config.yaml": """
      enrichers:
        - allowlist:
            entries: []
            never_also: ["event.acton: PutBucketPolicy"]
      outputs: {a: {file: {path: a.ndjson}}}
      routes: [{to: a}]
      state: state
      """
    ])
    let found = Lint.diagnostics(try bench.parts(), try bench.load().configuration, now: Workbench.now)
    #expect(
      found.map { bench.local("\($0)") } == [
        "config.yaml:4:20: warning: a condition of 'never_also' asks for 'event.acton', which no format provides; "
          + "did you mean 'event.action'?"
      ])
  }
}

@Suite struct SecretLintTests {
  @Test(arguments: [
    ("http://127.0.0.1:9/", false), ("https://siem.corp.example", false),
    ("https://siem.corp.example/hook/T0K3N", true),
    ("https://u:p@siem.corp.example/", true), ("https://siem.corp.example/?token=x", true),
    ("https://siem.corp.example?token=x", true),
  ])
  func `Only what may hold a secret is called an exposed one`(url: String, isWarnedOf: Bool) throws {
    let bench = try Workbench([
      "config.yaml": """
      outputs: {a: {webhook: {url: "\(url)"}}}
      routes: [{to: a}]
      """
    ])
    chmod(bench.path("config.yaml"), 0o644)
    let warnings = try bench.load().warnings.map(\.message)
    #expect(warnings.contains { $0.hasPrefix("every user can read this secret") } == isWarnedOf)
  }
}
