internal import AlertModel

/// Keeps an output from knocking at a closed door: after some deliveries in a row that failed as a whole it waits, then
/// lets one alert through, and goes on only when that was accepted.
struct Breaker: Sendable {
  let threshold: Int
  private(set) var failures = 0
  private(set) var waitsUntil: Timestamp?
  /// Until when the destination asked to be left alone.
  private var askedUntil: Timestamp?
  /// Why it last failed; nil while all is well.
  private(set) var reason: String?
  private(set) var failingSince: Timestamp?

  init(threshold: Int) { self.threshold = threshold }

  enum Permission: Equatable {
    case all
    /// One alert, alone.
    case probe
    case wait(until: Timestamp)
  }

  func permission(_ now: Timestamp) -> Permission {
    if let waitsUntil, now < waitsUntil { return .wait(until: waitsUntil) }
    return failures >= threshold ? .probe : .all
  }

  var isOpen: Bool { failures >= threshold }

  /// A delivery failed as a whole.
  mutating func fail(_ reason: String, now: Timestamp) {
    failures += 1
    self.reason = reason
    failingSince = failingSince ?? now
  }

  /// Opens it at once, whatever was before.
  mutating func open() { failures = max(failures, threshold) }

  /// Nothing is sent before that.
  mutating func pause(until time: Timestamp) { waitsUntil = max(waitsUntil ?? time, time) }

  /// The destination asked to be left alone until then.
  mutating func obey(until time: Timestamp) {
    askedUntil = max(askedUntil ?? time, time)
    pause(until: time)
  }

  /// Something was accepted, or refused for what it was.
  mutating func succeed() {
    failures = 0
    reason = nil
    failingSince = nil
  }

  /// The clock was set back by so much.
  mutating func setBack(_ duration: Duration) {
    waitsUntil = waitsUntil.map { $0 - duration }
    askedUntil = askedUntil.map { $0 - duration }
    failingSince = failingSince.map { $0 - duration }
  }

  /// Somebody asked for another try now: what the destination asked for still holds.
  mutating func forget() { waitsUntil = askedUntil }
}
