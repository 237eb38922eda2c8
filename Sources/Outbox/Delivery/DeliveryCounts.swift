/// What became of an output's alerts since its worker was made. At any time
/// `pending at the start + queued since + requeued = delivered + deliveredByDigest + deadLettered + dropped + lost + pending`.
public struct DeliveryCounts: Sendable, Equatable {
  /// Accepted by the destination, one by one.
  public var delivered = 0
  /// Accepted as part of a digest.
  public var deliveredByDigest = 0
  /// Given up on.
  public var deadLettered = 0
  /// Waiting, in order or to be tried again.
  public var pending = 0
  /// Tries of alerts that had been tried before.
  public var retried = 0
  /// Dropped by `weir outbox drop` while they waited.
  public var dropped = 0
  /// What a damaged database no longer had when it was repaired.
  public var lost = 0
  /// Dead letters that `weir outbox retry` made wait again.
  public var requeued = 0

  public init() {}
}
