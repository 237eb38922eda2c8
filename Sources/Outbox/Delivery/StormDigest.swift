internal import AlertModel
internal import PluginKit

/// Storms: where the rate limit would take too long for what waits, one digest goes out in place of the alerts.
extension DeliveryWorker {
  /// How long alerts go out one by one where those of a digest could not be kept.
  private static let digestPause = Duration.seconds(60)

  /// Puts what waits into a digest where the output has fallen behind.
  ///
  /// - Returns: true where it did; the digest is then the next thing to deliver.
  func digestIfBehind(_ now: Timestamp) async throws(OutboxError) -> Bool {
    guard let bucket, let limit = settings.digestAfter, !digestsAreRefused, now >= nextDigest,
      bucket.available(now) > 0, untried > 1, bucket.duration(of: untried) > limit
    else { return false }
    let id =
      "digest-" + hex(UInt64.random(in: 0 ... .max, using: &random))
      + hex(UInt64.random(in: 0 ... .max, using: &random))
    var summary = DigestSummary(vocabulary: vocabulary)
    var parts: [Part] = []
    var source: String? = ""
    while source != nil, summary.count < settings.digestLimit {
      do throws(OutboxError) {
        if queue.isEmpty, try await !load() { break }
        if try await buryExpired(now) { continue }
      } catch {
        // Once the outbox is read again, they wait like the others.
        queue.settle(parts)
        throw error
      }
      for (segment, places) in queue.take(settings.digestLimit - summary.count) {
        parts.append(Part(segment: segment.id, places: places))
        guard source != nil else { continue }
        for place in places.all { summary.add(segment.block, place: place) }
        // A piece at a time: all of them may be more than fits into memory.
        let batch = DeliveryBatch(block: segment.block, places: places.all)
        source = await hooks.keepDigested(DigestedAlerts(id: id, output: name, batch: batch))
      }
    }
    guard summary.count > 0 else { return true }
    guard summary.count > 1, let source else {
      nextDigest = now + Self.digestPause
      queue.settle(parts)
      readAgain()
      return true
    }
    let document = summary.document(id: id, output: name, source: source, now: now)
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

  /// How many alerts wait for their first try.
  private var untried: Int {
    lane.pending - queue.underWayCount - held.reduce(0) { $0 + $1.count }
  }

  /// What became of a digest.
  func settleDigest(
    _ shipment: Shipment, _ verdict: Verdict, into settlement: inout Settlement, _ parcels: inout [Parcel],
    now: Timestamp
  ) {
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
    }
  }

  private func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
