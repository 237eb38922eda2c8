/// What the gateway wants to know of a delivery besides its counts.
public struct DeliveryHooks: Sendable {
  /// Called before an alert becomes a dead letter; a crash in between can call it twice for the same alert.
  public var deadLetter: @Sendable (DeadLetter) async -> Void

  /// Called when a digest was accepted.
  public var digest: (@Sendable (DeliveredDigest) async -> Void)?

  public init(
    deadLetter: @escaping @Sendable (DeadLetter) async -> Void = { _ in },
    digest: (@Sendable (DeliveredDigest) async -> Void)? = nil
  ) {
    self.deadLetter = deadLetter
    self.digest = digest
  }
}

/// An alert that an output is not going to get.
public struct DeadLetter: Sendable, Equatable {
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

/// A digest that a destination accepted in place of alerts.
public struct DeliveredDigest: Sendable, Equatable {
  /// The digest's own id.
  public let id: String
  /// The output that it went to.
  public let output: String
  /// The alerts that it stands for, by their ids.
  public let alertIDs: [String]
}
