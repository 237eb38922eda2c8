import AlertModel
import Foundation
import Testing

/// The documents that this began with: an Elastic detection rule, and seven searches (`RuleConformanceTests` has those).
@Suite("The rule that this began with", .enabled(if: TestFiles.shared != nil))
struct SeedTests {
  private static func text() throws -> String {
    try String(contentsOfFile: (TestFiles.shared ?? "") + "/seeds/000_5962449b032b8a5e.txt", encoding: .utf8)
  }

  /// The rule's TOML as published: every line of it has its number in front, of lines that went missing as well.
  private static func toml() throws -> String {
    var lines: [Substring] = []
    var number = 1
    for line in try text().split(separator: "\n", omittingEmptySubsequences: false) {
      let digits = line.prefix { $0.isNumber }
      guard let found = Int(digits), (number...number + 2).contains(found) else { continue }
      lines += Array(repeating: "", count: found - number)
      lines.append(line.dropFirst(digits.count))
      number = found + 1
    }
    return lines.joined(separator: "\n")
  }

  private struct Row: Decodable {
    let kind: String
    let matched_lines: [Int]
  }

  @Test("it runs as published, and so does ours with its id", arguments: RuleConformanceTests.sources)
  func runs(_ source: String) throws {
    let folder = (TestFiles.shared ?? "") + "/conformance/cloudtrail/" + source
    let rows = try String(contentsOfFile: folder + ".matches.jsonl", encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    let expected = try #require(rows.first { $0.kind == "seed" }).matched_lines
    let published = try RuleRunner(all: ["seed.toml": Self.toml()])
    let ours = try RuleRunner.shipped()
    var found: [Int] = []
    for (number, line) in try String(contentsOfFile: folder + ".ndjson", encoding: .utf8).split(separator: "\n")
      .enumerated()
    {
      let theirs = try published.detections(String(line))
      let same = try ours.detections(String(line)).filter { $0.ruleID == "594e0cbf-86cc-45aa-9ff7-ff27db27d3ed" }
      #expect(theirs.map(\.ruleID) == same.map(\.ruleID))
      #expect(theirs.map(\.severity) == same.map(\.severity))
      for (their, our) in zip(theirs, same) {
        for name in ["rule.name", "event.risk_score", "threat.technique.id", "threat.tactic.id"] {
          #expect(Self.json(their.fields, name) == Self.json(our.fields, name), "\(name)")
        }
      }
      if !theirs.isEmpty { found.append(number + 1) }
    }
    #expect(found == expected)
  }

  private static func json(_ fields: [AddedField], _ name: String) -> [UInt8]? {
    fields.first { $0.path.name == name }?.json
  }

  @Test("the rules that it names as related are among ours")
  func related() throws {
    let text = try Self.text()
    let start = try #require(text.range(of: "Related rules\n", options: .backwards)).upperBound
    let names = text[start...].split(separator: "\n").map { String($0.dropFirst(2)) }
    #expect(names.count == 5)
    let ours = Set(try RuleRunner.shipped().detector.ruleNames.map(Self.plain))
    for name in names { #expect(ours.contains(Self.plain(name)), "\(name)") }
  }

  /// Without spaces and the vendor's name, which not everybody writes alike.
  private static func plain(_ name: String) -> String {
    name.replacingOccurrences(of: "AWS ", with: "").replacingOccurrences(of: " ", with: "")
  }
}
