import AlertModel
import Formats
import Foundation
import KQL
import PluginKit
import Testing

/// Records that are not as AWS documents them: rules must still make the same of a record and of its ECS view.
@Suite("Rules over damaged CloudTrail records", .enabled(if: TestFiles.shared != nil))
struct RuleMutationTests {
  private struct Row: Decodable {
    let rule: String
    let kind: String
    let query: String
  }

  private static func lines(_ name: String) throws -> [String] {
    try String(contentsOfFile: (TestFiles.shared ?? "") + "/conformance/cloudtrail/" + name, encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  @Test(
    "a rule matches a damaged record where it matches the record's ECS view", arguments: RuleConformanceTests.sources)
  func agreesWithView(_ source: String) throws {
    let rows = try Self.lines("\(source).matches.jsonl").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }.filter { $0.kind != "seed" }
    let rules = try RuleRunner(
      all: Dictionary(uniqueKeysWithValues: rows.map { ($0.rule + ".toml", RuleText.query($0.query, id: $0.rule)) }))
    let cloudTrail = RuleRunner.fixtures.formats.place(of: "cloudtrail")
    var view = ECSView(RuleRunner.fixtures.formats)
    var damage = Damage(seed: 7)
    var matches = 0
    var compared = 0
    let rounds = Int(ProcessInfo.processInfo.environment["WEIR_MUTATIONS"] ?? "") ?? 1
    for line in try Self.lines("\(source).ndjson") {
      for _ in 0..<rounds {
        let damaged = try damage.applied(to: line)
        var views: [String] = []
        try RuleRunner.fixtures.forEachAlert(damaged) { alert in
          guard alert.table == cloudTrail else { return }
          var bytes: [UInt8] = []
          view.appendECS(of: alert, to: &bytes)
          views.append(String(decoding: bytes, as: UTF8.self))
        }
        guard views.count == 1 else { continue }
        let found = try rules.detections(damaged).map(\.ruleID).sorted()
        let expected = try rules.detections(views[0]).map(\.ruleID).sorted()
        compared += 1
        matches += found.count
        if found != expected {
          Issue.record("record: \(found)\nview:   \(expected)\n\(damaged)\n\(views[0])")
          return
        }
      }
    }
    print("\(source): \(compared) damaged records, \(matches) matches")
  }
}

/// Changes JSON documents at random, from a seed.
struct Damage {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64 (https://prng.di.unimi.it/splitmix64.c).
  private mutating func random(below count: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((value ^ value >> 31) % UInt64(count))
  }

  /// The document with one to three changes.
  mutating func applied(to line: String) throws -> String {
    var document = try JSONSerialization.jsonObject(with: Data(line.utf8))
    for _ in 0...random(below: 3) {
      var left = 1 + random(below: max(1, Self.count(document) - 1))
      document = changed(document, after: &left) ?? document
    }
    let data = try JSONSerialization.data(withJSONObject: document, options: [.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
  }

  /// How many values there are, the document itself among them.
  private static func count(_ value: Any) -> Int {
    switch value {
    case let object as [String: Any]: 1 + object.values.map(count).reduce(0, +)
    case let array as [Any]: 1 + array.map(count).reduce(0, +)
    default: 1
    }
  }

  /// The value with the one that is `left` further on changed; nil where that is deleted.
  private mutating func changed(_ value: Any, after left: inout Int) -> Any? {
    left -= 1
    if left == -1 { return replacement(for: value) }
    switch value {
    case let object as [String: Any]:
      var result: [String: Any] = [:]
      for key in object.keys.sorted() { result[key] = object[key].flatMap { changed($0, after: &left) } }
      return result
    case let array as [Any]:
      var result: [Any] = []
      for element in array { if let element = changed(element, after: &left) { result.append(element) } }
      return result
    default: return value
    }
  }

  private mutating func replacement(for value: Any) -> Any? {
    switch random(below: 12) {
    case 0: nil
    case 1: NSNull()
    case 2: ""
    case 3: [String: Any]()
    case 4: [Any]()
    case 5: 7
    case 6: true
    case 7: [value]
    case 8: [value, "other"]
    case 9: ["a": value]
    case 10: ["other", value, NSNull(), ""]
    default: "other"
    }
  }
}
