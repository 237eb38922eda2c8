import AlertModel
import Foundation
import KQL
import Testing

@Suite("Rules over other people's CloudTrail records", .enabled(if: TestFiles.shared != nil))
struct RuleConformanceTests {
  static let sources = ["cloud_custodian_cwe", "otrf_ec2_proxy_s3_exfiltration", "panther", "streamalert_tests"]

  private struct Row: Decodable {
    let rule: String
    let kind: String
    let query: String
    let matched_lines: [Int]
  }

  private static func lines(_ name: String) throws -> [String] {
    try String(contentsOfFile: (TestFiles.shared ?? "") + "/conformance/cloudtrail/" + name, encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  @Test("every rule matches the same records as in Elastic", arguments: sources, ["", ".ecs"])
  func matchesElastic(_ source: String, _ view: String) throws {
    let rows = try Self.lines("\(source).matches.jsonl").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }.filter { $0.kind != "seed" }
    #expect(rows.count == 139)
    let files = Dictionary(
      uniqueKeysWithValues: rows.map { ($0.rule + ".toml", RuleText.query($0.query, id: $0.rule)) })
    let rules = try RuleRunner(all: files)
    var found: [String: [Int]] = [:]
    for (number, line) in try Self.lines("\(source)\(view).ndjson").enumerated() {
      for detection in try rules.detections(line) { found[detection.ruleID, default: []].append(number + 1) }
    }
    for row in rows { #expect(found[row.rule, default: []] == row.matched_lines, "\(row.rule): \(row.query)") }
  }

  /// The seven searches as they were published, and the records that their twins without `_index` match.
  @Test("the published searches are taken as they are", arguments: sources)
  func takesSearches(_ source: String) throws {
    let text = try String(contentsOfFile: (TestFiles.shared ?? "") + "/seeds/004_c1f6fab16d5a7e4a.txt", encoding: .utf8)
    let lines = text.split(separator: "\n")
    let queries = lines.indices.filter { lines[$0].hasPrefix("KQL Query") }.map { String(lines[$0 + 1]) }
    #expect(queries.count == 7)
    let twins = try Self.lines("\(source).matches.jsonl").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }.filter { $0.kind == "seed" }.dropFirst()
    let index = [AddedField("_index", text: "cloudwatch-2026")]
    for (query, twin) in zip(queries, twins) {
      let condition = try Condition(query, vocabulary: RuleRunner.fixtures.vocabulary)
      var found: [Int] = []
      for (number, line) in try Self.lines("\(source).ndjson").enumerated() {
        try RuleRunner.fixtures.forEachAlert(line, adding: index) { alert in
          if condition.matches(alert, now: Timestamp(seconds: 0)) { found.append(number + 1) }
        }
      }
      #expect(found == twin.matched_lines, "\(query)")
    }
  }
}
