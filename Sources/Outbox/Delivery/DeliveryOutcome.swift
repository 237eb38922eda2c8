internal import AlertModel
internal import PluginKit

extension DeliveryWorker {
  /// Delivers, and settles what came of it.
  func send(_ shipment: Shipment) async {
    let failure = await deliver(shipment.batch)
    outbox.store.crash.reach(.afterDelivery)
    if let failure, Task.isCancelled, Verdict(failure, of: shipment.batch.count).isTotal {
      // Cut off by `stop`: it stays as it was, and the next start delivers it.
      busyParcels.remove(shipment.parcel?.id ?? 0)
      finishedOne()
      return
    }
    await settle(shipment, failure ?? DeliveryError([:]))
    finishedOne()
  }

  /// Calls the output. A call that takes longer than its requests may take together is cancelled: one for the batch, and
  /// one for each alert where the output sends them one by one.
  private func deliver(_ batch: DeliveryBatch) async -> DeliveryError? {
    // The output's own requests time out first and say more; this is for one that hangs.
    let limit = settings.options.timeout * (batch.count + 1) + .seconds(5)
    return await watch.deliver(batch, to: output, within: limit)
  }

  /// Works out what an answer means for each alert, and commits it.
  private func settle(_ shipment: Shipment, _ failure: DeliveryError) async {
    let now = clock.now
    let all = shipment.batch.count
    let verdict = Verdict(failure, of: all)
    judge(verdict, shipment, now: now)
    var settlement = Settlement(output: lane.id, epoch: epoch)
    var parcels: [Parcel] = []
    if shipment.parcel?.digest != nil {
      settleDigest(shipment, verdict, into: &settlement, &parcels, now: now)
    } else {
      let again = shipment.parts(verdict.again)
      let over = shipment.parts((0..<all).filter { !verdict.isAgain($0) })
      if let parcel = shipment.parcel {
        settleRetry(parcel, again: again, over: over, verdict, into: &settlement, &parcels, now: now)
      } else {
        settlement.taken = shipment.parts(0..<all)
        if !again.isEmpty {
          parcels = [
            newParcel(again, attempts: 1, since: now, blocks: verdict.isTotal, verdict, now: now)
          ]
        }
      }
      for (index, reason) in verdict.rejected.sorted(by: { $0.key < $1.key }) {
        await bury(shipment, index, reason: reason, into: &settlement, now: now)
      }
      settlement.delivered = all - verdict.again.count - verdict.rejected.count
      settlement.deadLettered = verdict.rejected.count
      if let first = verdict.rejected.first {
        log.rejected(verdict.rejected.count, reason: first.value, now: now)
      }
    }
    settlement.parcels = parcels
    let before = shipment.parcel?.count ?? shipment.origins.count
    let after = parcels.reduce(0) { $0 + $1.count } + settlement.returned.alertCount
    settlement.settledAlerts = before - after
    let isKept = await commit(settlement)
    if let parcel = shipment.parcel { busyParcels.remove(parcel.id) } else { queue.settle(settlement.taken) }
    guard isKept else { return }
    held.removeAll { $0.id == shipment.parcel?.id }
    held += parcels
    sortHeld()
    if !settlement.returned.isEmpty { readAgain() }
  }

  /// A parcel whose first alerts were tried: what is left of it goes on waiting, now or later.
  private func settleRetry(
    _ parcel: Parcel, again: [Part], over: [Part], _ verdict: Verdict, into settlement: inout Settlement,
    _ parcels: inout [Parcel], now: Timestamp
  ) {
    settlement.closed = [parcel]
    let left = parcel.parts.subtracting(over)
    guard !left.isEmpty else { return }
    let hasFailedForLong = now - parcel.firstFailure >= settings.setAsideAfter
    if verdict.isTotal, again.alertCount == 1, !parcel.blocks || hasFailedForLong {
      // The fault may be the alert's own: those behind it wait no longer.
      parcels = [
        newParcel(
          again, attempts: parcel.attempts + 1, since: parcel.firstFailure, blocks: false, verdict, now: now)
      ]
      let rest = left.subtracting(again)
      if !rest.isEmpty {
        var other = newParcel(rest, attempts: 1, since: now, blocks: parcel.blocks, verdict, now: now)
        other.nextAttempt = now
        parcels.append(other)
      }
      return
    }
    if again.isEmpty {
      var rest = parcel
      rest.parts = left
      rest.attempts = max(parcel.attempts - 1, 1)
      rest.nextAttempt = now
      parcels = [rest]
    } else {
      let failed = newParcel(
        verdict.isTotal ? left : again, id: parcel.id, attempts: parcel.attempts + 1, since: parcel.firstFailure,
        blocks: parcel.blocks && verdict.isTotal, verdict, now: now)
      parcels = [failed]
      let rest = verdict.isTotal ? [] : left.subtracting(again)
      if !rest.isEmpty {
        var other = newParcel(
          rest, attempts: parcel.attempts, since: parcel.firstFailure, blocks: parcel.blocks, verdict, now: now)
        other.nextAttempt = now
        parcels.append(other)
      }
    }
  }

