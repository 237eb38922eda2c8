internal import AlertModel
internal import PluginKit

/// What is known of one allowlisted actor. Bounded.
struct KnownActor: Sendable {
  let name: String
  let first: Timestamp
  var last: Timestamp
  /// True where it may have been known and forgotten: it is not got to know in silence.
  var isDoubted = false

  /// The hour (since 1970) that is being counted, and how many there were in it.
  var hour: Int64
  var inHour = 0
  /// How many there usually are in an hour: a moving average over about ten hours in which there were some.
  var usual = 0.0

  /// What was seen of the actor, one thing a place; apart by what is looked at together, as every alert looks.
  private(set) var observations: [Newness.Observation] = []
  private var identities: [UInt64] = []
  /// When each was seen first.
  private(set) var firsts: [Timestamp] = []
  /// A bit for each place whose thing was seen again since the last look for something to forget.
  private var inUse: UInt128 = 0
  /// Where the next look for something to forget begins.
  private var hand = 0

  /// What is remembered at the most; of more, something is forgotten that was not seen again for a whole round.
  static let maximumSeen = UInt128.bitWidth

  static let hourLength: Int64 = 3_600_000_000_000

  init(name: String, first: Timestamp, last: Timestamp? = nil, hour: Int64? = nil) {
    self.name = name
    self.first = first
    self.last = last ?? first
    self.hour = hour ?? first.nanoseconds / Self.hourLength
  }

  /// Notes something that was seen. Returns when it was seen first.
  mutating func see(_ sample: Newness.Sample, at now: Timestamp) -> Timestamp {
    let identity = sample.identity
    if let place = identities.firstIndex(of: identity) {
      inUse |= 1 &<< place
      return firsts[place]
    }
    remember(sample.observation, identity, first: now)
    return now
  }

  /// Takes up what another run saw.
  mutating func remember(_ observation: Newness.Observation, first: Timestamp) {
    let identity = observation.identity
    guard !identities.contains(identity) else { return }
    remember(observation, identity, first: first)
  }

  private mutating func remember(_ observation: Newness.Observation, _ identity: UInt64, first: Timestamp) {
    guard identities.count == Self.maximumSeen else {
      observations.append(observation)
      identities.append(identity)
      firsts.append(first)
      return
    }
    let place = placeToForget()
    observations[place] = observation
    identities[place] = identity
    firsts[place] = first
  }

  /// Goes round; what was seen again since the round before stays (the clock of page replacement, Corbató 1968). It costs
  /// next to nothing where everything is new, and what is seen ever again is not pushed out by what is seen once.
  private mutating func placeToForget() -> Int {
    while true {
      let place = hand
      hand = (hand + 1) % Self.maximumSeen
      let bit: UInt128 = 1 &<< place
      guard inUse & bit != 0 else { return place }
      inUse &= ~bit
    }
  }

  /// Counts one alert.
  mutating func count(_ now: Timestamp) {
    let hour = now.nanoseconds / Self.hourLength
    if hour > self.hour {
      let weight = usual == 0 ? 1 : 0.1
      // An hour far above the usual must not become the new usual at once.
      let counted = usual == 0 ? Double(inHour) : min(Double(inHour), usual * 3 + 10)
      usual += (counted - usual) * weight
      self.hour = hour
      inHour = 0
    }
    inHour += 1
  }
}
