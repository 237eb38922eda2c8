internal import AlertModel
public import PluginKit

extension AllowlistEnricher: ChangeTelling {
  public func changes(since earlier: AllowlistEnricher) -> [String] {
    let before = earlier.list.contents
    let now = list.contents
    let removed = earlier.list.entries.filter { now[$0.name] == nil }.map { "entry '\($0.name)' removed" }
    return removed
      + list.entries.compactMap { entry in
        guard let old = before[entry.name] else { return "entry '\(entry.name)' added" }
        return old == now[entry.name] ? nil : "entry '\(entry.name)' changed"
      }
  }
}

extension Allowlist {
  /// By name: what each entry says.
  fileprivate var contents: [String: EntryContent] {
    var actors = [[String]](repeating: [], count: entries.count)
    for pattern in 0..<index.actors.count {
      for entry in index.owners[pattern] { actors[entry].append(index.actors.text(pattern)) }
    }
    let contents = zip(entries, actors).map { entry, actors in
      EntryContent(
        when: entry.condition?.condition.source, actors: Set(actors), reason: entry.reason, owner: entry.owner,
        expires: entry.expires, ceiling: entry.ceiling, acceptsSpoofable: entry.acceptsSpoofable, budget: entry.budget,
        watch: entry.ownWatch)
    }
    return Dictionary(zip(entries.map(\.name), contents)) { first, _ in first }
  }
}

private struct EntryContent: Equatable {
  let when: String?
  let actors: Set<String>
  let reason: String
  let owner: String
  let expires: CalendarDate
  let ceiling: Severity
  let acceptsSpoofable: Bool
  let budget: Budget?
  let watch: [Novelty]?
}
