/// Exponential backoff with full jitter (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015):
/// the n-th wait is any time up to `first × 2ⁿ⁻¹`, and up to `longest`.
public struct Backoff: Sendable, Equatable {
  /// The longest that the first wait may be.
  public var first: Duration
  /// The longest that any wait may be.
  public var longest: Duration

  public init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
  }

  /// The wait after `failures` failures in a row, counted from 1.
  func delay(after failures: Int, using random: inout any RandomNumberGenerator) -> Duration {
    let ceiling = ceiling(after: failures)
    return .nanoseconds(Int64.random(in: 0...max(ceiling.nanoseconds, 0), using: &random))
  }

  /// The longest that the wait can be.
  func ceiling(after failures: Int) -> Duration {
    let doublings = min(max(failures - 1, 0), 30)
    return min(first * (1 << doublings), longest)
  }
}
