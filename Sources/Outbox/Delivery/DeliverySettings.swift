public import PluginKit

/// How one output is served.
public struct DeliverySettings: Sendable {
  /// What every queued output's configuration says: rate, batch, concurrency, timeout, maximum age.
  public var options: DeliveryDefaults

  /// How long a failed delivery waits for its next try.
  public var backoff = Backoff(first: .milliseconds(500), longest: .seconds(60))

  /// How long an output waits after the destination refused whoever we are (401, 403).
  public var refusedBackoff = Backoff(first: .seconds(10), longest: .seconds(600))

  /// After so many deliveries in a row that failed as a whole, nothing is sent but one alert at a time, after waiting.
  public var breakerThreshold = 5

  /// An alert that has failed alone for so long no longer holds up those behind it, though it is still retried.
  public var setAsideAfter = Duration.seconds(15 * 60)

  /// Where the rate limit would need longer than this for what waits, it is delivered as one digest; nil for never.
  public var digestAfter: Duration?

  /// How many alerts one digest stands for at the most.
  public var digestLimit = 10_000

  public init(_ options: DeliveryDefaults = DeliveryDefaults()) {
    self.options = options
  }

  /// How many alerts may wait for another try, before no new ones are tried.
  var retryLimit: Int { max(1000, 4 * options.concurrency * options.batch) }
}
