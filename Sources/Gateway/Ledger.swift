internal import AlertModel
public import Pipeline

/// The counts of every terminal state: proof that every alert is accounted for.
public struct Ledger: Sendable, Equatable {
  /// What became of alerts before their outputs.
  public var alerts = AlertCounts()

  /// Dead letters that could not be written, so that their input has to be read again: `pending` beside the other counts
  /// of what was read.
  public var unkeptDeadLetters = 0

  /// In the order of the configuration.
  public var outputs: [Output] = []

  /// What became of the alerts that were routed to one output.
  public struct Output: Sendable, Equatable {
    /// The output's name in the configuration.
    public let name: String
    /// Accepted by the destination, one by one or as part of a digest.
    public var delivered = 0
    /// Given up on, refused for good, or dropped by hand.
    public var deadLettered = 0
    /// Kept for the next run.
    public var pending = 0
    /// How many of `delivered` were told of in a digest instead of a message each.
    public var deliveredByDigest = 0
    /// How many alerts the routes sent here.
    public var routed = 0
    /// How many alerts an earlier run left, or `weir outbox retry` brought back.
    public var carriedOver = 0
    /// How many alerts a damaged state file lost, before the start or since.
    public var lost = 0

    public init(name: String) {
      self.name = name
    }

    /// True where every alert that came here has exactly one state.
    public var isBalanced: Bool { routed + carriedOver == delivered + deadLettered + pending + lost }
  }

  public init() {}

  /// True where nothing is missing and nothing was counted twice.
  public var isBalanced: Bool {
    var alerts = alerts
    alerts.deadLettered += unkeptDeadLetters
    return alerts.isBalanced && outputs.allSatisfy(\.isBalanced)
  }

  /// What is left to be delivered, or to be read again.
  public var pending: Int { outputs.reduce(unkeptDeadLetters) { $0 + $1.pending } }

  /// What a damaged state file lost.
  public var lost: Int { outputs.reduce(0) { $0 + $1.lost } }

  /// The ledger as one JSON object on one line, without a line feed.
  public var json: String {
    let parts = outputs.map { output in
      let digest = output.deliveredByDigest > 0 ? ",\"delivered_by_digest\":\(output.deliveredByDigest)" : ""
      let lost = output.lost > 0 ? ",\"lost\":\(output.lost)" : ""
      let counts = "\"delivered\":\(output.delivered),\"dead_lettered\":\(output.deadLettered)"
      let carried = output.carriedOver > 0 ? ",\"carried_over\":\(output.carriedOver)" : ""
      return "\(JSONEscapes.quoted(output.name)):{\(counts),\"pending\":\(output.pending)\(carried)\(digest)\(lost)}"
    }
    let events = alerts.events > 0 ? "\"events\":\(alerts.events),\"unmatched\":\(alerts.unmatched)," : ""
    let ends = "\"routed\":\(alerts.routed),\"suppressed\":\(alerts.suppressed),\"unrouted\":\(alerts.unrouted)"
    let unkept = unkeptDeadLetters > 0 ? "\"pending\":\(unkeptDeadLetters)," : ""
    return "{\(events)\"read\":\(alerts.read),\(ends),\"dead_lettered\":\(alerts.deadLettered),\(unkept)"
      + "\"outputs\":{\(parts.joined(separator: ","))}}"
  }
}
