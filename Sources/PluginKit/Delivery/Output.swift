/// Delivers alerts to one destination.
public protocol Output: Plugin {
  /// `.queued` for whatever crosses a network, `.direct` for what is local.
  static var delivery: DeliveryMode { get }

  /// For queued outputs: how they are served where the configuration does not say otherwise.
  static var deliveryDefaults: DeliveryDefaults { get }

  /// Sends the batch. Returning means that every alert of it was accepted.
  ///
  /// Never retries, never waits to be polite: it says what went wrong, and the delivery worker does the rest. It may be
  /// called from several tasks at once where the output's `concurrency` is above one. Direct outputs may block: they are
  /// called on a thread of their own.
  func deliver(_ batch: DeliveryBatch) async throws(DeliveryError)

  /// For direct outputs: true where somebody has to read what is written (a terminal, a pipe), so that it may stand still
  /// for as long as a person looks at it.
  var hasReader: Bool { get }

  /// For direct outputs: makes what was delivered so far durable (flushes buffers). Called before checkpoints advance.
  func flush() async throws(DeliveryError)
}

extension Output {
  public static var deliveryDefaults: DeliveryDefaults { DeliveryDefaults() }
  public var hasReader: Bool { false }
  public func flush() async throws(DeliveryError) {}
}

/// How alerts get to an output.
public enum DeliveryMode: Sendable {
  /// Through the outbox: retried, rate-limited, kept across restarts.
  case queued
  /// At once, in input order, as part of committing a batch.
  case direct
}

/// What became of a batch that was not accepted as a whole.
public struct DeliveryError: Error, Sendable {
  /// By place in the batch: what to do with alerts that were not accepted. Places not named were accepted.
  public let outcomes: [Int: Outcome]

  /// How long the destination asked to be left alone as a whole; until then it gets no other alerts either.
  public let pause: Duration?

  /// What to do with one alert.
  public enum Outcome: Sendable, Equatable {
    /// Try again, not before `after` where the destination said so.
    case retry(reason: String, after: Duration?)
    /// The destination refuses whoever we are (401, 403): try again slowly, and say so loudly.
    case unauthorized(reason: String)
    /// Give up: a dead letter.
    case reject(reason: String)

    /// How long the destination asked to wait.
    public var after: Duration? {
      guard case .retry(_, let after) = self else { return nil }
      return after
    }
  }

  public init(_ outcomes: [Int: Outcome], pause: Duration? = nil) {
    self.outcomes = outcomes
    self.pause = pause
  }

  /// The same for each of `count` alerts.
  public init(all count: Int, _ outcome: Outcome, pause: Duration? = nil) {
    self.init(Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, outcome) }), pause: pause)
  }
}
