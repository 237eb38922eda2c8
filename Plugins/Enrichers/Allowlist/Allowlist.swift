internal import AlertModel
internal import KQL
internal import PluginKit

/// The entries of all files, and the question which of them holds for an alert. A value: it remembers nothing.
struct Allowlist: Sendable {
  let entries: [Entry]
  let index: EntryIndex
  let actorFields: ActorFields
  /// What no entry may hold back: said in the configuration, and shipped.
  let never: (configured: [MatchedCondition], shipped: [MatchedCondition])

  /// By number of a pattern: whether it rests on a session's name alone; nil where it has no wildcard, so that it names a
  /// session whole.
  let restsOnSessionName: [Bool?]

  init(
    _ entries: [Entry], patterns: KeyIndex, owned: [(pattern: Int, entry: Int)],
    never: (configured: [MatchedCondition], shipped: [MatchedCondition]),
    _ actorFields: ActorFields, _ vocabulary: Vocabulary
  ) {
    self.entries = entries
    self.never = never
    self.actorFields = actorFields
    index = EntryIndex(entries, patterns: patterns, owned: owned, vocabulary)
    restsOnSessionName = (0..<patterns.count).map { number in
      guard patterns.withKey(number, Wildcard.isPattern) else { return nil }
      return ActorPattern.restsOnSessionName(patterns.text(number))
    }
  }

  /// What the entries say about an alert.
  enum Verdict: Equatable {
    case nothing
    /// Entries would hold, had they not expired.
    case expired([Int])
    case held(by: Int, MatchedActors)
  }

  /// The first entry that holds. Entries that have expired hold nothing.
  func verdict(on alert: borrowing Alert, now: () -> Timestamp) -> Verdict {
    let matched = matchedActors(of: alert)
    let candidates = index.candidates(for: alert, matched: matched.all)
    guard !candidates.isEmpty else { return .nothing }
    let now = now()
    var expired: [Int] = []
    for number in candidates where holds(number, alert, matched, now) {
      if now < entries[number].expires.end { return .held(by: number, matched) }
      expired.append(number)
    }
    return expired.isEmpty ? .nothing : .expired(expired)
  }

  /// Whether everything about the entry holds but its expiry.
  private func holds(_ number: Int, _ alert: borrowing Alert, _ matched: MatchedActors, _ now: Timestamp) -> Bool {
    let entry = entries[number]
    guard alert.undemotedSeverity <= entry.ceiling else { return false }
    if entry.hasActors {
      guard actorsHold(number, alert.table, matched), !namesOthers(number, alert, matched) else { return false }
    } else if !restsOnEnough(entry, alert.table) {
      return false
    }
    guard let condition = entry.condition else { return true }
    return condition.condition.matches(alert, now: now) && !condition.namesOthers(alert, now: now)
  }

  /// Whether one of the entry's actors is met, and by more than what an attacker can choose, if that is all it rests on.
  func actorsHold(_ number: Int, _ table: Int, _ matched: MatchedActors) -> Bool {
    let isEnough = restsOnEnough(entries[number], table)
    return matched.all.contains { match in
      (isEnough || !match.isSpoofable) && index.owners[match.pattern].contains(number)
    }
  }

  /// Whether the entry's condition alone rests on more than what an attacker can choose in that format's alerts, or need
  /// not.
  func restsOnEnough(_ entry: Entry, _ table: Int) -> Bool {
    entry.acceptsSpoofable || (entry.restsOnCondition.indices.contains(table) && entry.restsOnCondition[table])
  }

  /// What the alert's identities meet.
  func matchedActors(of alert: borrowing Alert) -> MatchedActors {
    var matched = MatchedActors()
    guard index.actors.count > 0 else { return matched }
    actorFields.forEachIdentity(of: alert) { identity in
      matched.look(at: identity)
      index.actors.forEachMatch(of: identity.text) { pattern in
        let isSpoofable = identity.isSpoofable || restsOnChosenPart(pattern, identity)
        matched.add(pattern, met: identity, isSpoofable: isSpoofable)
        return false
      }
      return false
    }
    return matched
  }

