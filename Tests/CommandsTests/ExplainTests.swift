import AlertModel
import Foundation
import PluginKit
import Testing

@testable import Commands

@Suite struct ExplainTests {
  private func explain(_ lines: String...) async throws -> (text: String, json: String) {
    let bench = try Workbench.standard()
    let explainer = Explainer(try bench.parts(), clock: FixedClock(now: Workbench.now))
    var (text, json) = ("", "")
    for line in lines {
      for chapter in await explainer.explain(Workbench.chunk(line)) {
        text += bench.local(String(decoding: StoryText(ink: Ink(isOn: false)).lines(of: chapter), as: UTF8.self))
        json += bench.local(String(decoding: try StoryJSON.lines(of: chapter), as: UTF8.self))
      }
    }
    return (text, json)
  }

  @Test func `A held-back alert shows the entry, the field, the value and the pattern`() async throws {
    let text = try await explain(Workbench.alert("a1", action: "CreateTrail", user: "mira")).text
    #expect(text.hasPrefix("alerts.ndjson:1: Trail CreateTrail\n  recognised as "))
    let middle = """
          allowlist: holds the alert back
            ✓ entry 'mira works on trails' (known.yaml:1:9): holds the alert back
              ✓ actors
                user.name is mira, which meets mira
              ✓ when: event.action: CreateTrail
                event.action is CreateTrail, which meets CreateTrail
              ✓ ceiling: medium
              ✓ expires: 2027-03-31
        held back by 'mira works on trails': CHG-1 (owner platform@corp.example, until 2027-03-31); no route is asked
        sends
      """
    for line in middle.split(separator: "\n") {
      #expect(text.contains(line.drop { $0 == " " }), "\(line)\nis not in\n\(text)")
    }
    #expect(text.contains("held (file), "))
  }

  @Test func `Nothing that is written in an entry or an alert is obeyed by a terminal`() async throws {
    let hostile = #""a\u001b[2Jb\nc""#
    let bench = try Workbench([
      "config.yaml": Workbench.configuration, "accounts.csv": "account_id,name\n1,one\n",
      "known.yaml": Workbench.known.replacing("mira works on trails", with: hostile)
        .replacing("CHG-1", with: hostile).replacing("platform@corp.example", with: hostile),
    ])
    let explainer = Explainer(try bench.parts(), clock: FixedClock(now: Workbench.now))
    let alert = Workbench.alert("a1", action: "CreateTrail", user: "mira")
    for chapter in await explainer.explain(Workbench.chunk(alert)) {
      let text = String(decoding: StoryText(ink: Ink(isOn: false)).lines(of: chapter), as: UTF8.self)
      #expect(!text.contains("\u{1B}"))
      #expect(!text.contains("\nc"))
      #expect(text.contains("held back by 'a"), "\(text)")
    }
  }

  @Test(.timeLimit(.minutes(1))) func `An alert of very many fields or values is told of quickly`() throws {
    let values = (0..<100_000).map { "\"value \($0)\"" }.joined(separator: ",")
    let names = (0..<100_000).map { "\"name \($0)\":1" }.joined(separator: ",")
    let many = ECSLines.lines(of: try AddedField("a", json: Array("[\(values),\"value 7\"]".utf8)))
    #expect(many.map(\.name) == ["a"] && many[0].values.count == 100_000)
    #expect(ECSLines.lines(of: try AddedField("a", json: Array("{\(names)}".utf8))).count == 100_000)
  }

  @Test func `An entry that comes close shows the condition that does not hold`() async throws {
    let text = try await explain(Workbench.alert("a1", action: "CreateTrail", user: "eve")).text
    #expect(text.contains("✗ entry 'mira works on trails' (known.yaml:1:9): does not hold: actors\n"))
    #expect(text.contains("✗ actors\n"))
    #expect(text.contains("✓ when: event.action: CreateTrail\n"))
  }

