internal import PluginKit

/// ATT&CK's techniques by id and by name.
struct Techniques: Sendable {
  struct Technique: Sendable {
    let id: String
    let name: String
    let tactics: [Tactic]
    let isRevoked: Bool

    /// `https://attack.mitre.org/techniques/T1098/001/`.
    var reference: String { "https://attack.mitre.org/techniques/\(id.replacing(".", with: "/"))/" }
  }

  let all: [Technique]
  private let ids: KeyIndex
  /// Names in small letters that only one technique in use has.
  private let names: [String: Int]

  init() {
    all = TechniqueData.table.split(separator: "\n").map { line in
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      return Technique(
        id: String(parts[0]), name: parts.count > 1 ? String(parts[1]) : "",
        tactics: parts.count > 2 ? parts[2].split(separator: ",").compactMap { Tactic(rawValue: String($0)) } : [],
        isRevoked: parts.count > 3)
    }
    var ids = KeyIndex(capacity: all.count)
    var names: [String: Int] = [:]
    var isAmbiguous: Set<String> = []
    for (number, technique) in all.enumerated() {
      ids.insert(technique.id)
      guard !technique.isRevoked else { continue }
      if names.updateValue(number, forKey: technique.name.lowercased()) != nil {
        isAmbiguous.insert(technique.name.lowercased())
      }
    }
    self.ids = ids
    self.names = names.filter { !isAmbiguous.contains($0.key) }
  }

  /// The technique of that id: `T1098`, `T1098.001`.
  func technique(id: String) -> Technique? { ids.number(of: id).map { all[$0] } }

  /// The technique of that name, in whatever letters, where only one has it.
  func technique(name: String) -> Technique? { names[name.lowercased()].map { all[$0] } }
}
