internal import AlertModel

/// The actors' patterns that an alert meets, gathered in one walk over its identities.
struct MatchedActors: Equatable {
  /// A pattern and the identity that meets it.
  struct Match: Equatable {
    let pattern: Int
    /// Which of the format's fields the identity stands in.
    let place: Int
    /// The value as the alert has it.
    let value: String
    /// True where only what an attacker can choose meets the pattern.
    fileprivate(set) var isSpoofable: Bool
  }

  private static let most = 500

  /// What is met: each pattern once for a value, in the order of the fields.
  private(set) var all: [Match] = []

  /// True where a field names several.
  private(set) var namesSeveral = false

  mutating func look(at identity: ActorFields.Identity) {
    if identity.isFurther { namesSeveral = true }
  }

  /// A value meets a pattern by more than what can be chosen as soon as one form of it does.
  mutating func add(_ pattern: Int, met identity: ActorFields.Identity, isSpoofable: Bool) {
    // Whoever names more is not held back for them; the time is not to grow with the square of their number.
    guard all.count < Self.most else { return }
    let known = all.firstIndex { match in
      match.pattern == pattern && match.place == identity.place && match.value.utf8.elementsEqual(identity.value)
    }
    if let known {
      all[known].isSpoofable = all[known].isSpoofable && isSpoofable
    } else {
      let value = String(decoding: identity.value, as: UTF8.self)
      all.append(Match(pattern: pattern, place: identity.place, value: value, isSpoofable: isSpoofable))
    }
  }
}
