internal import AlertModel
internal import PluginKit
internal import Synchronization

/// What is known of allowlisted actors: where they come from, with what, and how often. Bounded.
///
/// An actor is got to know for the learning period from its first alert. What is new after that is told each time, until
/// it has been told for another learning period; then it is known.
///
/// Where there is no room for all, those go first that have the least `Standing`. Whoever comes new from then on may be
/// one of those, so it is not got to know in silence: each of its alerts is told in its learning period.
final class ActorHistory: Sendable {
  private let shards: BorrowingArray<Shard>
  private let learning: Int64
  private let capacity: Int
  /// How many of them a shard has room for.
  private let room: Int
  private let unusualRate: Int

  /// True where somebody had to be forgotten.
  private let hasForgotten = Atomic<Bool>(false)

  /// So many alerts an hour are never unusual.
  private static let alwaysAllowed = 50

  /// Of a longer name only so many bytes are looked at. The longest ARNs of users and roles have about 640.
  private static let longestName = 1024

  private final class Shard: Sendable {
    /// By the hash of their names, seeded anew in each process: what an attacker calls itself cannot meet another's.
    let actors = Mutex<[UInt64: KnownActor]>([:])
  }

  init(learning: Duration, capacity: Int, unusualRate: Int) {
    self.learning = learning.nanoseconds
    let count = capacity >= 1024 ? 16 : 1
    self.capacity = capacity
    room = max(1, capacity / count)
    self.unusualRate = unusualRate
    shards = BorrowingArray((0..<count).map { _ in Shard() })
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
    let name = UnsafeRawBufferPointer(rebasing: name.prefix(Self.longestName))
    let identity = Self.identity(of: name)
    return withActors(near: identity) { actors in
      if let place = actors.index(forKey: identity) {
        return update(&actors.values[place], watchesRate, now, samples)
      }
      // An eighth more than must go goes, so that a flood of newcomers pays for it only now and then.
      if actors.count >= room { forget(actors.count - room + max(1, room / 8), of: &actors, now: now) }
      var actor = newcomer(name, now, isDoubted: hasForgotten.load(ordering: .relaxed))
      defer { actors[identity] = actor }
      return update(&actor, watchesRate, now, samples)
    }
  }

  /// What `observe` would return, without noting anything.
  func novelties(
    _ name: UnsafeRawBufferPointer, watchesRate: Bool, now: Timestamp, samples: ((Newness.Sample) -> Void) -> Void
  ) -> [String] {
    let name = UnsafeRawBufferPointer(rebasing: name.prefix(Self.longestName))
    let identity = Self.identity(of: name)
    return withActors(near: identity) { actors in
      let isDoubted = hasForgotten.load(ordering: .relaxed) || actors.count >= room
      var actor = actors[identity] ?? newcomer(name, now, isDoubted: isDoubted)
      return update(&actor, watchesRate, now, samples)
    }
  }

