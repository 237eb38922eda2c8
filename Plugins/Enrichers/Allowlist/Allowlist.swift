internal import AlertModel
internal import KQL
internal import PluginKit

/// The entries of all files, and the question which of them holds for an alert. A value: it remembers nothing.
struct Allowlist: Sendable {
  let entries: BorrowingArray<Entry>
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
    self.entries = BorrowingArray(entries)
    self.never = never
    self.actorFields = actorFields
    index = EntryIndex(entries, patterns: patterns, owned: owned, vocabulary)
    restsOnSessionName = (0..<patterns.count).map { number in
      guard patterns.withKey(number, Wildcard.isPattern) else { return nil }
      return ActorPattern.restsOnSessionName(patterns.text(number))
    }
  }

  /// What the entries say about an alert.
  enum Verdict {
    case nothing
    /// Entries would hold, had they not expired.
    case expired([Int])
    case held(by: Int, MatchedActors)
  }

  /// The first entry that holds. Entries that have expired hold nothing.
  func verdict(on alert: borrowing Alert, now: () -> Timestamp) -> Verdict {
    let matched = matchedActors(of: alert)
    var moment: Timestamp?
    var expired: [Int] = []
    var holding: Int?
    index.forEachCandidate(for: alert, matched: matched) { number in
      // Nearly always there is no candidate, and nobody asks for the time.
      let now = moment ?? now()
      moment = now
      return entries.ask(number) { entry in
        guard holds(number, entry, alert, matched, now) else { return false }
        if now < entry.expires.end { holding = number } else { expired.append(number) }
        return holding != nil
      }
    }
    if let holding { return .held(by: holding, matched) }
    return expired.isEmpty ? .nothing : .expired(expired)
  }

  /// Whether everything about the entry holds but its expiry.
  private func holds(
    _ number: Int, _ entry: Entry, _ alert: borrowing Alert, _ matched: MatchedActors, _ now: Timestamp
  ) -> Bool {
    guard alert.undemotedSeverity <= entry.ceiling else { return false }
    if entry.hasActors {
      guard actorsHold(number, entry, alert.table, matched), !namesOthers(number, alert, matched) else { return false }
    } else if !restsOnEnough(entry, alert.table) {
      return false
    }
    guard let condition = entry.condition else { return true }
    return condition.condition.matches(alert, now: now) && !condition.namesOthers(alert, now: now)
  }

  /// Whether one of the entry's actors is met, and by more than what an attacker can choose, if that is all it rests on.
  func actorsHold(_ number: Int, _ entry: Entry, _ table: Int, _ matched: MatchedActors) -> Bool {
    let isEnough = restsOnEnough(entry, table)
    return matched.contains { match in
      (isEnough || !match.isSpoofable) && index.owners.has(number, in: match.pattern)
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
    if index.actors.count > 0 { match(alert, into: &matched) }
    return matched
  }

  private func match(_ alert: borrowing Alert, into matched: inout MatchedActors) {
    actorFields.forEachIdentity(of: alert) { identity in
      matched.look(at: identity)
      index.actors.forEachMatch(of: identity.text) { pattern in
        let isSpoofable = identity.isSpoofable || restsOnChosenPart(pattern, identity)
        matched.add(pattern, met: identity, isSpoofable: isSpoofable)
        return false
      }
      return false
    }
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
        index.actors.forEachMatch(of: text) { index.owners.has(number, in: $0) }
      }
  }

  /// Everything that the entry rests on: the actor, and each part of the condition.
  func record(
    of number: Int, _ alert: borrowing Alert, _ matched: MatchedActors, now: Timestamp
  ) -> Suppression.Matches {
    var matches = actorMatches(of: number, alert.table, matched)
    if let condition = entries.ask(number, \.condition) {
      for match in condition.matches(of: alert, now: now) { matches.append(match) }
    }
    return matches
  }

  /// The identities that meet the entry's actors.
  func actorMatches(of number: Int, _ table: Int, _ matched: MatchedActors) -> Suppression.Matches {
    var matches = Suppression.Matches()
    for match in matched where index.owners.has(number, in: match.pattern) {
      let field = actorFields.name(of: match.place, in: table)
      match.value.withText { value in
        index.actors.withPattern(match.pattern) { matches.append(field, value: value, pattern: $0) }
      }
    }
    return matches
  }

  /// What `ask` says, each thing once, of the name under which the actor is remembered, if there is one: its role where it
  /// is a session of one. Where the field that says who it is names several, of each.
  func reasons(
    toDeliver alert: borrowing Alert, _ matched: MatchedActors, _ ask: (UnsafeRawBufferPointer) -> [String]
  ) -> [String] {
    var reasons: [String] = []
    guard let place = matched.actorPlace ?? actorPlace(in: alert) else { return reasons }
    actorFields.forEachPrincipal(of: alert, in: place) { name in
      for reason in ask(name) where !reasons.contains(reason) { reasons.append(reason) }
    }
    return reasons
  }

  /// The field that says who the actor is, where no entry asks for actors and so nobody has looked.
  private func actorPlace(in alert: borrowing Alert) -> Int? {
    var matched = MatchedActors()
    actorFields.forEachIdentity(of: alert) { identity in
      matched.look(at: identity)
      return false
    }
    return matched.actorPlace
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
