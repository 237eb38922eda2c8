public import AlertModel
public import PluginKit

/// Which deliveries of an outbox are meant. Whatever is nil, or empty, does not narrow.
public struct DeliveryFilter: Sendable {
  /// The outputs' names.
  public var outputs: Set<String> = []

  /// Only deliveries in one of these states; all where it is empty.
  public var states: Set<StoredDelivery.State> = []

  /// Ids of alerts.
  public var alertIDs: Set<String> = []

  /// Accepted before this.
  public var acceptedBefore: Timestamp?

  /// True for the alerts that are meant; a condition in KQL, for one.
  public var matches: (@Sendable (OutgoingAlert) -> Bool)?

  public init() {}

  func includes(_ delivery: StoredDelivery) -> Bool {
    if let acceptedBefore, delivery.accepted >= acceptedBefore { return false }
    if !alertIDs.isEmpty, !alertIDs.contains(delivery.alert.id) { return false }
    return matches?(delivery.alert) ?? true
  }

  func includes(state: StoredDelivery.State) -> Bool { states.isEmpty || states.contains(state) }
}

/// One alert for one output, as the outbox has it.
public struct StoredDelivery: Sendable {
  /// How far a delivery has come.
  public enum State: String, Sendable, CaseIterable {
    /// Waits in order; not tried yet.
    case pending
    /// Was tried, and will be again.
    case retrying
    /// Given up on.
    case dead
  }

  /// The output that it is for.
  public let output: String
  /// What is to be delivered.
  public let alert: OutgoingAlert
  /// How far it has come.
  public let state: State
  /// When the outbox accepted the alert.
  public let accepted: Timestamp
  /// How often it was tried.
  public let attempts: Int
  /// When it is tried again; nil for any state but `retrying`.
  public let nextAttempt: Timestamp?
  /// Why the last try failed, or why it was given up on, or that the alert is damaged; nil where none of that is so.
  public let lastError: String?
  /// When it was given up on; nil for any state but `dead`.
  public let died: Timestamp?
}