  @Test func `A route shows the truth of every part of its condition`() async throws {
    let text = try await explain(
      Workbench.alert("a1", action: "StopLogging", user: "eve", severity: "low"),
      Workbench.alert("a2", action: "StopLogging", user: "robot", severity: "critical")
    ).text
    let low = """
          ✗ urgent → soc, archive
            ✗ all of
              ✗ severity >= high   it is low
              ✓ not
                ✗ user.name:robot   it is eve
          ✓ the rest → archive: takes every alert

      """
    #expect(text.contains(low), "\(text)")
    #expect(text.contains("      ✗ all of\n        ✓ severity >= high   it is critical\n        ✗ not\n"), "\(text)")
  }

  @Test func `Outputs show the bytes that they would send, and no secret`() async throws {
    let (text, json) = try await explain(
      Workbench.alert("a1", action: "StopLogging", user: "eve", severity: "critical"))
    #expect(text.contains("soc (slack), "))
    #expect(text.contains(#"{"text":"#))
    #expect(!text.contains("SECRET") && !json.contains("SECRET"))
    #expect(text.contains("- the rest: not asked, since 'urgent' took the alert"))
  }

  @Test func `What cannot be read is told with its reason`() async throws {
    let (text, json) = try await explain("{broken")
    #expect(text.hasPrefix("alerts.ndjson:1: unreadable: "))
    #expect(json.contains(#""end":"dead_lettered""#))
  }

  @Test func `Records of one line that no rule matches are told apart`() async throws {
    let configuration = """
      inputs: [{stdin: {}}]
      detect: [{elastic_rules: {rules: rule.toml}}]
      outputs: {all: {console: {}}}
      routes: [{to: [all]}]
      """
    let bench = try Workbench(["config.yaml": configuration, "rule.toml": Workbench.rule])
    let explainer = Explainer(try bench.parts(), clock: FixedClock(now: Workbench.now))
    let record = #"{"eventVersion":"1.09","eventSource":"a.amazonaws.com","eventName":"Other","eventID":"e"}"#
    let bytes = Array([String](repeating: record, count: 4).joined().utf8)
    let size = record.utf8.count
    let frames = [1, 1, 1, 2].enumerated().map { index, line in
      InputChunk.Frame(start: index * size, count: size, line: line, offset: Int64(index * size))
    }
    var headings: [String] = []
    var json = ""
    // As if the second chunk began within the first line.
    for part in [frames.prefix(2), frames.suffix(2)] {
      let chunk = InputChunk(bytes: bytes, frames: Array(part), source: "trail.json")
      for chapter in await explainer.explain(chunk) {
        let text = String(decoding: StoryText(ink: Ink(isOn: false)).lines(of: chapter), as: UTF8.self)
        headings.append(text.split(separator: ": ").first.map(String.init) ?? "")
        json += String(decoding: try StoryJSON.lines(of: chapter), as: UTF8.self)
      }
    }
    #expect(headings == ["trail.json:1, record 1", "trail.json:1, record 2", "trail.json:1, record 3", "trail.json:2"])
    #expect(
      json.split(separator: "\n").map { $0.firstMatch(of: /"record":(\d+)/).map { String($0.1) } } == [
        "1", "2", "3", nil,
      ])
  }

  @Test func `Terminal escapes in alerts are shown and not obeyed`() async throws {
    let text = try await explain(Workbench.alert("a1", action: #"\u001b[31m"#, user: "eve")).text
    #expect(!text.contains("\u{1B}"))
  }

  @Test func `The JSON names the end, the entry and what each output would send`() async throws {
    let json = try await explain(Workbench.alert("a1", action: "CreateTrail", user: "mira")).json
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(object?["end"] as? String == "suppressed")
    #expect((object?["suppression"] as? [String: Any])?["entry"] as? String == "mira works on trails")
    #expect((object?["outputs"] as? [[String: Any]])?.first?["name"] as? String == "held")
    #expect(object?["line"] as? Int == 1)
  }
}
