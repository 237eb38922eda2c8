internal import AlertModel
internal import PluginKit

extension DeliveryWorker {
  /// What the worker does next.
  enum Step {
    case send(Shipment)
    /// Until the time, or until something happens; for ever where nil.
    case wait(until: Timestamp?)
    /// Something has changed: look again.
    case again
  }

  /// Decides what to do next, and makes it ready.
  func attempt() async throws(OutboxError) -> Step {
    if try await needsReload() { return .wait(until: nil) }
    guard inFlight < settings.options.concurrency else { return .wait(until: nil) }
    let now = clock.now
    noteTime(now)
    var limit = settings.options.batch
    switch breaker.permission(now) {
    case .wait(let until): return .wait(until: until)
    case .probe:
      guard inFlight == 0 else { return .wait(until: nil) }
      limit = 1
    case .all: break
    }
    if let parcel = dueParcel(now) { return try await retry(parcel, limit: limit, now: now) }
    guard mayGoOn else { return .wait(until: nextRetry) }
    if queue.isEmpty {
      return try await load() ? .again : .wait(until: nextRetry)
    }
    if try await buryExpired(now) { return .again }
    if try await digestIfBehind(now) { return .again }
    guard let count = allowance(limit, now) else { return .wait(until: earliest(bucket?.next(now), nextRetry)) }
    return send(Shipment.make(queue.take(count), parcel: nil), now)
  }

  /// The first parcel whose time has come. While the breaker is open, that is the one that holds up the others, as soon as
  /// the destination allows it.
  private func dueParcel(_ now: Timestamp) -> Parcel? {
    let free = held.filter { !busyParcels.contains($0.id) }
    if breaker.isOpen, let blocking = free.first(where: { $0.blocks && $0.notBefore <= now }) { return blocking }
    return free.first { $0.nextAttempt <= now }
  }

  /// True where alerts may be tried for the first time: each slot of `concurrency` can be held up by one parcel.
  private var mayGoOn: Bool {
    let blocking = held.count { $0.blocks && !busyParcels.contains($0.id) }
    let waiting = held.reduce(0) { $0 + $1.count }
    return blocking + inFlight < settings.options.concurrency && waiting < settings.retryLimit
  }

  private var nextRetry: Timestamp? {
    held.filter { !busyParcels.contains($0.id) }.map(\.nextAttempt).min()
  }

  private func earliest(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }

  /// How many alerts may be sent now, at most `limit`; nil for none.
  private func allowance(_ limit: Int, _ now: Timestamp) -> Int? {
    guard let bucket else { return limit }
    let available = min(bucket.available(now), limit)
    return available > 0 ? available : nil
  }

  /// Takes the tokens for what is sent.
  private func send(_ shipment: Shipment, _ now: Timestamp) -> Step {
    bucket?.take(shipment.batch.count, now: now)
    return .send(shipment)
  }

  /// How often a parcel that holds up others is tried whole, before it is tried in ever smaller pieces. Others of any other
  /// parcel's batch were accepted, so there the fault is likely an alert's own, and looked for at once.
  private static let wholeTries = 5

  /// Makes the first alerts of a parcel ready: fewer of them the more often they failed together, so that the one that
  /// is at fault is found.
  private func retry(_ parcel: Parcel, limit: Int, now: Timestamp) async throws(OutboxError) -> Step {
    var parcel = parcel
    let digest = parcel.digest?.block(vocabulary, now: now)
    // One that is damaged stands for nothing: its alerts go out themselves.
    if digest == nil { parcel.digest = nil }
    let wholeTries = parcel.blocks ? Self.wholeTries : 0
    let shrunk = max(1, parcel.count >> max(0, min(parcel.attempts - wholeTries, 30)))
    let wanted = digest == nil ? min(limit, shrunk, parcel.count) : 1
    guard let count = allowance(wanted, now) else { return .wait(until: bucket?.next(now)) }
    let (outbox, output, id) = (outbox, lane.id, parcel.id)
    // A digest may stand for more alerts than memory has room for, and needs none of them: the first segment shows whether
    // they are too old.
    let bytes = digest == nil ? Self.readLimit : 0
    let stored = try await outbox.onReader { () throws(OutboxError) in
      try outbox.store.segments(of: id, output: output, alerts: count, bytes: bytes)
    }
    guard !stored.isEmpty else {
      held.removeAll { $0.id == parcel.id }
      return .again
    }
    let expired = stored.filter { isExpired($0.accepted, now) }.map { ($0, $0.places) }
    if !expired.isEmpty {
      try await bury(expired, of: parcel, reason: expiry(parcel.reason))
      return .again
    }
    let shipment: Shipment
    if let digest {
      shipment = Shipment(
        batch: DeliveryBatch(block: digest, places: [0], isRetry: parcel.attempts > 0), origins: [], parcel: parcel)
    } else {
      let damaged = stored.map { ($0, $0.places.intersection($0.damaged)) }.filter { !$0.1.isEmpty }
      if !damaged.isEmpty {
        try await bury(damaged, of: parcel, reason: DeadRow.damagedReason)
        return .again
      }
      var left = count
      var taken: [(segment: StoredSegment, places: Places)] = []
      for var segment in stored where left > 0 {
        let places = segment.places.removeFirst(left)
        left -= places.count
        taken.append((segment, places))
      }
      shipment = Shipment.make(taken, parcel: parcel)
    }
    busyParcels.insert(parcel.id)
    if parcel.attempts > 0 { tally.retried += shipment.count }
    return send(shipment, now)
  }

  /// Bytes that are read from the database at once.
  private static let readLimit = 2 * 1024 * 1024

  /// Fills the queue.
  ///
  /// - Returns: false where there is nothing more.
  func load() async throws(OutboxError) -> Bool {
    switch lane.take() {
    case .segments(let segments):
      queue.append(segments)
      return !segments.isEmpty
    case .inDatabase:
      let (outbox, output, last, batch) = (outbox, lane.id, queue.last, settings.options.batch)
      let segments = try await outbox.onReader { () throws(OutboxError) in
        try outbox.store.segments(for: output, after: last, alerts: batch, bytes: Self.readLimit)
      }
      queue.append(segments)
      // Only an empty answer says that the database has no more.
      if !segments.isEmpty { lane.fellBehind() }
      return !segments.isEmpty
    }
  }

  private func isExpired(_ accepted: Timestamp, _ now: Timestamp) -> Bool {
    accepted <= now - settings.options.maxAge
  }

  private func expiry(_ last: String?) -> String {
    let limit = "not delivered within \(settings.options.maxAge)"
    return last.map { "\(limit); last failure: \($0)" } ?? limit
  }

  /// Makes dead letters of alerts that wait in order and are too old, or damaged.
  func buryExpired(_ now: Timestamp) async throws(OutboxError) -> Bool {
    let oldest = now - settings.options.maxAge
    guard let (segment, places) = queue.takeExpired(before: oldest) else { return false }
    let isTooOld = isExpired(segment.accepted, now)
    try await bury(
      [(segment, places)], of: nil, reason: isTooOld ? expiry(breaker.reason) : DeadRow.damagedReason)
    return true
  }
}
