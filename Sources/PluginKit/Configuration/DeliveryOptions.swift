/// The settings of every output that crosses a network, beside the output's own.
public struct DeliveryOptions: PluginOptions {
  @Setting("How many alerts at most are sent in what time.")
  public var rateLimit: Rate?

  @Setting("How many alerts at most are sent at once. No alert waits for a batch to fill.")
  public var batch: Int?

  @Setting("How many batches may be on their way at the same time. Above 1, alerts may arrive out of order.")
  public var concurrency: Int?

  @Setting("How long one request may take, from the beginning of connecting to the last byte of the response.")
  public var timeout: Duration?

  @Setting("After how long an alert that cannot be delivered becomes a dead letter.")
  public var maxAge: Duration?

  @Setting(
    "Where `rate_limit` would need longer than this for what waits, one digest is sent in its place; `365d` for never.")
  public var digestAfter: Duration?

  public init() {}

  /// An output's own defaults with what the configuration says in their place.
  ///
  /// - Throws: `ConfigurationError` for numbers and times that are not above zero.
  public func applied(to defaults: DeliveryDefaults) throws(ConfigurationError) -> DeliveryDefaults {
    var problems: [Diagnostic] = []
    for (location, value, most) in [($batch, batch, 1_000_000), ($concurrency, concurrency, 1000)] {
      guard let value else { continue }
      if value < 1 { problems += location.error("expected a whole number above 0").diagnostics }
      if value > most { problems += location.error("expected at most \(most)").diagnostics }
    }
    for (location, value) in [($timeout, timeout), ($maxAge, maxAge), ($digestAfter, digestAfter)]
    where value ?? .seconds(1) <= .zero {
      problems += location.error("expected a duration above 0").diagnostics
    }
    guard problems.isEmpty else { throw ConfigurationError(problems) }
    return DeliveryDefaults(
      rateLimit: rateLimit ?? defaults.rateLimit, batch: batch ?? defaults.batch,
      concurrency: concurrency ?? defaults.concurrency, timeout: timeout ?? defaults.timeout,
      maxAge: maxAge ?? defaults.maxAge, digestAfter: digestAfter ?? defaults.digestAfter)
  }
}
