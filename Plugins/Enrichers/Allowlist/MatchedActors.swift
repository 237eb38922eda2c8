internal import AlertModel

/// The actors' patterns that an alert meets, gathered in one walk over its identities: each pattern once for a value, in the
/// order of the fields. It borrows from the alert.
struct MatchedActors {
  /// A pattern and the identity that meets it.
  struct Match {
    let pattern: Int
    /// Which of the format's fields the identity stands in.
    let place: Int
    /// The value as the alert has it.
    let value: FieldValue
    /// True where only what an attacker can choose meets the pattern.
    fileprivate(set) var isSpoofable: Bool
  }

  private static let most = 500

  /// Mostly there is one at the most, which needs no memory.
  private(set) var first: Match?
  private var others: [Match] = []

  /// True where a field names several.
  private(set) var namesSeveral = false

  /// The first field that names somebody, and the first of those that whoever acts can choose; below 0 where there is none.
  private var firstFirm = -1
  private var firstSpoofable = -1

  /// The field that says who the actor is; nil where none does. Under a name of its choosing an attacker would be somebody
  /// new each time, so that comes last.
  var actorPlace: Int? {
    let place = firstFirm >= 0 ? firstFirm : firstSpoofable
    return place >= 0 ? place : nil
  }

  @inline(__always)
  mutating func look(at identity: ActorFields.Identity) {
    if identity.isFurther { namesSeveral = true }
    if identity.isSpoofable {
      if firstSpoofable < 0 { firstSpoofable = identity.place }
    } else if firstFirm < 0 {
      firstFirm = identity.place
    }
  }

  /// A value meets a pattern by more than what can be chosen as soon as one form of it does.
  mutating func add(_ pattern: Int, met identity: ActorFields.Identity, isSpoofable: Bool) {
    // Whoever names more is not held back for them; the time is not to grow with the square of their number.
    guard count < Self.most else { return }
    func isKnown(_ match: Match) -> Bool {
      match.pattern == pattern && match.place == identity.place
        && identity.value.withText { match.value.equals($0) }
    }
    let match = Match(pattern: pattern, place: identity.place, value: identity.value, isSpoofable: isSpoofable)
    guard let first else {
      self.first = match
      return
    }
    if isKnown(first) {
      self.first?.isSpoofable = first.isSpoofable && isSpoofable
    } else if let known = others.firstIndex(where: isKnown) {
      others[known].isSpoofable = others[known].isSpoofable && isSpoofable
    } else {
      others.append(match)
    }
  }
}

extension MatchedActors: RandomAccessCollection {
  var startIndex: Int { 0 }
  var endIndex: Int { first == nil ? 0 : 1 + others.count }

  subscript(place: Int) -> Match {
    guard place == 0, let first else { return others[place - 1] }
    return first
  }
}
