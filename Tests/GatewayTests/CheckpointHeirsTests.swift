import PluginKit
import Testing

@testable import Gateway

@Suite struct CheckpointHeirsTests {
  /// Checkpoints by key; an empty value where one is forgotten.
  private func changes(_ stored: [String: String], arriving: [String], among all: [String]) -> [String: String] {
    let stored = stored.sorted { $0.key < $1.key }.map { InputCheckpoint(key: $0.key, value: Array($0.value.utf8)) }
    let changes = CheckpointHeirs(arriving: arriving, among: all).changes(to: stored)
    return Dictionary(uniqueKeysWithValues: changes.map { ($0.key, String(decoding: $0.value, as: UTF8.self)) })
  }

  @Test func `an identity is the same wherever an input stands, and no two have the same`() {
    var taken: Set<String> = []
    let first = InputIdentity.unique(kind: "file", sources: ["/b/*", "/a,#1"], among: &taken)
    #expect(first == "file:%2Fa%2C%231,%2Fb%2F*")
    #expect(InputIdentity.unique(kind: "file", sources: ["/a,#1", "/b/*"], among: &taken) == first + "#2")
    #expect(InputIdentity.unique(kind: "stdin", sources: [], among: &taken) == "stdin")
    #expect(InputIdentity(first + "#2").sources == ["%2Fa%2C%231", "%2Fb%2F*"])
    #expect(InputIdentity(first).kind == "file")
    #expect(InputIdentity("file_2").kind == "file")
    #expect(InputIdentity("k8s_audit").kind == "k8s_audit")
  }

  @Test func `what was kept by position moves to all inputs of its kind`() {
    let now = ["file:a", "file:b"]
    #expect(
      changes(["file/1": "x", "file_2/1": "y", "http/1": "z"], arriving: now, among: now)
        == [
          "file:a/1": "x", "file:a/1+": "y", "file:b/1": "x", "file:b/1+": "y", "file/1": "", "file_2/1": "",
        ])
  }

  @Test func `one that reads a path of one that is gone takes over from it`() {
    #expect(
      changes(["file:a/1": "x", "file:b/1": "y"], arriving: ["file:a,c"], among: ["file:a,c", "file:b"])
        == ["file:a,c/1": "x", "file:a/1": ""])
  }

  @Test func `one that reads something else gets a copy, and the other keeps its own`() {
    #expect(changes(["file:a/1": "x"], arriving: ["file:b"], among: ["file:b"]) == ["file:b/1": "x"])
  }

  @Test(arguments: [["file:a"], ["file:a", "file:b"]])
  func `who has checkpoints of its own inherits nothing, and nobody from one that is configured`(all: [String]) {
    #expect(changes(["file:a/1": "x", "file:c/1": "y"], arriving: ["file:a"], among: all) == [:])
    #expect(changes(["file:a/1": "x"], arriving: ["file:b"], among: ["file:a", "file:b"]) == [:])
  }
}
