import AlertModel
import Foundation
import PluginKit
import Testing

@testable import Commands

@Suite struct TestingTests {
  static let expectations: [(expect: String, failures: [String])] = [
    ("{suppressed_by: mira works on trails, suppressed: true, delivered_to: held, severity: low}", []),
    ("{not_delivered_to: [soc, archive], rule: Trail CreateTrail}", []),
    ("{fields: {cloud.account.name: landing-zone, weir.suppression.owner: platform@corp.example, no.such: ~}}", []),
    ("{suppressed_by: x}", ["expected 'x' to hold it back, but it is held back by 'mira works on trails'"]),
    ("{suppressed: false}", ["expected it not to be held back, but it is held back by 'mira works on trails'"]),
    ("{delivered_to: soc}", ["expected it to go to 'soc', but it is held back by 'mira works on trails'"]),
    ("{not_delivered_to: held}", ["expected it not to go to 'held', but it is held back by 'mira works on trails'"]),
    ("{severity: high}", ["expected the severity high, but it is low"]),
    ("{alerts: 1, severity: low}", []),
    ("{alerts: 2}", ["expected 2 alerts, but there is 1"]), ("{alerts: 0}", ["expected 0 alerts, but there is 1"]),
    ("{alerts: 0, severity: low}", ["where there is no alert, nothing else can be expected"]),
    ("{rule: other}", ["expected the rule 'other', but it is 'Trail CreateTrail'"]),
    ("{fields: {user.name: eve}}", ["expected 'user.name' to be 'eve', but it is 'mira'"]),
    ("{fields: {user.name: ~}}", ["expected no field 'user.name', but it is 'mira'"]),
    ("{delivered_to: sco}", ["there is no output 'sco'; did you mean 'soc'?"]),
    (
      "{severity: low, fields: {user.name: []}}",
      ["nothing is expected of 'user.name'; '~' says that there is no such field"]
    ),
    ("{}", ["nothing is expected; see 'weir test --help'"]),
  ]

  private func run(_ text: String, known: String = Workbench.known) async throws -> [TestRunner.Result] {
    try await run(text, try Workbench.standard(known: known))
  }

  private func run(_ text: String, _ bench: Workbench) async throws -> [TestRunner.Result] {
    let file = bench.path("a.test.yaml")
    try Data(text.utf8).write(to: URL(filePath: file))
    let loaded = try bench.load()
    let runner = TestRunner(now: Workbench.now) { clock in
      try Workbench.parts(loaded, now: clock.now)
    } context: { vocabulary in
      CommandEnvironment(logLevel: .critical).context(named: "test", vocabulary: vocabulary)
    }
    return try await runner.run(try TestFile.read(file))
  }

  @Test(arguments: expectations) func `An expectation holds, or says what is otherwise`(
    expect: String, failures: [String]
  ) async throws {
    let alert = Workbench.alert("a1", action: "CreateTrail", user: "mira")
    let results = try await run("tests:\n  - {name: t, alert: '\(alert)', expect: \(expect)}\n")
    #expect(results.map { $0.failures.map(\.message) } == [failures])
  }

