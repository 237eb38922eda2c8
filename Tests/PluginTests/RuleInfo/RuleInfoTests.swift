import AlertModel
import PluginKit
import PluginTesting
import RuleInfoEnricher
import Testing

@Suite("What rule files say about an alert's rule")
struct RuleInfoTests {
  private static func rule(_ id: String, _ name: String) -> String {
    """
    [rule]
    rule_id = "\(id)"
    name = "\(name)"
    type = "eql"
    severity = "high"
    risk_score = 73
    references = ["https://example.com/a"]
    note = \"\"\"
    ### Possible investigation steps
    1. **Ask** the owner.
       Then wait.
    2. Look at `x`.
    ### Other
    - not this
    \"\"\"
    """
  }

  private func enricher() throws -> RuleInfoEnricher {
    let files = [
      "a.toml": Self.rule("r-1", "One"), "b.toml": Self.rule("r-2", "Two"), "c.toml": Self.rule("r-3", "Two"),
    ]
    let names = files.keys.sorted().map { name in
      LocatedNode(.scalar(LocatedNode.Scalar(LocatedText(name), style: .quoted)), at: LocatedNode.nowhere)
    }
    let list = LocatedNode(.sequence(names), at: LocatedNode.nowhere)
    let tree = LocatedNode(
      .mapping([LocatedNode.Entry(key: LocatedText("rules"), value: list)]), at: LocatedNode.nowhere)
    var enricher = try RuleInfoEnricher(
      options: RuleInfoOptions(tree), context: .testing(files: InMemoryFiles(files)))
    try enricher.load()
    return enricher
  }

  private func added(_ alert: String) throws -> [String: String] {
    guard case .success(.fields(let fields)) = try AlertFixtures().enrichment(of: alert, by: enricher()) else {
      return [:]
    }
    return Dictionary(uniqueKeysWithValues: fields.map { ($0.path.name, String(decoding: $0.json, as: UTF8.self)) })
  }

  @Test("an alert that only names its rule's id gets the rest")
  func findsByID() throws {
    #expect(
      try added(#"{"rule":{"id":"r-1","name":"r-1"}}"#)
        == [
          "rule.name": #""One""#, "rule.reference": #"["https://example.com/a"]"#, "event.risk_score": "73",
          "rule.note": try added(#"{"rule":{"id":"r-1"}}"#)["rule.note"] ?? "none", "weir.rule.severity": #""high""#,
          "weir.triage_steps": #"["Ask the owner. Then wait.","Look at x."]"#,
        ])
  }

  @Test("what the alert has stays")
  func keepsOwn() throws {
    let fields = try added(#"{"rule":{"id":"r-1","name":"Mine"},"event":{"risk_score":5}}"#)
    #expect(fields["rule.name"] == nil)
    #expect(fields["event.risk_score"] == nil)
    #expect(fields["weir.rule.severity"] == #""high""#)
  }

  @Test("a name finds its rule where one rule has it")
  func findsByName() throws {
    #expect(try added(#"{"rule":{"name":"One"}}"#)["event.risk_score"] == "73")
    #expect(try added(#"{"rule":{"name":"Two"}}"#) == [:])
    #expect(try added(#"{"rule":{"id":"r-9","name":"one"}}"#) == [:])
    #expect(try added(#"{"message":"x"}"#) == [:])
  }

  @Test("it keeps what every enricher promises, and its folder says what its manual says")
  func conforms() async throws {
    #expect(try await EnricherConformance(enricher(), documents: [#"{"rule":{"id":"r-1"}}"#]).violations() == [])
    #expect(PluginFolder("Enrichers/RuleInfo").violations(of: RuleInfoEnricher.manual) == [])
  }
}
