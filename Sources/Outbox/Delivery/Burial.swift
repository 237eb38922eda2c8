internal import AlertModel
internal import PluginKit

/// Dead letters: alerts that an output gives up on.
extension DeliveryWorker {
  /// Gives up on alerts that were not tried now.
  ///
  /// - Parameter parcel: the one they are of; nil where they wait in order.
  func bury(
    _ alerts: [(segment: StoredSegment, places: Places)], of parcel: Parcel?, reason: String
  ) async throws(OutboxError) {
    let now = clock.now
    var settlement = Settlement(output: lane.id, epoch: epoch)
    let parts = alerts.map { Part(segment: $0.segment.id, places: $0.places) }
    for (segment, places) in alerts {
      for place in places.all {
        await bury(
          segment.block, place, accepted: segment.accepted, attempts: parcel?.attempts ?? 0, reason: reason,
          into: &settlement, now: now)
      }
    }
    if let parcel {
      settlement.closed = [parcel]
      var rest = parcel
      rest.parts = parcel.parts.subtracting(parts)
      // A digest stands for the alerts that it counts; without some of them it is another one.
      rest.digest = nil
      if !rest.parts.isEmpty { settlement.parcels = [rest] }
    } else {
      settlement.taken = parts
    }
    settlement.settledAlerts = parts.alertCount
    settlement.deadLettered = parts.alertCount
    let isKept = await commit(settlement)
    if parcel == nil { queue.settle(parts) }
    guard isKept else { return }
    log.rejected(parts.alertCount, reason: reason, now: now)
    if let parcel {
      held.removeAll { $0.id == parcel.id }
      held += settlement.parcels
      sortHeld()
    }
    noteIdle()
  }

  /// Gives up on one alert of a shipment.
  func bury(
    _ shipment: Shipment, _ index: Int, reason: String, into settlement: inout Settlement, now: Timestamp
  ) async {
    await bury(
      shipment.batch.block, shipment.batch.places[index], accepted: shipment.origins[index].accepted,
      attempts: shipment.attempts, reason: reason, into: &settlement, now: now)
  }

  private func bury(
    _ block: AlertBlock, _ place: Int32, accepted: Timestamp, attempts: Int, reason: String,
    into settlement: inout Settlement, now: Timestamp
  ) async {
    let alone = block.selecting([place], count: 1)
    settlement.dead.append(
      DeadRow(accepted: accepted, died: now, attempts: attempts, reason: reason, block: alone))
    await hooks.deadLetter(
      UndeliverableAlert(json: Array(alone.bytes.dropLast()), output: name, reason: reason, attempts: attempts))
  }
}