  /// Whether the pattern is met by what whoever opened the session chose, whatever stands before that.
  private func restsOnChosenPart(_ pattern: Int, _ identity: ActorFields.Identity) -> Bool {
    guard identity.chosenFrom < identity.text.count, let restsOnName = restsOnSessionName[pattern] else { return false }
    return restsOnName
      || index.actors.matches(pattern, UnsafeRawBufferPointer(rebasing: identity.text[identity.chosenFrom...]))
      || meetsAnyRole(pattern, identity)
  }

  /// Whether a session with that name meets the pattern whatever its role is, or because a wildcard goes beyond the role,
  /// and one with another name does not.
  private func meetsAnyRole(_ pattern: Int, _ identity: ActorFields.Identity) -> Bool {
    let slash = UInt8(ascii: "/")
    let name = identity.chosenFrom
    guard name > 1, identity.text[name - 1] == slash,
      let beforeRole = identity.text[..<(name - 1)].lastIndex(of: slash)
    else { return false }
    func isMet(without part: Range<Int>) -> Bool {
      // No name has a NUL.
      let other = identity.text[..<part.lowerBound] + [0] + identity.text[part.upperBound...]
      return Array(other).withUnsafeBytes { index.actors.matches(pattern, $0) }
    }
    return (isMet(without: (beforeRole + 1)..<(name - 1)) || isMet(without: (name - 1)..<name))
      && !isMet(without: name..<identity.text.count)
  }

  /// Whether the alert names people besides those that the entry is about: a field that says who did it has several
  /// values, and one of them meets none of the entry's actors.
  func namesOthers(_ number: Int, _ alert: borrowing Alert, _ matched: MatchedActors) -> Bool {
    matched.namesSeveral
      && actorFields.namesSeveral(in: alert) { text in
        index.actors.forEachMatch(of: text) { index.owners[$0].contains(number) }
      }
  }

  /// Everything that the entry rests on: the actor, and each part of the condition.
  func record(
    of number: Int, _ alert: borrowing Alert, _ matched: MatchedActors, now: Timestamp
  ) -> [Suppression.Match] {
    let actors = actorMatches(of: number, alert.table, matched)
    guard let condition = entries[number].condition else { return actors }
    return actors + condition.matches(of: alert, now: now)
  }

  /// The identities that meet the entry's actors.
  func actorMatches(of number: Int, _ table: Int, _ matched: MatchedActors) -> [Suppression.Match] {
    matched.all.compactMap { match in
      guard index.owners[match.pattern].contains(number) else { return nil }
      return Suppression.Match(
        field: actorFields.name(of: match.place, in: table), value: match.value,
        pattern: index.actors.text(match.pattern))
    }
  }

  /// What `ask` says, each thing once, of the name under which the actor is remembered, if there is one: its role where it
  /// is a session of one. Where the first field that names somebody names several, of each.
  func reasons(toDeliver alert: borrowing Alert, _ ask: (UnsafeRawBufferPointer) -> [String]) -> [String] {
    var reasons: [String] = []
    // Under a name of its choosing an attacker would be somebody new each time, so that comes last.
    for accepted in [false, true] {
      var found: Int?
      actorFields.forEachIdentity(of: alert) { identity in
        // Behind a session comes its role.
        guard !identity.isSession, identity.isSpoofable == accepted else { return false }
        guard found == nil || found == identity.place else { return true }
        found = identity.place
        for reason in ask(identity.text) where !reasons.contains(reason) { reasons.append(reason) }
        return false
      }
      if found != nil { break }
    }
    return reasons
  }

  /// The first condition that forbids the entry to hold the alert back. An entry whose owner raised its ceiling to
  /// `critical` has said that it means even the gravest, so only what the configuration itself forbids binds it.
  func forbidding(_ alert: borrowing Alert, to entry: Entry, now: Timestamp) -> MatchedCondition? {
    for condition in never.configured where condition.condition.matches(alert, now: now) { return condition }
    guard entry.ceiling < .critical else { return nil }
    for condition in never.shipped where condition.condition.matches(alert, now: now) { return condition }
    return nil
  }
}
