internal import AlertModel

/// How much is lost with an actor that is forgotten; the least first.
///
/// Made-up names must not push out those that matter, so it says who goes first where there is no room.
enum Standing: Int, CaseIterable, Comparable {
  /// Seen within a day only.
  case passing
  /// Seen for longer, and still got to know.
  case learning
  case known

  /// - Parameter learning: the learning period in nanoseconds.
  init(of actor: KnownActor, learning: Int64, now: Timestamp) {
    let day: Int64 = 86_400_000_000_000
    if actor.last < actor.first.advanced(byNanoseconds: min(day, learning)) {
      self = .passing
    } else {
      self = now < actor.first.advanced(byNanoseconds: learning) ? .learning : .known
    }
  }

  static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }
}
