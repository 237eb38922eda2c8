internal import AlertModel
internal import KQL
public import PluginKit

extension AllowlistEnricher: Reviewing {
  public var reviewedEntries: [ReviewedEntry] {
    let groups = EntryGroups(list)
    return list.entries.enumerated().map { number, entry in
      let shadow = shadow(of: number, groups)
      return ReviewedEntry(
        name: entry.name, place: entry.place, owner: entry.owner, reason: entry.reason, expires: entry.expires,
        ceiling: entry.ceiling, shadowedBy: shadow.flatMap { $0.isWhole ? list.entries[$0.entry].name : nil })
    }
  }

  public func narrower(_ name: String, than use: EntryUse) -> [NarrowerEntry] {
    guard let number = list.entries.firstIndex(where: { $0.name == name }) else { return [] }
    var use = use
    // A value elsewhere may meet the same pattern, as part of the condition.
    let actorFields = Set(actorFields.names)
    use.matches = use.matches?.filter { actorFields.contains($0.field) }
    var byARN = use
    byARN.matches = use.matches.map(EntryProposal.preferringARNs)
    var proposals = [narrower(number, than: byARN)]
    if byARN != use { proposals.append(narrower(number, than: use)) }
    return proposals.compactMap { $0 }
  }

  private func narrower(_ number: Int, than use: EntryUse) -> NarrowerEntry? {
    let entry = list.entries[number]
    // Entries of the configuration itself come first, and there references are resolved.
    var proposal = EntryProposal(entry, escapesReferences: number < options.entries.elements.count)
    if entry.hasActors {
      let actors = (0..<list.index.actors.count).filter { list.index.owners[$0].contains(number) }.map(
        list.index.actors.text)
      guard proposal.narrow(actors: actors, to: use.matches) else { return nil }
    }
    proposal.narrow(to: use.values)
    proposal.narrow(ceiling: use.greatest)
    guard !proposal.changes.isEmpty else { return nil }
    var reader = AllowlistReader(options, context, actorFields)
    guard let narrower = try? reader.read([proposal.options]) else { return nil }
    let clock = context.clock
    return NarrowerEntry(yaml: proposal.yaml, changes: proposal.changes) { alert in
      if case .held = narrower.verdict(on: alert, now: { clock.now }) { true } else { false }
    }
  }
}
