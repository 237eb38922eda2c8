import AlertModel
import CommandEnricher
import Foundation
import PluginKit
import PluginTesting
import Testing

/// What a program's answers add to alerts.
@Suite(.timeLimit(.minutes(5))) struct CommandEnricherTests {
  private static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// An enricher that runs a line of shell.
  private func enricher(
    _ line: String, adds: LocatedNode = ["host.owner", "host.tags"], timeout: LocatedNode = "60s"
  ) throws -> CommandEnricher {
    let settings: LocatedNode = [
      "program": "/bin/sh", "arguments": ["-c", LocatedNode(stringLiteral: line)], "adds": adds, "timeout": timeout,
    ]
    let enricher = try CommandEnricher(options: CommandOptions(settings), context: .testing(name: "command"))
    try enricher.load()
    return enricher
  }

  /// What is said of so many alerts, one line each.
  private func answers(_ enricher: CommandEnricher, _ documents: String...) async throws -> [String] {
    let results = await enricher.enrich(DeliveryBatch(try AlertFixtures().block(documents)))
    await enricher.stop()
    return results.map { result in
      switch result {
      case .failure(let failure): "failure: \(failure.reason)"
      case .success(.fields(let fields)):
        fields.map { "\($0.path.name)=\(String(decoding: $0.json, as: UTF8.self))" }.joined(separator: " ")
      case .success(let other): "\(other)"
      }
    }
  }

  @Test func `the example of the documentation adds a host's owner`() async throws {
    let program = Self.repository.appending(path: "Examples/host-owner.py")
    let settings: LocatedNode = ["program": LocatedNode(stringLiteral: program.path), "adds": ["host.owner"]]
    let enricher = try CommandEnricher(options: CommandOptions(settings), context: .testing())
    try enricher.load()
    let said = try await answers(
      enricher, #"{"host":{"name":"web-1"}}"#, #"{"host":{"name":"x"}}"#, #"{"host":{"name":"db-1"}}"#)
    #expect(said == [#"host.owner="web team""#, "nothing", #"host.owner="storage team""#])
    let page = try String(
      contentsOf: Self.repository.appending(path: "Documentation/WritingAPlugin.md"), encoding: .utf8)
    for example in ["host-owner.py", "tickets.py"] {
      let text = try String(contentsOf: Self.repository.appending(path: "Examples/" + example), encoding: .utf8)
      #expect(page.contains("```python\n\(text)```"), "copy Examples/\(example) to Documentation/WritingAPlugin.md")
    }
  }

  @Test(
    "an answer is fields, nothing, or why there are none",
    arguments: [
      (
        #"{"add": {"host.owner": "web \u0041", "host.tags": ["a", 1e400]}}"#,
        #"host.owner="web \u0041" host.tags=["a", 1e400]"#
      ),
      ("{}", "nothing"), (#"{"add": {}}"#, "nothing"), (#"{"add": {"host.owner": null}}"#, "nothing"),
      (#"{"error": "no such host"}"#, "failure: no such host"),
      (
        #"{"add": {"weir.suppression": {}}}"#,
        "failure: the program answered with the field 'weir.suppression', not in 'adds'"
      ),
      (
        #"{"fields": {}}"#,
        #"failure: the program is not understood: its answer has 'fields', which is not "add": {…} or "error": "…""#
      ),
      ("hello", "failure: the program is not understood: its answer is no object of JSON: 'hello'"),
    ])
  func readsAnswers(answer: String, expected: String) async throws {
    let quoted = answer.replacing("'", with: "")
    #expect(
      try await answers(try enricher("read -r line; printf '%s\\n' '\(quoted)'; read -r line"), "{}") == [expected])
  }

  @Test func `answers that came in time are kept, and the others are failures`() async throws {
    let enricher = try enricher(#"read -r line; echo '{"add": {"host.owner": "a"}}'; sleep 1000"#, timeout: "3s")
    // Other batches may come first, each with a time of its own.
    #expect(enricher.deadline >= .seconds(100))
    let late = "failure: the program gave no answer within 3s"
    #expect(try await answers(enricher, "{}", "{}", "{}") == [#"host.owner="a""#, late, late])
  }

  @Test func `what it says is noted without secrets`() async throws {
    let script = #"read -r line; echo "{\"error\": \"no host for $TOKEN\"}"; read -r line"#
    let settings: LocatedNode = [
      "program": "/bin/sh", "arguments": ["-c", LocatedNode(stringLiteral: script)],
      "environment": ["TOKEN": "s3cret-token"], "adds": ["host.owner"],
    ]
    let enricher = try CommandEnricher(options: CommandOptions(settings), context: .testing(name: "command"))
    #expect(try await answers(enricher, "{}") == ["failure: no host for ***"])
  }

  @Test func `many alerts at once keep their order`() async throws {
    let enricher = try enricher(
      #"n=0; while read -r line; do n=$((n+1)); echo "{\"add\": {\"host.owner\": $n}}"; done"#)
    let documents = (1...2000).map { #"{"n":\#($0),"padding":"\#(String(repeating: "x", count: 500))"}"# }
    let results = await enricher.enrich(DeliveryBatch(try AlertFixtures().block(documents)))
    await enricher.stop()
    let numbers = results.map { result -> Int? in
      guard case .success(.fields(let fields)) = result else { return nil }
      return Int(String(decoding: fields[0].json, as: UTF8.self))
    }
    #expect(numbers == Array(1...2000))
  }

  @Test(
    "settings that cannot be meant are refused",
    arguments: [
      (["program": "/bin/sh", "adds": []], "name the fields that the program may add"),
      (["program": "/bin/sh", "adds": ["weir.*"]], "'weir.*' is not the name of a field"),
      (["program": "/bin/sh", "adds": ["a"], "timeout": "0s"], "expected a duration above 0"),
    ] as [(LocatedNode, String)])
  func refusesSettings(settings: LocatedNode, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      try CommandEnricher(options: CommandOptions(settings), context: .testing())
    }
    #expect(error?.diagnostics.map(\.message) == [message])
  }

  @Test func `check knows what it adds`() throws {
    #expect(try enricher("read line").addedFieldNames == ["host.owner", "host.tags"])
  }

  @Test func `the folder is whole`() {
    #expect(PluginFolder("Enrichers/Command").violations(of: CommandEnricher.manual) == [])
  }
}
