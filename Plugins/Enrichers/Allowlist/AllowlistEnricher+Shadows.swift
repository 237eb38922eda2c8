internal import KQL

extension AllowlistEnricher {
  /// An earlier entry that makes another superfluous.
  struct Shadow {
    let entry: Int
    /// False where the other one counts an actor that an attacker can choose, and the earlier one does not.
    let isWhole: Bool
  }

  /// An earlier entry that holds whenever this one does; where there is none, one that does for actors whom nobody can
  /// choose. What it watches does not matter: the first entry that is met decides, also to deliver.
  func shadow(of number: Int, _ groups: EntryGroups) -> Shadow? {
    let shadows = shadows(of: number, groups)
    if let whole = shadows.first(where: { isAsTrusting($0, as: number) }) { return Shadow(entry: whole, isWhole: true) }
    return shadows.first.map { Shadow(entry: $0, isWhole: false) }
  }

  /// Whether the earlier entry, which is met whenever the other one is, also rests on enough whenever that one does.
  private func isAsTrusting(_ earlier: Int, as number: Int) -> Bool {
    let (earlier, entry) = (list.entries[earlier], list.entries[number])
    return entry.restsOnCondition.indices.allSatisfy { table in
      // Without actors an entry rests on its condition alone.
      list.restsOnEnough(earlier, table)
        || !list.restsOnEnough(entry, table) && (earlier.hasActors || !entry.hasActors)
    }
  }

  /// The earlier entries that hold whenever this one does; those with actors perhaps only for such as nobody can choose.
  private func shadows(of number: Int, _ groups: EntryGroups) -> [Int] {
    let entry = list.entries[number]
    func covers(_ other: Int) -> Bool {
      let earlier = list.entries[other]
      return other < number && earlier.ceiling >= entry.ceiling && earlier.expires.end >= entry.expires.end
        && earlier.budget == nil
    }
    // An entry that asks for nobody in particular holds whoever it was.
    let general = groups.entries(like: number, pattern: nil, where: { covers($0) && isAsTrusting($0, as: number) })
    guard entry.hasActors else { return general }
    var shadows: Set<Int>?
    for pattern in groups.patterns[number] {
      // A pattern that matches another's text matches all that the other matches: a star is met only by a star.
      var covering: Set<Int> = []
      Array(list.index.actors.text(pattern).utf8).withUnsafeBytes { text in
        _ = list.index.actors.forEachMatch(of: text) { matching in
          let isAsFirm = list.isAsFirm(matching, as: pattern)
          covering.formUnion(
            groups.entries(like: number, pattern: matching) { other in
              covers(other) && (isAsFirm || restsOnConditionEverywhere(other))
            })
          return false
        }
      }
      shadows = shadows.map { $0.intersection(covering) } ?? covering
      if shadows?.isEmpty == true { break }
    }
    return (general + (shadows ?? [])).sorted()
  }

  /// Whether it does not matter to the entry by what its actors are met.
  private func restsOnConditionEverywhere(_ number: Int) -> Bool {
    let entry = list.entries[number]
    return entry.restsOnCondition.indices.allSatisfy { list.restsOnEnough(entry, $0) }
  }
}

extension Allowlist {
  /// Whether the first pattern, which matches all that the second one does, is met by more than a session's name whenever
  /// that one is: of `*deploy` and `arn:aws:sts::111122223333:assumed-role/A/deploy` it is not. False where that cannot be
  /// told.
  func isAsFirm(_ wider: Int, as pattern: Int) -> Bool {
    // Without a wildcard both are the same.
    guard wider != pattern, restsOnSessionName[wider] != nil else { return true }
    if !ActorPattern.canBeSession(index.actors.text(pattern)) { return true }
    // What ends in its only wildcard is met by how a session's ARN or id begins, whoever opened it.
    let text = index.actors.text(wider)
    return restsOnSessionName[wider] == false && text.utf8.firstIndex(of: UInt8(ascii: "*")) == text.utf8.indices.last
      && text.contains { $0 == ":" || $0 == "/" }
  }
}
