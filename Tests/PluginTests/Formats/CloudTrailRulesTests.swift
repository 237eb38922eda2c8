import AlertModel
import Foundation
import KQL
import PluginKit
import Testing

/// Elastic's queries for AWS, over raw records, beside the lines that an independent evaluator found.
@Suite(
  "Queries over raw CloudTrail", .enabled(if: SharedMaterial.isThere, Comment(rawValue: SharedMaterial.missing)))
struct CloudTrailRulesTests {
  struct Case: Decodable {
    let rule: String
    let query: String
    let matched_lines: [Int]
  }

  @Test(
    "each query matches exactly the lines that it should",
    arguments: ["cloud_custodian_cwe", "otrf_ec2_proxy_s3_exfiltration", "panther", "streamalert_tests"])
  func matches(source: String) throws {
    let cases = try SharedMaterial.lines("conformance/cloudtrail/\(source).matches.jsonl").map {
      try JSONDecoder().decode(Case.self, from: Data($0.utf8))
    }
    let conditions = try cases.map { try Condition($0.query, vocabulary: Sample.formats.vocabulary) }
    var found: [[Int]] = Array(repeating: [], count: cases.count)
    for (line, record) in try SharedMaterial.lines("conformance/cloudtrail/\(source).ndjson").enumerated() {
      try Sample.forEach(in: record) { alert, _ in
        for (place, condition) in conditions.enumerated()
        where condition.matches(alert, now: Timestamp(seconds: 1_795_000_000)) {
          found[place].append(line + 1)
        }
      }
    }
    for (place, expected) in cases.enumerated() {
      #expect(found[place] == expected.matched_lines, "\(source), \(expected.rule): \(expected.query)")
    }
  }
}