  func newParcel(
    _ parts: [Part], id: Int64? = nil, attempts: Int, since: Timestamp, blocks: Bool, _ verdict: Verdict,
    now: Timestamp
  ) -> Parcel {
    let wait =
      verdict.isUnauthorized
      ? settings.refusedBackoff.delay(after: refusals, using: &random)
      : settings.backoff.delay(after: attempts, using: &random)
    let notBefore = now + (verdict.after ?? .zero)
    let own = max(now + wait, notBefore)
    return Parcel(
      id: id ?? newParcelID(), parts: parts, attempts: attempts, firstFailure: since,
      nextAttempt: breaker.isOpen && blocks ? breaker.waitsUntil ?? own : own, notBefore: notBefore,
      blocks: blocks, reason: verdict.reason)
  }

  /// What an answer says about the destination as a whole.
  private func judge(_ verdict: Verdict, _ shipment: Shipment, now: Timestamp) {
    let wasFailing = breaker.reason != nil
    // An alert that was set aside says nothing about the destination, and neither does one of several.
    let isAboutAll = verdict.isTotal && shipment.parcel?.blocks ?? true
    if let pause = verdict.pause ?? (isAboutAll ? verdict.after : nil), pause > .zero {
      breaker.obey(until: now + pause)
    }
    guard verdict.isTotal else {
      if wasFailing { log.recovered(waiting: lane.pending, since: breaker.failingSince ?? now, now: now) }
      let wasOpen = breaker.isOpen
      breaker.succeed()
      refusals = 0
      if wasOpen {
        // The destination is back: whatever waited for it goes first, in order.
        for index in held.indices { held[index].nextAttempt = max(now, held[index].notBefore) }
      }
      if !verdict.again.isEmpty { log.failed(verdict.reason, now: now) }
      return
    }
    guard isAboutAll else {
      log.failed(verdict.reason, now: now)
      return
    }
    breaker.fail(verdict.reason, now: now)
    lane.failed()
    if verdict.isUnauthorized {
      refusals += 1
      breaker.open()
      let wait = settings.refusedBackoff.delay(after: refusals, using: &random)
      breaker.pause(until: now + wait)
      log.refused(verdict.reason, now: now)
    } else if breaker.isOpen {
      let wait = settings.backoff.delay(after: breaker.failures, using: &random)
      breaker.pause(until: now + wait)
      log.failing(verdict.reason, failures: breaker.failures, waiting: lane.pending, now: now)
    } else {
      log.failed(verdict.reason, now: now)
    }
  }

  /// Commits until it succeeds, and counts: what was delivered must not be forgotten. Only the end of the process ends it
  /// before, and damage, after which all of it is read and delivered again.
  ///
  /// - Returns: false where it could not be committed.
  func commit(_ settlement: Settlement) async -> Bool {
    var failures = 0
    while true {
      do throws(OutboxError) {
        try await outbox.settle(settlement)
        tally.delivered += settlement.delivered
        tally.deliveredByDigest += settlement.deliveredByDigest
        tally.deadLettered += settlement.deadLettered
        return true
      } catch .damaged {
        readAgain()
        return false
      } catch {
        failures += 1
        guard error.isTemporary, !Task.isCancelled else {
          fail(error)
          return false
        }
        log.notSettled(error, now: clock.now)
        let wait = Backoff(first: .milliseconds(100), longest: .seconds(5)).ceiling(after: failures)
        try? await clock.sleep(for: wait)
      }
    }
  }
}
