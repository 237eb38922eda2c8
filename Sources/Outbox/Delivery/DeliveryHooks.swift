public import PluginKit

/// What the gateway wants to know of a delivery besides its counts.
public struct DeliveryHooks: Sendable {
  /// Called before an alert becomes a dead letter; a crash in between can call it twice for the same alert.
  public var deadLetter: @Sendable (UndeliverableAlert) async -> Void

  /// Called before a digest is made, piece by piece, to keep what it stands for where it can be read; a crash in between
  /// can call it again for the same alerts, with another id. Answers where that is, which the digest says, or nil where
  /// it does not work: then there is no digest.
  public var keepDigested: @Sendable (DigestedAlerts) async -> String?

  public init(
    deadLetter: @escaping @Sendable (UndeliverableAlert) async -> Void = { _ in },
    keepDigested: @escaping @Sendable (DigestedAlerts) async -> String? = { _ in nil }
  ) {
    self.deadLetter = deadLetter
    self.keepDigested = keepDigested
  }
}

/// An alert that an output is not going to get.
public struct UndeliverableAlert: Sendable, Equatable {
  /// The alert's line of JSON, without a line feed.
  public let json: [UInt8]
  /// The output's name.
  public let output: String
  /// What the destination said, or which limit was reached.
  public let reason: String
  /// How often it was tried.
  public let attempts: Int

  public init(json: [UInt8], output: String, reason: String, attempts: Int) {
    self.json = json
    self.output = output
    self.reason = reason
    self.attempts = attempts
  }
}

/// Alerts that one digest is about to stand for.
public struct DigestedAlerts: Sendable {
  /// The digest's own id.
  public let id: String
  /// The output that it goes to.
  public let output: String
  /// Some of the alerts, in order; the others come with other calls.
  public let batch: DeliveryBatch
}
