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
  private(set) var sightings: [Sighting] = []
  /// Where the next look for something to forget begins.
  private var hand = 0

  /// When something was seen.
  struct Sighting: Sendable {
    let first: Timestamp
    fileprivate(set) var last: Timestamp
    /// True where it was seen again since the last look for something to forget.
    fileprivate var isInUse = false
  }

  /// What is remembered at the most; of more, something is forgotten that was not seen again for a whole round.
  static let maximumSeen = 128

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
      sightings[place].last = now
      sightings[place].isInUse = true
      return sightings[place].first
    }
    remember(sample.observation, identity, first: now, last: now)
    return now
  }

  /// Takes up what another run saw.
  mutating func remember(_ observation: Newness.Observation, first: Timestamp, last: Timestamp) {
    let identity = observation.identity
    guard !identities.contains(identity) else { return }
    remember(observation, identity, first: first, last: last)
  }

  private mutating func remember(
    _ observation: Newness.Observation, _ identity: UInt64, first: Timestamp, last: Timestamp
  ) {
    guard identities.count == Self.maximumSeen else {
      observations.append(observation)
      identities.append(identity)
      sightings.append(Sighting(first: first, last: last))
      return
    }
    let place = placeToForget()
    observations[place] = observation
    identities[place] = identity
    sightings[place] = Sighting(first: first, last: last)
  }

  /// Goes round; what was seen again since the round before stays (the clock of page replacement, Corbató 1968). It costs
  /// next to nothing where everything is new, and what is seen ever again is not pushed out by what is seen once.
  private mutating func placeToForget() -> Int {
    while true {
      let place = hand
      hand = (hand + 1) % Self.maximumSeen
      guard sightings[place].isInUse else { return place }
      sightings[place].isInUse = false
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
