internal import AlertModel
internal import Synchronization

/// What is known of allowlisted actors: where they come from, with what, and how often. Bounded.
///
/// An actor is got to know for the learning period from its first alert. What is new after that is told each time, until
/// it has been told for another learning period; then it is known.
final class ActorHistory: Sendable {
  private let shards: [Shard]
  private let learning: Int64
  private let capacity: Int
  private let unusualRate: Int

  /// So many alerts an hour are never unusual.
  private static let alwaysAllowed = 50

  private final class Shard: Sendable {
    /// By the hash of their names, seeded anew in each process: what an attacker calls itself cannot meet another's.
    let actors = Mutex<[UInt64: KnownActor]>([:])
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
  /// - Parameters:
  ///   - name: the actor's, as UTF-8.
  ///   - samples: calls its argument with everything that is seen of the actor in this alert.
  /// - Returns: what is new, in words; empty where nothing is, or where the actor is still being got to know.
  func observe(
    _ name: UnsafeRawBufferPointer, watchesRate: Bool, now: Timestamp, samples: ((Newness.Sample) -> Void) -> Void
  ) -> [String] {
    let identity = Self.identity(of: name)
    return shard(of: identity).actors.withLock { actors in
      if actors[identity] == nil {
        if actors.count >= capacity { Self.forgetOldest(&actors) }
        actors[identity] = KnownActor(name: String(decoding: name, as: UTF8.self), first: now)
      }
      guard let place = actors.index(forKey: identity) else { return [] }
      return update(&actors.values[place], watchesRate, now, samples)
    }
  }

  /// What `observe` would return, without noting anything.
  func novelties(
    _ name: UnsafeRawBufferPointer, watchesRate: Bool, now: Timestamp, samples: ((Newness.Sample) -> Void) -> Void
  ) -> [String] {
    let identity = Self.identity(of: name)
    return shard(of: identity).actors.withLock { actors in
      guard var actor = actors[identity] else { return [] }
      return update(&actor, watchesRate, now, samples)
    }
  }

  private func update(
    _ actor: inout KnownActor, _ watchesRate: Bool, _ now: Timestamp, _ samples: ((Newness.Sample) -> Void) -> Void
  ) -> [String] {
    actor.last = max(actor.last, now)
    let known = actor.first.nanoseconds + learning
    let isKnown = now.nanoseconds >= known
    var reasons: [String] = []
    samples { sample in
      let first = actor.see(sample, at: now)
      let wasLearned = first.nanoseconds < known || now.nanoseconds >= first.nanoseconds + learning
      if isKnown, !wasLearned {
        let observation = sample.observation
        reasons.append("new \(observation.novelty.rawValue): \(observation.text)")
      }
    }
    actor.count(now)
    let allowed = max(Double(Self.alwaysAllowed), actor.usual * Double(unusualRate))
    if isKnown, watchesRate, Double(actor.inHour) > allowed {
      reasons.append("unusual rate: \(actor.inHour) this hour, usually \(Int(actor.usual.rounded()))")
    }
    return reasons
  }

  private static func identity(of name: UnsafeRawBufferPointer) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(bytes: name)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  private func shard(of identity: UInt64) -> Shard { shards[Int(identity >> 32) % shards.count] }

  /// Makes room: the eighth of the actors that were seen last longest ago goes.
  private static func forgetOldest(_ actors: inout [UInt64: KnownActor]) {
    let oldest = actors.sorted { $0.value.last < $1.value.last }.prefix(max(1, actors.count / 8))
    for (identity, _) in oldest { actors[identity] = nil }
  }

  // MARK: Across restarts

  /// Appends the members of a JSON object, one an actor.
  func write(to json: inout [UInt8]) {
    var isFirst = true
    for shard in shards {
      for actor in shard.actors.withLock({ $0 }).values {
        if !isFirst { json.append(UInt8(ascii: ",")) }
        isFirst = false
        JSONEscapes.appendQuoted(actor.name, to: &json)
        json += Array(
          ":[\(actor.first.nanoseconds),\(actor.last.nanoseconds),\(actor.hour),\(actor.inHour),\(actor.usual)".utf8)
        for (place, observation) in actor.observations.enumerated() {
          json += Array(",[\"\(observation.novelty.rawValue)\",".utf8)
          JSONEscapes.appendQuoted(observation.text, to: &json)
          json += Array(",\(actor.firstSeen[place].nanoseconds),\(actor.lastSeen[place].nanoseconds)]".utf8)
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
      var actor = KnownActor(
        name: name, first: Timestamp(nanoseconds: numbers[0]), last: Timestamp(nanoseconds: numbers[1]),
        hour: numbers[2])
      actor.inHour = Int(numbers[3])
      actor.usual = usual
      for part in parts.dropFirst(5).prefix(KnownActor.maximumSeen) {
        let seen = Array(part.elements)
        guard seen.count == 4, let novelty = Novelty(rawValue: seen[0].value.text),
          let first = Int64(seen[2].value.text), let last = Int64(seen[3].value.text)
        else { continue }
        actor.remember(
          Newness.Observation(novelty, seen[1].value.text), first: Timestamp(nanoseconds: first),
          last: Timestamp(nanoseconds: last))
      }
      let identity = Array(name.utf8).withUnsafeBytes { Self.identity(of: $0) }
      shard(of: identity).actors.withLock { actors in
        if actors.count < capacity { actors[identity] = actor }
      }
    }
  }
}