  private func update(
    _ actor: inout KnownActor, _ watchesRate: Bool, _ now: Timestamp, _ samples: ((Newness.Sample) -> Void) -> Void
  ) -> [String] {
    actor.last = max(actor.last, now)
    let known = actor.first.advanced(byNanoseconds: learning)
    let isKnown = now >= known
    var reasons: [String] = []
    if !isKnown, actor.isDoubted { reasons.append(Self.doubt) }
    samples { sample in
      let first = actor.see(sample, at: now)
      let wasLearned = first < known || now >= first.advanced(byNanoseconds: learning)
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

  private func withActors<Result>(near identity: UInt64, _ body: (inout [UInt64: KnownActor]) -> Result) -> Result {
    // A power of two.
    shards.ask(Int(identity >> 32) & (shards.count - 1)) { $0.actors.withLock { body(&$0) } }
  }

  // MARK: Room

  /// How many actors are remembered.
  var count: Int { shards.reduce(0) { sum, shard in sum + shard.actors.withLock { $0.count } } }

  private static let doubt = "new actor: it may have been forgotten for lack of room; raise 'actors_remembered'"

  private func newcomer(_ name: UnsafeRawBufferPointer, _ now: Timestamp, isDoubted: Bool) -> KnownActor {
    var actor = KnownActor(name: String(decoding: name, as: UTF8.self), first: now)
    actor.isDoubted = isDoubted
    return actor
  }

  /// Those of the least standing go; among equals, those that were seen last longest ago.
  private func forget(_ count: Int, of actors: inout [UInt64: KnownActor], now: Timestamp) {
    let order = actors.map { identity, actor in
      (identity: identity, standing: Standing(of: actor, learning: learning, now: now), last: actor.last)
    }.sorted { ($0.standing, $0.last) < ($1.standing, $1.last) }
    for actor in order.prefix(count) { actors[actor.identity] = nil }
    doubtNewcomers()
  }

  /// From now on whoever comes new may have been forgotten.
  func doubtNewcomers() { hasForgotten.store(true, ordering: .relaxed) }

  // MARK: Across restarts

  /// Appends the members of a JSON object, one an actor, and nothing of those with whom less is lost than `least`.
  ///
  /// - Returns: true where whoever comes new to the reader may have been forgotten.
  func write(to json: inout [UInt8], least: Standing = .passing, now: Timestamp) -> Bool {
    var isFirst = true
    var isIncomplete = hasForgotten.load(ordering: .relaxed)
    for shard in shards {
      for actor in shard.actors.withLock({ $0 }).values {
        guard Standing(of: actor, learning: learning, now: now) >= least else {
          isIncomplete = true
          continue
        }
        if !isFirst { json.append(UInt8(ascii: ",")) }
        isFirst = false
        JSONEscapes.appendQuoted(actor.name, to: &json)
        json.append(contentsOf: ":[".utf8)
        for number in [actor.first.nanoseconds, actor.last.nanoseconds, actor.hour, Int64(actor.inHour)] {
          json.appendDecimal(number)
          json.append(UInt8(ascii: ","))
        }
        json.append(contentsOf: "\(actor.usual)".utf8)
        if actor.isDoubted { json.append(contentsOf: ",true".utf8) }
        for (place, observation) in actor.observations.enumerated() {
          json.append(contentsOf: ",[\"".utf8)
          json.append(contentsOf: observation.novelty.rawValue.utf8)
          json.append(contentsOf: "\",".utf8)
          observation.appendQuoted(to: &json)
          json.append(UInt8(ascii: ","))
          json.appendDecimal(actor.firsts[place].nanoseconds)
          json.append(UInt8(ascii: "]"))
        }
        json.append(UInt8(ascii: "]"))
      }
    }
    return isIncomplete
  }

  /// Takes up what `write` wrote; what is not so is left out. Who finds no room is forgotten as ever.
  func read(_ object: JSONNode, now: Timestamp) {
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
      actor.isDoubted = parts.dropFirst(5).first?.value.text == "true"
      for part in parts.dropFirst(actor.isDoubted ? 6 : 5).prefix(KnownActor.maximumSeen) {
        // An earlier Weir wrote behind these when it was seen last, which nobody asks for.
        let seen = Array(part.elements)
        guard seen.count >= 3, let novelty = Novelty(rawValue: seen[0].value.text),
          let first = Int64(seen[2].value.text)
        else { continue }
        actor.remember(Newness.Observation(novelty, seen[1].value.text), first: Timestamp(nanoseconds: first))
      }
      let identity = Array(name.utf8).withUnsafeBytes { Self.identity(of: $0) }
      withActors(near: identity) { $0[identity] = actor }
    }
    // Names meet other shards in each process: one may have more than its share, and yet nobody need go.
    guard count > capacity else { return }
    for shard in shards {
      shard.actors.withLock { actors in
        if actors.count > room { forget(actors.count - room, of: &actors, now: now) }
      }
    }
  }
}
