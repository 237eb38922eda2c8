import Foundation
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
      ["no alert can meet the condition of route 'a': it asks for severities that exclude each other"]
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
