internal import AlertModel
internal import PluginKit

/// A token bucket: one token an alert, refilled evenly, so that `100/m` is one every 600 ms and not a hundred at once.
struct TokenBucket: Sendable {
  private let interval: Int64
  private let size: Int64
  /// When the bucket would have been empty, had it always been filling: tokens are the time since then.
  private var emptyAt: Timestamp

  /// Full at first. It holds what one second brings, and one token at least.
  init(_ rate: Rate, now: Timestamp) {
    interval = max(rate.period.nanoseconds / Int64(rate.count), 1)
    size = max(1_000_000_000 / interval, 1)
    emptyAt = now.advanced(byNanoseconds: -size * interval)
  }

  /// How many tokens there are.
  func available(_ now: Timestamp) -> Int {
    Int(min(max((now.nanoseconds - emptyAt.nanoseconds) / interval, 0), size))
  }

  /// When the next token comes.
  func next(_ now: Timestamp) -> Timestamp {
    available(now) > 0 ? now : emptyAt.advanced(byNanoseconds: interval)
  }

  mutating func take(_ count: Int, now: Timestamp) {
    let full = now.advanced(byNanoseconds: -size * interval)
    emptyAt = max(emptyAt, full).advanced(byNanoseconds: Int64(count) * interval)
  }

  /// The clock was set back by so much.
  mutating func setBack(_ duration: Duration) { emptyAt = emptyAt - duration }

  /// How long `count` tokens take.
  func duration(of count: Int) -> Duration {
    let (total, overflow) = interval.multipliedReportingOverflow(by: Int64(count))
    return .nanoseconds(overflow ? .max : total)
  }
}
