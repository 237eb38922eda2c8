public import PluginKit

extension AllowlistEnricher: ChangeTelling {
  public func changes(since earlier: AllowlistEnricher) -> [String] {
    let before = Dictionary(earlier.list.entries.map { ($0.name, $0.fingerprint) }) { first, _ in first }
    let now = Set(list.entries.map(\.name))
    let removed = earlier.list.entries.filter { !now.contains($0.name) }.map { "entry '\($0.name)' removed" }
    return removed
      + list.entries.compactMap { entry in
        guard let old = before[entry.name] else { return "entry '\(entry.name)' added" }
        return old == entry.fingerprint ? nil : "entry '\(entry.name)' changed"
      }
  }
}
