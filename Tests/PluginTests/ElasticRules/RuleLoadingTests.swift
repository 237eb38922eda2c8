import PluginKit
import PluginTesting
import Testing

@Suite("Loading rules")
struct RuleLoadingTests {
  private func errors(
    _ files: [String: String], _ settings: KeyValuePairs<String, LocatedNode> = [:]
  ) -> String {
    do {
      _ = try RuleRunner(all: files, settings)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("mistakes are named with their places, all at once")
  func namesMistakes() {
    #expect(
      errors([
        "a.toml": RuleText.query("event.action: (a or"),
        "b.toml": "[rule]\nname = \"b\"\n  severity = \"urgent\"\ntype = 3\nrisk_score = 101\n",
        "c.toml": "title = \"no rule\"\n", "d.toml": RuleText.query("a: ${bucket}", id: "r-2"),
        "e.toml": RuleText.query("a: b", id: "r-3"), "f.toml": RuleText.query("a: b", id: "r-3"),
      ])
        == """
        b.toml:1:1: error: the rule has no rule_id
        b.toml:4:1: error: type must be text, but it is a number
        b.toml:3:3: error: 'urgent' is not a severity; use low, medium, high or critical
        b.toml:5:1: error: risk_score must be a number from 0 to 100
        c.toml:1:1: error: not a detection rule: there is no [rule] table
        f.toml: error: rule_id r-3 is also that of e.toml
        """)
  }

  @Test("what differs after a reload is told, rule by rule")
  func tellsChanges() throws {
    func rules(_ files: [String: String]) throws -> RuleRunner { try RuleRunner(all: files) }
    let before = try rules([
      "a.toml": RuleText.query("a: b", id: "r-1"), "b.toml": RuleText.query("a: b", id: "r-2"),
    ])
    let now = try rules([
      "a.toml": RuleText.query("a: c", id: "r-1"), "c.toml": RuleText.query("a: b", id: "r-3"),
    ])
    #expect(
      now.detector.changes(since: before.detector) == ["rule 'r-2' removed", "rule 'r-1' changed", "rule 'r-3' added"])
    #expect(before.detector.changes(since: before.detector) == [])
  }

