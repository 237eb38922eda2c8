internal import Logging
internal import PluginKit

/// Hands batches to a `.direct` output as part of committing them, and holds up the gateway while it cannot take them:
/// a full disk is back-pressure, never a lost alert.
struct DirectDelivery: Sendable {
  let name: String
  let output: any Output
  let clock: any GatewayClock
  let logger: Logger

  /// What became of a batch.
  struct Result: Sendable {
    var delivered = 0
    /// Places in the batch that the output refused for good, with the reason.
    var rejected: [(index: Int, reason: String)] = []
    /// How many of them are kept as dead letters.
    var deadLettered = 0
    /// How many alerts it could not take before `patience` ran out.
    var pending = 0
  }

  /// - Parameter patience: how long to go on trying.
  func deliver(_ batch: DeliveryBatch, patience: Duration) async -> Result {
    var result = Result()
    var remaining = Array(0..<batch.count)
    var waited = Duration.zero
    var pause = Duration.milliseconds(50)
    while true {
      let part = DeliveryBatch(
        block: batch.block, places: remaining.map { batch.places[$0] }, isRetry: waited > .zero)
      do throws(DeliveryError) {
        try await output.deliver(part)
        result.delivered += remaining.count
        return result
      } catch {
        let outcomes = error.outcomes
        var again: [Int] = []
        var lastReason = ""
        for (index, place) in remaining.enumerated() {
          switch outcomes[index] {
          case nil: result.delivered += 1
          case .reject(let reason): result.rejected.append((place, reason))
          case .retry(let reason, _), .unauthorized(let reason):
            again.append(place)
            lastReason = reason
          }
        }
        guard !again.isEmpty else { return result }
        guard waited < patience, !Task.isCancelled else {
          logger.error("output '\(name)': \(lastReason); gave up after \(waited)")
          result.pending = again.count
          return result
        }
        if waited == .zero { logger.error("output '\(name)': \(lastReason); holding everything up until it works") }
        remaining = again
        try? await clock.sleep(for: pause)
        waited += pause
        pause = min(pause * 2, .seconds(2))
      }
    }
  }

  /// Makes what was delivered so far durable.
  ///
  /// - Returns: false where that failed.
  func flush() async -> Bool {
    do throws(DeliveryError) {
      try await output.flush()
      return true
    } catch {
      let reasons = Set(error.outcomes.values.map(\.reason)).sorted()
      logger.error("output '\(name)': \(reasons.joined(separator: "; "))")
      return false
    }
  }
}

extension DeliveryError.Outcome {
  fileprivate var reason: String {
    switch self {
    case .retry(let reason, _), .unauthorized(let reason), .reject(let reason): reason
    }
  }
}
