internal import AlertModel
internal import PluginKit

/// What is sent for alerts: their JSON as it is, or what a template makes of it. Pure.
struct WebhookBody {
  let template: WebhookTemplate?
  let vocabulary: Vocabulary

  /// A JSON object for one alert, an array for several; with a template, what it renders for the first of them.
  ///
  /// - Parameter places: indexes in the batch.
  /// - Throws: `BodyError` where an alert cannot be sent at all.
  func encode(_ batch: DeliveryBatch, places: ArraySlice<Int>) throws(BodyError) -> [UInt8] {
    if let template, let place = places.first { return try template.render(batch[place]) }
    var json: [UInt8] = []
    json.reserveCapacity(places.reduce(2) { $0 + Int(batch[$1].entry.count) + 1 })
    if places.count > 1 { json.append(UInt8(ascii: "[")) }
    for (number, place) in places.enumerated() {
      if number > 0 { json.append(UInt8(ascii: ",")) }
      batch[place].withJSON { json.append(contentsOf: $0) }
    }
    if places.count > 1 { json.append(UInt8(ascii: "]")) }
    return json
  }
}

/// An alert that cannot be sent, with the reason.
struct BodyError: Error, Equatable {
  let reason: String
}
