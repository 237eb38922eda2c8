import Testing

@testable import PluginKit

@Suite("Matching many patterns")
struct PatternIndexTests {
  private func matches(_ index: PatternIndex, _ value: String) -> Set<String> {
    var found: Set<String> = []
    Array(value.utf8).withUnsafeBytes { value in
      _ = index.forEachMatch(of: value) { number in
        found.insert(index.text(number))
        return false
      }
    }
    return found
  }

  @Test("finds exactly the patterns that a trial of each would find")
  func agreesWithTrials() {
    var generator = Seeded(state: 7)
    let pieces = ["a", "b", "ab", "role/", "arn:aws:iam::", "Admin", "dev-team", "*", "*", "1122", ":", "é"]
    func text(_ pieces: [String]) -> String {
      (0..<Int.random(in: 1...6, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }
    let patterns = (0..<400).map { _ in text(pieces) }
    let index = PatternIndex(patterns)
    for _ in 0..<2000 {
      let value = text(pieces.filter { $0 != "*" })
      #expect(matches(index, value) == Set(patterns.filter { Wildcard.matches($0, value) }), "value \(value)")
    }
  }

  @Test("patterns that differ only between two stars are told apart without trying all of them")
  func triesFewPatterns() {
    let patterns = (0..<20_000).map { "arn:aws:sts::*:assumed-role/Team-\($0)-Admin/*" }
    let index = PatternIndex(patterns)
    #expect(matches(index, "arn:aws:sts::111122223333:assumed-role/Team-12345-Admin/alice") == [patterns[12345]])
    #expect(matches(index, "arn:aws:sts::111122223333:assumed-role/Team-20000-Admin/alice").isEmpty)
  }

  @Test("asks about a pattern once, however often its text stands in the value")
  func asksOnce() {
    let patterns = (0..<100).map { "*terraform*build*\($0)" }
    let value = String(repeating: "terraform", count: 20_000)
    let start = ContinuousClock.now
    #expect(matches(PatternIndex(patterns), value).isEmpty)
    // Every place by every pattern would be minutes.
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test("stops when told to")
  func stops() {
    let index = PatternIndex(["a*", "*b", "ab"])
    var calls = 0
    Array("ab".utf8).withUnsafeBytes { value in
      #expect(
        index.forEachMatch(of: value) { _ in
          calls += 1; return true
        })
    }
    #expect(calls == 1)
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
