import PluginKit
import Testing

@testable import AllowlistEnricher

/// Random pairs of entries, and random alerts: what `check` says of them against what they do.
struct ShadowTrialTests {
  @Test("no alert is held back by an entry that is said to be without effect", arguments: 1...3)
  func neverMisleads(seed: UInt64) throws {
    var random = Trial(state: seed)
    let alerts = (0..<150).map { _ in random.alert() }
    var shadowed = 0
    for _ in 0..<400 {
      let entries = [random.entry("earlier"), random.entry("later")]
      // Some rest on too little.
      guard let bench = try? AllowlistBench(entries), bench.enricher.reviewedEntries[1].shadowedBy != nil else {
        continue
      }
      shadowed += 1
      for alert in alerts where try bench.outcome(alert) == "held by later" {
        Issue.record("\(entries.map(random.text)): \(alert)")
      }
    }
    #expect(shadowed > 3)
  }
}

/// Makes entries and alerts of few words, so that they often meet; the same for the same seed.
private struct Trial {
  var state: UInt64

  /// Sebastiano Vigna's SplitMix64.
  mutating func number(below count: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ mixed >> 31) % UInt64(count))
  }

  mutating func one<Value>(of values: [Value]) -> Value { values[number(below: values.count)] }

  private static let session = "arn:aws:sts::111122223333:assumed-role/x/deploy"
  private static let role = "arn:aws:iam::111122223333:role/x"
  private static let actors = [
    "a", "b", "a*", "*deploy", "*/x/*", session, role, "arn:aws:sts::111122223333:assumed-role/*",
    "arn:aws:sts::111122223333:assumed-role/*/deploy", "arn:aws:iam::111122223333:role/*",
  ]
  private static let questions = [
    "event.action: A", "event.action: (A or B)", "event.action: A*", "event.action: B", "user.name: a",
    "user.name: (a or b)", "user.name: a*", "source.ip: 10.1.2.3", "source.ip: \"10.1.0.0/16\"",
    "source.ip: \"10.0.0.0/8\"", "severity <= low", "user.*: a", "not user.name: b", "user:{name: a}", "source.ip: *",
  ]

  private mutating func condition(depth: Int) -> String {
    switch number(below: depth > 0 ? 4 : 1) {
    case 1: "(\(condition(depth: depth - 1)) or \(condition(depth: depth - 1)))"
    case 2, 3: "\(condition(depth: depth - 1)) and \(condition(depth: depth - 1))"
    default: one(of: Self.questions)
    }
  }

  mutating func entry(_ name: String) -> LocatedNode {
    var settings: [(String, LocatedNode)] = [("watch", [])]
    let kind = number(below: 3)
    if kind > 0 { settings.append(("when", LocatedNode(stringLiteral: condition(depth: 2)))) }
    if kind < 2 {
      let actors = (0..<(1 + number(below: 2))).map { _ in LocatedNode(stringLiteral: one(of: Self.actors)) }
      settings.append(("actors", LocatedNode(.sequence(actors), at: LocatedNode.nowhere)))
    }
    if number(below: 3) == 0 { settings.append(("accept_spoofable", "true")) }
    if number(below: 4) == 0 { settings.append(("ceiling", "low")) }
    return AllowlistBench.entry(name, settings: settings)
  }

  func text(_ entry: LocatedNode) -> String {
    (entry.entries ?? []).map { "\($0.key.text): \($0.value.scalar?.text.text ?? "\($0.value.elements ?? [])")" }
      .joined(separator: ", ")
  }

  private mutating func list(_ values: [String]) -> String {
    let chosen = (0..<(1 + number(below: 2))).map { _ in "\"\(one(of: values))\"" }
    return "[\(chosen.joined(separator: ","))]"
  }

  mutating func alert() -> String {
    """
    {"severity":"\(one(of: ["low", "medium"]))","event":{"action":\(list(["A", "B", "AB"]))},\
    "user":{"name":\(list(["a", "b", "ab", "c"])),"id":\(list(["a", "7"]))},\
    "source":{"ip":\(list(["10.1.2.3", "10.1.0.1", "10.2.0.1", "192.0.2.1"]))},\
    "aws":{"cloudtrail":{"user_identity":{"arn":\(list([Self.session, Self.role, Self.session + "2", "b"]))}}}}
    """
  }
}