  @Test("a query's mistake points into the file")
  func pointsIntoQueries() {
    let text = errors(["a.toml": RuleText.query("event.action: login and\n  user.name: a:b")])
    #expect(text.hasPrefix("a.toml:10:15: error: query is not KQL: "), "\(text)")
    #expect(
      errors(["d.toml": RuleText.query("a: ${bucket}")])
        == "d.toml:9:4: error: the query's variable 'bucket' has no value; give it one under 'variables' or in the file's [weir.variables]"
    )
  }

  @Test("a mistake in a variable's value points to where the value is set, and one in the query to the query")
  func pointsIntoVariables() {
    func place(_ line: Int) -> SourcePlace { SourcePlace(file: "config.yaml", line: line, column: 20) }
    let values = [("actor", "mira or (rob"), ("bucket", "*logs"), ("unused", "(")]
    let members = values.enumerated().map { index, value in
      LocatedNode.Entry(
        key: LocatedText(value.0),
        value: LocatedNode(.scalar(LocatedNode.Scalar(LocatedText(value.1), style: .quoted)), at: place(index + 3)))
    }
    let variables = LocatedNode(.mapping(members), at: place(2))
    func text(_ query: String) -> String { errors(["a.toml": RuleText.query(query)], ["variables": variables]) }
    let first = text("bucket: ${bucket} and (user.name: ${actor})")
    #expect(
      first.hasPrefix("config.yaml:3:20: error: with this value of 'actor' the query of rule 'r-1' is not KQL: "),
      "\(first)")
    let second = text("user.name: (${bucket} and")
    #expect(second.hasPrefix("a.toml:9:") && second.contains(": error: query is not KQL: "), "\(second)")
  }

  @Test("what cannot run or cannot be honoured is named, and the rest runs")
  func warns() throws {
    let mapping = "[[rule.severity_mapping]]\nfield = \"x\"\noperator = \"equals\"\nvalue = \"1\"\nseverity = \"low\"\n"
    let filter = "[[rule.filters]]\n[rule.filters.query.script]\nscript = \"x\"\n"
    let files = TestFiles([
      "a.toml": RuleText.query("process where true", id: "eql", type: "eql").replacing("kuery", with: "eql"),
      "b.toml": RuleText.query("a:b", id: "lucene").replacing("kuery", with: "lucene"),
      "c.toml": RuleText.query("event.action: x", id: "mapped", more: mapping + filter),
    ])
    let rules = try RuleRunner(
      names: ["a.toml", "b.toml", "c.toml"], ["variables": ["unused": "x"]], files: files)
    #expect(
      files.warnings == [
        "a.toml: warning: rule 'eql' is loaded for information, not run: rules of type 'eql' cannot be",
        "b.toml: warning: rule 'lucene' is loaded for information, not run: rules of type 'query' in lucene cannot be",
        "c.toml: warning: rule 'mapped' runs, but severity_mapping is not applied",
        "c.toml: warning: rule 'mapped' runs, but a filter of kind 'script' cannot be applied",
        files.warnings.last ?? "",
      ])
    #expect(files.warnings.last?.hasSuffix("warning: no rule uses the variable 'unused'") == true)
    #expect(try rules.names(#"{"event.action":"x","event.kind":"event"}"#) == ["mapped"])
  }

  @Test(
    "filters are part of the query",
    arguments: [
      (#"query = {match_phrase = {"user.name" = "a b"}}"#, ["a b"]),
      (#"query = {terms = {"user.name" = ["x", "y"]}}"#, ["x", "y"]),
      (#"query = {wildcard = {"user.name" = {value = "a*"}}}"#, ["a b"]),
      ("meta = {negate = true}\n" + #"query = {match_phrase = {"user.name" = "x"}}"#, ["a b", "y"]),
      (#"query = {exists = {field = "user.id"}}"#, []),
      ("meta = {disabled = true}\n" + #"query = {exists = {field = "user.id"}}"#, ["a b", "x", "y"]),
      (
        #"query = {bool = {should = [{term = {"user.name" = "x"}}, {term = {"user.name" = "y"}}], must_not = [{term = {"user.name" = "y"}}]}}"#,
        ["x"]
      ),
    ])
  func applies(_ filter: String, _ expected: [String]) throws {
    let rules = try RuleRunner(
      all: ["r.toml": RuleText.query("event.action: login", more: "[[rule.filters]]\n" + filter + "\n")])
    let found = try ["a b", "x", "y"].filter {
      try !rules.names(#"{"event.kind":"event","event.action":"login","user.name":"\#($0)"}"#).isEmpty
    }
    #expect(found == expected)
  }

  @Test("values and fields that Unicode takes for the same are different")
  func tellsTextsApart() throws {
    let (composed, apart) = ("Jos\u{E9}", "Jose\u{301}")
    let rules = try RuleRunner(all: [
      "a.toml": RuleText.query("user.name: \(composed)*", id: "a"),
      "b.toml": RuleText.query("user.name: \(apart)*", id: "b"),
      "c.toml": RuleText.query("my.\(composed): x", id: "c"), "d.toml": RuleText.query("my.\(apart): x", id: "d"),
    ])
    #expect(try rules.names(#"{"event.kind":"event","user.name":"\#(composed)"}"#) == ["a"])
    #expect(try rules.names(#"{"event.kind":"event","user.name":"\#(apart)"}"#) == ["b"])
    #expect(try rules.names(#"{"event.kind":"event","my":{"\#(composed)":"x"}}"#) == ["c"])
    #expect(try rules.names(#"{"event.kind":"event","my":{"\#(apart)":"x"}}"#) == ["d"])
  }

  @Test("an event of several actions is asked each rule once; rules that require nothing are asked too")
  func asksOnce() throws {
    let rules = try RuleRunner(all: [
      "a.toml": RuleText.query("event.action: (x or y)", id: "a"), "b.toml": RuleText.query("event.action: y", id: "b"),
      "c.toml": RuleText.query("not event.action: z", id: "c"), "d.toml": RuleText.query("event.action: z*", id: "d"),
      "e.toml": RuleText.query("user.name: u and event.kind: event", id: "e"),
    ])
    #expect(
      try rules.names(#"{"event.kind":"event","event.action":["x","y"],"user.name":"u"}"#).sorted()
        == ["a", "b", "c", "e"])
    #expect(try rules.names(#"{"event.kind":"event","event.action":["z"]}"#) == ["d"])
    #expect(try rules.detections(#"{"event.kind":"event","event.action":["q"]}"#).map(\.ruleID) == ["c"])
  }
}
