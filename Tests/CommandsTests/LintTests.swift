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
