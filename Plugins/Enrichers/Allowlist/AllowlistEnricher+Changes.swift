public import PluginKit

extension AllowlistEnricher: ChangeTelling {
  public func changes(since earlier: AllowlistEnricher) -> [String] {
    let before = earlier.list.contents
    let now = list.contents
    let removed = earlier.list.entries.filter { now[$0.name] == nil }.map { "entry '\($0.name)' removed" }
    return removed
      + list.entries.compactMap { entry in
        guard let old = before[entry.name] else { return "entry '\(entry.name)' added" }
        let isSame = entry.saysTheSame(as: old.entry) && now[entry.name]?.actors == old.actors
        return isSame ? nil : "entry '\(entry.name)' changed"
      }
  }
}

extension Allowlist {
  /// By name: each entry, and its actors.
  fileprivate var contents: [String: (entry: Entry, actors: Set<String>)] {
    var actors = [Set<String>](repeating: [], count: entries.count)
    for pattern in 0..<index.actors.count {
      for entry in index.owners[pattern] { actors[entry].insert(index.actors.text(pattern)) }
    }
    let contents = zip(entries, actors).map { entry, actors in (entry.name, (entry: entry, actors: actors)) }
    return Dictionary(contents) { first, _ in first }
  }
}

extension Entry {
  /// Whether both were written alike, apart from their actors.
  fileprivate func saysTheSame(as other: Entry) -> Bool {
    condition?.condition.source == other.condition?.condition.source && reason == other.reason
      && owner == other.owner && expires == other.expires && ceiling == other.ceiling
      && acceptsSpoofable == other.acceptsSpoofable && budget == other.budget && ownWatch == other.ownWatch
  }
}
