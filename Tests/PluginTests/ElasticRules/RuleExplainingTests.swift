import ElasticRulesDetector
import PluginKit
import PluginTesting
import Testing

@Suite("Explaining rules")
struct RuleExplainingTests {
  private func explained(_ rules: [String: String], _ event: String) throws -> [String] {
    let runner = try RuleRunner(all: rules)
    var lines: [String] = []
    try RuleRunner.fixtures.forEachAlert(event) { alert in
      for decision in runner.detector.explain(alert) {
        lines.append("\(decision.holds ? "+" : "-") \(decision.subject) \(decision.conclusion)")
      }
    }
    return lines
  }

  @Test("rules that match come first, then those that came close, with what is missing")
  func namesNearMisses() throws {
    let rules = [
      "a.toml": RuleText.query("event.kind: event and event.action: login and user.name: anna", id: "a"),
      "b.toml": RuleText.query("event.kind: event and event.action: login and user.name: bob", id: "b"),
      "c.toml": RuleText.query("event.kind: event and event.action: logout and user.id: 7", id: "c"),
      "d.toml": RuleText.query("event.action: login and user.id: 7 and not user.name: anna", id: "d"),
    ]
    #expect(
      try explained(rules, #"{"event":{"kind":"event","action":"login"},"user":{"name":"anna"}}"#) == [
        "+ rule 'a' makes an alert of the event",
        "- rule 'b' does not match: user.name:bob (it is anna)",
        "- rule 'd' does not match: user.id:7 (there is no user.id)",
      ])
  }

  @Test("asking counts nothing")
  func countsNothing() throws {
    let threshold = "[rule.threshold]\nfield = [\"user.name\"]\nvalue = 2\n"
    let rule = RuleText.query("event.action: login", type: "threshold", more: threshold)
    let runner = try RuleRunner(all: ["r.toml": rule])
    let before = runner.detector.snapshot()
    let event = #"{"event":{"kind":"event","action":"login"},"user":{"name":"anna"}}"#
    try RuleRunner.fixtures.forEachAlert(event) { _ = runner.detector.explain($0) }
    #expect(runner.detector.snapshot() == before)
  }
}
