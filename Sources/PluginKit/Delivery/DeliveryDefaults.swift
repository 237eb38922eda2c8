/// How a queued output is served where the configuration does not say otherwise: the defaults of the settings that every
/// queued output has (`rate_limit`, `batch`, `concurrency`, `timeout`, `max_age`, `digest_after`).
public struct DeliveryDefaults: Sendable, Equatable {
  /// How many alerts at most are handed over in what time; nil for as many as it takes.
  public var rateLimit: Rate?

  /// How many alerts `deliver` gets at most at once. One alert and then silence is delivered at once: no batch waits to
  /// fill.
  public var batch: Int

  /// How many calls of `deliver` may run at the same time. Above one, alerts may arrive out of order.
  public var concurrency: Int

  /// How long one request may take, from the beginning of connecting to the last byte of the response.
  public var timeout: Duration

  /// After how long an alert that cannot be delivered becomes a dead letter.
  public var maxAge: Duration

  /// Where the rate limit would need longer than this for what waits, it is delivered as one digest. Without a rate limit
  /// it says nothing.
  public var digestAfter: Duration

  public init(
    rateLimit: Rate? = nil, batch: Int = 100, concurrency: Int = 1, timeout: Duration = .seconds(10),
    maxAge: Duration = .seconds(7 * 24 * 3600), digestAfter: Duration = .seconds(60)
  ) {
    self.rateLimit = rateLimit
    self.batch = batch
    self.concurrency = concurrency
    self.timeout = timeout
    self.maxAge = maxAge
    self.digestAfter = digestAfter
  }
}
