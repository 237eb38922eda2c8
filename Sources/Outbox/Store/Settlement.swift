internal import AlertModel
internal import PluginKit

/// Alerts of one segment.
struct Part: Sendable, Equatable {
  let segment: Int64
  var places: Places
}

/// Alerts of an output that were tried together, or stand in one digest, and will be tried together again.
struct Parcel: Sendable, Equatable {
  let id: Int64
  var parts: [Part]
  var attempts: Int
  var firstFailure: Timestamp
  var nextAttempt: Timestamp
  /// Before this the destination does not want to be asked (`Retry-After`), whoever starts anew.
  var notBefore: Timestamp
  /// True where later alerts wait for this one, so that the order is kept.
  var blocks: Bool
  var reason: String
  /// The document that is delivered in place of the alerts.
  var digest: DigestDocument?

  var count: Int { parts.reduce(0) { $0 + $1.places.count } }
}

/// An alert that an output is not going to get.
struct DeadRow: Sendable {
  let accepted: Timestamp
  let died: Timestamp
  let attempts: Int
  let reason: String
  /// The one alert.
  let block: AlertBlock
}

/// What a delivery changes, committed as a whole.
struct Settlement: Sendable {
  let output: Int64
  /// `Outbox.epoch` when the alerts were read.
  let epoch: Int
  /// No longer waiting in order: delivered, dead, or in a parcel now.
  var taken: [Part] = []
  /// Parcels that are over.
  var closed: [Parcel] = []
  /// Parcels to write, new or changed.
  var parcels: [Parcel] = []
  /// Back to waiting in order.
  var returned: [Part] = []
  var dead: [DeadRow] = []
  /// How many alerts wait no longer by this.
  var settledAlerts = 0
  /// What the worker counts once this is committed.
  var delivered = 0
  var deliveredByDigest = 0
  var deadLettered = 0

  init(output: Int64, epoch: Int = 0) {
    self.output = output
    self.epoch = epoch
  }

  var segments: Set<Int64> {
    Set(taken.map(\.segment) + closed.flatMap { $0.parts.map(\.segment) } + parcels.flatMap { $0.parts.map(\.segment) })
  }
}