  @Test func `Of an event there may be no alert, where that is expected`() async throws {
    let bench = try Workbench([
      "config.yaml": """
      detect: [{elastic_rules: {rules: rule.toml}}]
      outputs: {a: {console: {}}}
      routes: [{to: a}]
      """,
      "rule.toml": """
      [rule]
      name = "Trail created"
      rule_id = "r-1"
      severity = "high"
      risk_score = 73
      type = "query"
      query = "event.action: CreateTrail"
      """,
    ])
    let read = #"{"ecs":{"version":"8.11"},"event":{"action":"DescribeTrail"}}"#
    let results = try await run(
      """
      tests:
        - {name: a, alert: '\(read)', expect: {alerts: 0}}
        - {name: b, alert: '\(read.replacing("Describe", with: "Create"))', expect: {alerts: 0}}
        - {name: c, alert: '\(read)', expect: {alerts: 1}}
        - {name: d, alert: '\(read)', expect: {severity: high}}
      """, bench)
    #expect(
      results.map { $0.failures.map(\.message) } == [
        [], ["expected 0 alerts, but there is 1"], ["expected 1 alert, but there are 0"],
        ["no rule makes an alert of this event; where that is meant, expect 'alerts: 0'"],
      ])
  }

  @Test func `A fixed moment decides whether an entry has expired`() async throws {
    let alert = Workbench.alert("a1", action: "CreateTrail", user: "mira")
    let results = try await run(
      """
      now: 2027-03-31T12:00:00Z
      tests:
        - {name: last day, alert: '\(alert)', expect: {suppressed: true}}
        - {name: day after, now: 2027-04-01, alert: '\(alert)', expect: {suppressed: false}}
      """)
    #expect(results.map { $0.failures.map(\.message) } == [[], []])
  }

  @Test func `A test finds no budget that another one has used up`() async throws {
    let alert = Workbench.alert("a1", action: "CreateTrail", user: "mira")
    let results = try await run(
      """
      tests:
        - {name: one, alert: '\(alert)', expect: {suppressed: true}}
        - {name: two, alert: '\(alert)', expect: {suppressed: true}}
      """, known: Workbench.known + "\n  at_most: 1/day")
    #expect(results.map { $0.failures.map(\.message) } == [[], []])
  }

  @Test func `An alert may be written as YAML`() async throws {
    let results = try await run(
      """
      tests:
        - name: yaml
          alert:
            ecs: {version: "8.11"}
            event: {action: CreateTrail, risk: 3, ok: true, zero: 0123, none: ~, list: [1, a]}
            user: {name: mira}
          expect:
            suppressed: true
            fields: {event.risk: 3, event.ok: true, event.zero: "0123", event.list: [1, a]}
      """)
    #expect(results.map { $0.failures.map(\.message) } == [[]])
  }

  @Test func `A line belongs to a file, and a file is never standard input`() async throws {
    let results = try await run(
      """
      tests:
        - {name: alert, alert: '{"a":1}', line: 3, expect: {suppressed: false}}
        - {name: file, file: "-", expect: {suppressed: false}}
      """)
    #expect(results[0].failures.map(\.message) == ["'line' is a line of 'file', and this test has none"])
    #expect(results[1].failures.count == 1)
    #expect(results[1].failures[0].message.contains("No such file"), "\(results[1].failures)")
  }

  @Test func `A test file that is not there is named`() {
    let error = #expect(throws: ConfigurationError.self) { _ = try TestFile.read("/nowhere/a.test.yaml") }
    #expect("\(error.map { "\($0)" } ?? "")".hasPrefix("/nowhere/a.test.yaml: error: "))
  }

  @Test func `A file without tests is a mistake`() async throws {
    let error = await #expect(throws: ConfigurationError.self) { _ = try await run("now: 2026-11-21\ntests: []\n") }
    #expect("\(error.map { "\($0)" } ?? "")".hasSuffix("a.test.yaml:2:8: error: there are no tests in this file"))
  }

  @Test func `JUnit output has every test, with what failed`() {
    var report = TestReport()
    let place = SourcePlace(file: "a.test.yaml", line: 2, column: 5)
    report.add(
      "a.test.yaml",
      [
        TestRunner.Result(name: "fine", place: place, failures: [], duration: .milliseconds(12)),
        TestRunner.Result(
          name: "a < b", place: place, failures: [Diagnostic(.error, "no \"such\" thing", at: place)],
          duration: .milliseconds(1005)),
      ])
    let expected = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites tests="2" failures="1">
        <testsuite name="a.test.yaml" tests="2" failures="1" time="1.017">
          <testcase name="fine" classname="a.test.yaml" file="a.test.yaml" line="2" time="0.012"/>
          <testcase name="a &lt; b" classname="a.test.yaml" file="a.test.yaml" line="2" time="1.005">
            <failure message="no &quot;such&quot; thing">a.test.yaml:2:5: no &quot;such&quot; thing</failure>
          </testcase>
        </testsuite>
      </testsuites>

      """
    #expect(report.junit == expected)
    #expect(
      report.text(Ink(isOn: false))
        == "a.test.yaml\n  ✓ fine\n  ✗ a < b\n      a.test.yaml:2:5: no \"such\" thing\n2 tests, 1 failed")
  }
}
