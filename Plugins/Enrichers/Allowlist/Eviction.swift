internal import AlertModel

/// Whom to forget where there is no room for more actors, and how long newcomers are in doubt after it.
///
/// Made-up names must not push out those that matter: they would begin their learning period anew, in which nothing is
/// told. So those go first with whom least is lost; among equals, those that were seen last longest ago.
struct Eviction {
  let identities: [UInt64]

  /// Until when whoever comes new may be one of them, in nanoseconds since 1970.
  let doubtUntil: Int64

  /// - Parameter count: how many must go.
  init(of count: Int, from actors: [UInt64: KnownActor], learning: Int64, now: Timestamp) {
    let sorted = actors.map { identity, actor in
      (identity: identity, standing: Standing(of: actor, learning: learning, now: now), last: actor.last)
    }.sorted { ($0.standing.rawValue, $0.last) < ($1.standing.rawValue, $1.last) }
    identities = sorted.prefix(count).map(\.identity)
    doubtUntil =
      sorted.prefix(count).lazy
      .map { Self.doubt(after: $0.standing, last: $0.last, learning: learning, now: now) }.max() ?? .min
  }

  /// Until when newcomers are in doubt after one like that was forgotten: for good where it was seen on more than a day;
  /// for a learning period where it passed by within one.
  static func doubt(after standing: Standing, last: Timestamp, learning: Int64, now: Timestamp) -> Int64 {
    if standing > .passing { return .max }
    return now.nanoseconds < last.nanoseconds + learning ? now.nanoseconds + learning : .min
  }

  /// How much is lost with an actor; the least first.
  enum Standing: Int, CaseIterable, Comparable {
    /// Seen within a day only.
    case passing
    /// Seen for longer, and still got to know.
    case learning
    case known

    init(of actor: KnownActor, learning: Int64, now: Timestamp) {
      let day: Int64 = 86_400_000_000_000
      if actor.last.nanoseconds - actor.first.nanoseconds < min(day, learning) {
        self = .passing
      } else {
        self = now.nanoseconds < actor.first.nanoseconds + learning ? .learning : .known
      }
    }

    static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }
  }
}
