internal import AlertModel
internal import PluginKit

/// Storms: where the rate limit would take too long for what waits, one digest goes out in place of the alerts.
extension DeliveryWorker {
  /// Puts what waits into a digest where the output has fallen behind.
  ///
  /// - Returns: true where it did; the digest is then the next thing to deliver.
  func digestIfBehind(_ now: Timestamp) async throws(OutboxError) -> Bool {
    guard let bucket, let limit = settings.digestAfter, !digestsAreRefused, bucket.available(now) > 0,
      lane.pending > 1, bucket.duration(of: lane.pending) > limit
    else { return false }
    var summary = DigestSummary(vocabulary: vocabulary)
    var parts: [Part] = []
    while summary.count < settings.digestLimit {
      if queue.isEmpty, try await !load() { break }
      if try await buryExpired(now) { continue }
      for (segment, places) in queue.take(settings.digestLimit - summary.count) {
        for place in places.all { summary.add(segment.block, place: place) }
        parts.append(Part(segment: segment.id, places: places))
      }
    }
    guard summary.count > 0 else { return true }
    let id =
      "digest-" + hex(UInt64.random(in: 0 ... .max, using: &random))
      + hex(UInt64.random(in: 0 ... .max, using: &random))
    let document = summary.document(id: id, output: name, source: settings.digestSource, now: now)
    let parcel = Parcel(
      id: newParcelID(), parts: parts, attempts: 0, firstFailure: now, nextAttempt: now, notBefore: now, blocks: true,
      reason: "", digest: document)
    var settlement = Settlement(output: lane.id, epoch: epoch)
    settlement.taken = parts
    settlement.parcels = [parcel]
    let isKept = await commit(settlement)
    queue.settle(parts)
    guard isKept else { return true }
    held.append(parcel)
    sortHeld()
    log.digest(summary.count, id: id)
    return true
  }

  /// What became of a digest.
  func settleDigest(
    _ shipment: Shipment, _ verdict: Verdict, into settlement: inout Settlement, _ parcels: inout [Parcel],
    now: Timestamp
  ) async {
    guard let parcel = shipment.parcel, let digest = parcel.digest else { return }
    settlement.closed = [parcel]
    if let reason = verdict.rejected[0] {
      digestsAreRefused = true
      settlement.returned = parcel.parts
      log.digestRefused(reason)
    } else if verdict.isTotal {
      var again = newParcel(
        parcel.parts, id: parcel.id, attempts: parcel.attempts + 1, since: parcel.firstFailure, blocks: true, verdict,
        now: now)
      again.digest = digest
      parcels = [again]
    } else {
      settlement.deliveredByDigest = parcel.count
      if let hook = hooks.digest {
        await hook(DeliveredDigest(id: digest.id, output: name, alertIDs: await alertIDs(of: parcel)))
      }
    }
  }

  private func alertIDs(of parcel: Parcel) async -> [String] {
    let (outbox, output) = (outbox, lane.id)
    // Damage found here shows again, and is dealt with, when the digest is settled.
    let segments = try? await outbox.onReader { () throws(OutboxError) in
      try outbox.store.segments(of: parcel.id, output: output)
    }
    return (segments ?? []).flatMap { segment in
      segment.places.all.map { DeliveryBatch(block: segment.block, places: [$0])[0].id }
    }
  }

  private func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
