extension Timestamp {
  /// The moment that much later; the last or first that there is, where it would lie beyond.
  public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
    moment.advanced(byNanoseconds: duration.nanoseconds)
  }

  /// The moment that much earlier; the first or last that there is, where it would lie beyond.
  public static func - (moment: Timestamp, duration: Duration) -> Timestamp { moment + (.zero - duration) }

  /// The time from the right one to the left; less than zero where the right is later.
  public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .nanoseconds(left.nanoseconds) - .nanoseconds(right.nanoseconds)
  }

  /// What `+` does, where the duration is at hand as a number.
  public func advanced(byNanoseconds count: Int64) -> Timestamp {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(count)
    return Timestamp(nanoseconds: overflow ? (count < 0 ? .min : .max) : sum)
  }
}

extension Duration {
  /// Whole nanoseconds; as many as fit, where there are more than in 292 years.
  public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, sumOverflow) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || sumOverflow ? (seconds < 0 ? .min : .max) : sum
  }
}
