internal import AlertModel
internal import PluginKit

/// One call of `deliver`, and where its alerts come from.
struct Shipment: Sendable {
  /// For each alert of the batch, in its order.
  struct Origin: Sendable, Equatable {
    let segment: Int64
    let place: Int32
    let accepted: Timestamp
  }

  let batch: DeliveryBatch
  let origins: [Origin]
  /// The parcel that the alerts are of; nil for alerts that are tried for the first time.
  let parcel: Parcel?

  var count: Int { parcel?.digest == nil ? origins.count : parcel?.count ?? 0 }
  var attempts: Int { (parcel?.attempts ?? 0) + 1 }

  /// The alerts at these places of the batch, by segment.
  func parts(_ places: some Sequence<Int>) -> [Part] {
    var parts: [Part] = []
    for index in places {
      let origin = origins[index]
      if parts.last?.segment == origin.segment {
        parts[parts.count - 1].places.append(origin.place)
      } else {
        parts.append(Part(segment: origin.segment, places: Places(origin.place..<origin.place + 1)))
      }
    }
    return parts
  }

  /// A batch of the first alerts of segments in order: a view of the segment where it is one, a copy where there are
  /// several.
  static func make(
    _ segments: [(segment: StoredSegment, places: Places)], parcel: Parcel?
  ) -> Shipment {
    let origins = segments.flatMap { segment, places in
      places.all.map { Origin(segment: segment.id, place: $0, accepted: segment.accepted) }
    }
    let isRetry = parcel.map { $0.attempts > 0 } ?? false
    if segments.count == 1, let (segment, places) = segments.first {
      return Shipment(
        batch: DeliveryBatch(block: segment.block, places: places.all, isRetry: isRetry), origins: origins,
        parcel: parcel)
    }
    var builder = BlockBuilder(alerts: origins.count)
    for (segment, places) in segments {
      for place in places.all { builder.append(segment.block, place: place) }
    }
    let block = builder.block()
    return Shipment(
      batch: DeliveryBatch(block: block, places: Array(0..<Int32(origins.count)), isRetry: isRetry),
      origins: origins, parcel: parcel)
  }
}

extension [Part] {
  /// Without the alerts that `other` has.
  func subtracting(_ other: [Part]) -> [Part] {
    let removed = Dictionary(other.map { ($0.segment, $0.places) }) { $0.union($1) }
    return compactMap { part in
      let left = part.places.subtracting(removed[part.segment] ?? Places())
      return left.isEmpty ? nil : Part(segment: part.segment, places: left)
    }
  }

  /// How many alerts they are.
  var alertCount: Int { reduce(0) { $0 + $1.places.count } }
}
