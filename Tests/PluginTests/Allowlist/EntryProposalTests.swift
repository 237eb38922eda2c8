import PluginKit
import Testing

@testable import AllowlistEnricher

@Suite("Narrower entries")
struct EntryProposalTests {
  private static let entry = AllowlistBench.entry(
    "e", ("actors", ["svc-*"]), ("when", "svc-*"), ("reason", "costs ${HOME} or $${HOME}"))

  private func proposal(_ bench: AllowlistBench, _ matches: Set<Suppression.Match>) throws -> NarrowerEntry {
    let use = EntryUse(matches: matches, values: [:], greatest: .medium)
    return try #require(bench.enricher.narrower("e", than: use).first)
  }

  @Test("are written so that they can be put where the entry stands: references are resolved only in the configuration")
  func escapesReferences() throws {
    let matches: Set = [Suppression.Match(field: "user.name", value: "svc-a", pattern: "svc-*")]
    let own = try proposal(AllowlistBench([Self.entry]), matches).yaml
    #expect(own.contains(#"  reason: "costs $${HOME} or $$${HOME}""#), "\(own)")
    let list = LocatedNode(.sequence([Self.entry]), at: LocatedNode.nowhere)
    let other = try AllowlistBench(settings: [("file", "a.yaml")], trees: ["a.yaml": list])
    let listed = try proposal(other, matches).yaml
    #expect(listed.contains(#"  reason: "costs ${HOME} or $${HOME}""#), "\(listed)")
  }

  @Test("name no actor that met the condition elsewhere")
  func leavesOthersOut() throws {
    let proposal = try proposal(
      AllowlistBench([Self.entry]),
      [
        Suppression.Match(field: "user.name", value: "svc-a", pattern: "svc-*"),
        Suppression.Match(field: "rule.name", value: "svc-wide", pattern: "svc-*"),
      ])
    #expect(proposal.changes == ["'svc-*' has only ever meant svc-a"])
  }
}
