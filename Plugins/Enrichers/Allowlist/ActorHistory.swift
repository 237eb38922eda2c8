internal import AlertModel
internal import Synchronization

/// What is known of allowlisted actors: where they come from, with what, and how often. Bounded.
///
/// An actor is got to know for the learning period from its first alert. What is new after that is told each time, until
/// it has been told for another learning period; then it is known.
final class ActorHistory: Sendable {
  private typealias Observation = Newness.Observation

  struct Actor: Sendable {
    var first: Timestamp
    var last: Timestamp
    /// When each thing was seen first and last.
    var seen: [Newness.Observation: (first: Timestamp, last: Timestamp)] = [:]
    /// The hour (since 1970) that is being counted, and how many there were in it.
    var hour: Int64
    var inHour = 0
    /// How many there usually are in an hour: a moving average over about ten hours in which there were some.
    var usual = 0.0
  }

  private let shards: [Shard]
  private let learning: Int64
  private let capacity: Int
  private let unusualRate: Int

  /// What is remembered of one actor at the most; of more, what was seen last longest ago is forgotten.
  private static let maximumSeen = 128
  /// So many alerts an hour are never unusual.
  private static let alwaysAllowed = 50
  private static let hourLength: Int64 = 3_600_000_000_000

  private final class Shard: Sendable {
    let actors = Mutex<[String: Actor]>([:])
  }

  init(learning: Duration, capacity: Int, unusualRate: Int) {
    let (seconds, attoseconds) = learning.components
    self.learning = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    let count = capacity >= 1024 ? 16 : 1
    self.capacity = max(1, capacity / count)
    self.unusualRate = unusualRate
    shards = (0..<count).map { _ in Shard() }
  }

  /// Notes an alert of the actor.
  ///
  /// - Returns: what is new, in words; empty where nothing is, or where the actor is still being got to know.
  func observe(
    _ name: String, _ observations: [Newness.Observation], watchesRate: Bool, now: Timestamp
  ) -> [String] {
    shard(of: name).actors.withLock { actors in
      if actors[name] == nil {
        if actors.count >= capacity { Self.forgetOldest(&actors) }
        actors[name] = Actor(first: now, last: now, hour: now.nanoseconds / Self.hourLength)
      }
      return update(&actors[name, default: Actor(first: now, last: now, hour: 0)], observations, watchesRate, now)
    }
  }

  /// What `observe` would return, without noting anything.
  func novelties(
    _ name: String, _ observations: [Newness.Observation], watchesRate: Bool, now: Timestamp
  ) -> [String] {
    shard(of: name).actors.withLock { actors in
      guard var actor = actors[name] else { return [] }
      return update(&actor, observations, watchesRate, now)
    }
  }

  private func update(
    _ actor: inout Actor, _ observations: [Newness.Observation], _ watchesRate: Bool, _ now: Timestamp
  ) -> [String] {
    actor.last = max(actor.last, now)
    let known = actor.first.nanoseconds + learning
    let isKnown = now.nanoseconds >= known
    var reasons: [String] = []
    for observation in observations {
      let first = actor.seen[observation]?.first ?? now
      actor.seen[observation] = (first, now)
      let wasLearned = first.nanoseconds < known || now.nanoseconds >= first.nanoseconds + learning
      if isKnown, !wasLearned { reasons.append("new \(observation.novelty.rawValue): \(observation.value)") }
    }
    if actor.seen.count > Self.maximumSeen, let oldest = actor.seen.min(by: { $0.value.last < $1.value.last })?.key {
      actor.seen[oldest] = nil
    }
    count(&actor, now)
    let allowed = max(Double(Self.alwaysAllowed), actor.usual * Double(unusualRate))
    if isKnown, watchesRate, Double(actor.inHour) > allowed {
      reasons.append("unusual rate: \(actor.inHour) this hour, usually \(Int(actor.usual.rounded()))")
    }
    return reasons
  }

  private func count(_ actor: inout Actor, _ now: Timestamp) {
    let hour = now.nanoseconds / Self.hourLength
    if hour > actor.hour {
      let weight = actor.usual == 0 ? 1 : 0.1
      // An hour far above the usual must not become the new usual at once.
      let counted = actor.usual == 0 ? Double(actor.inHour) : min(Double(actor.inHour), actor.usual * 3 + 10)
      actor.usual += (counted - actor.usual) * weight
      actor.hour = hour
      actor.inHour = 0
    }
    actor.inHour += 1
  }

  private func shard(of name: String) -> Shard {
    guard shards.count > 1 else { return shards[0] }
    var hash: UInt32 = 2_166_136_261
    for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return shards[Int(hash >> 16) % shards.count]
  }

  /// Makes room: the eighth of the actors that were seen last longest ago goes.
  private static func forgetOldest(_ actors: inout [String: Actor]) {
    let oldest = actors.sorted { $0.value.last < $1.value.last }.prefix(max(1, actors.count / 8))
    for (name, _) in oldest { actors[name] = nil }
  }

  // MARK: Across restarts

  /// Appends the members of a JSON object, one an actor.
  func write(to json: inout [UInt8]) {
    var isFirst = true
    for shard in shards {
      for (name, actor) in shard.actors.withLock({ $0 }) {
        if !isFirst { json.append(UInt8(ascii: ",")) }
        isFirst = false
        JSONEscapes.appendQuoted(name, to: &json)
        json += Array(
          ":[\(actor.first.nanoseconds),\(actor.last.nanoseconds),\(actor.hour),\(actor.inHour),\(actor.usual)".utf8)
        for (observation, times) in actor.seen {
          json += Array(",[\"\(observation.novelty.rawValue)\",".utf8)
          JSONEscapes.appendQuoted(observation.value, to: &json)
          json += Array(",\(times.first.nanoseconds),\(times.last.nanoseconds)]".utf8)
        }
        json.append(UInt8(ascii: "]"))
      }
    }
  }

  /// Takes up what `write` wrote; what is not so is left out.
  func read(_ object: JSONNode) {
    for member in object.members {
      let name = member.key.value.text
      let parts = Array(member.value.elements)
      let numbers = parts.prefix(4).compactMap { Int64($0.value.text) }
      guard parts.count >= 5, numbers.count == 4, let usual = Double(parts[4].value.text) else { continue }
      var actor = Actor(
        first: Timestamp(nanoseconds: numbers[0]), last: Timestamp(nanoseconds: numbers[1]), hour: numbers[2],
        inHour: Int(numbers[3]), usual: usual)
      for part in parts.dropFirst(5).prefix(Self.maximumSeen) {
        let seen = Array(part.elements)
        guard seen.count == 4, let novelty = Novelty(rawValue: seen[0].value.text),
          let first = Int64(seen[2].value.text), let last = Int64(seen[3].value.text)
        else { continue }
        actor.seen[Newness.Observation(novelty: novelty, value: seen[1].value.text)] =
          (Timestamp(nanoseconds: first), Timestamp(nanoseconds: last))
      }
      shard(of: name).actors.withLock { actors in
        if actors.count < capacity { actors[name] = actor }
      }
    }
  }
}
