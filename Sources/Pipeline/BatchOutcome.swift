public import PluginKit

/// What became of one batch of input: decisions, and the alerts that they are about.
public struct BatchOutcome: Sendable {
  /// Every alert that goes to at least one output.
  public let block: AlertBlock

  /// By output: the places in `block` that go there, ascending.
  public let places: [[Int32]]

  /// What could not be read.
  public let deadLetters: [DeadLetter]

  /// What became of the batch's alerts.
  public let counts: AlertCounts

  /// Where inputs go on after this batch, in order.
  public let checkpoints: [InputCheckpoint]

  public init(
    block: AlertBlock, places: [[Int32]], deadLetters: [DeadLetter] = [], counts: AlertCounts,
    checkpoints: [InputCheckpoint] = []
  ) {
    self.block = block
    self.places = places
    self.deadLetters = deadLetters
    self.counts = counts
    self.checkpoints = checkpoints
  }
}

/// How many alerts ended where. `read == routed + suppressed + unrouted + deadLettered`, always.
public struct AlertCounts: Sendable, Equatable {
  /// Raw events seen by detectors; 0 where there are none.
  public var events = 0
  /// Events that no rule matched.
  public var unmatched = 0
  /// Alerts: read from the input, or made by rules from events; and what should have been an alert and was none.
  public var read = 0
  /// Taken by at least one route.
  public var routed = 0
  /// Held back, each with its record.
  public var suppressed = 0
  /// Taken by no route, where the configuration says that this is meant.
  public var unrouted = 0
  /// No alert could be made of it; kept with the reason.
  public var deadLettered = 0

  public init() {}

  /// True where every alert read has exactly one end.
  public var isBalanced: Bool { read == routed + suppressed + unrouted + deadLettered }

  /// Adds every count.
  public static func += (left: inout AlertCounts, right: AlertCounts) {
    left.events += right.events
    left.unmatched += right.unmatched
    left.read += right.read
    left.routed += right.routed
    left.suppressed += right.suppressed
    left.unrouted += right.unrouted
    left.deadLettered += right.deadLettered
  }
}
