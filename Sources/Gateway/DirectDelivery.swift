internal import Logging
internal import PluginKit
internal import Synchronization

/// Hands batches to a `.direct` output as part of committing them, and holds up the gateway while it cannot take them:
/// a full disk is back-pressure, never a lost alert.
final class DirectDelivery: Sendable {
  let name: String
  /// True where the output is the only one, and somebody reads it: nobody else waits while a person looks at a page.
  private let waitsForReader: Bool
  private let output: any Output
  private let clock: any GatewayClock
  private let logger: Logger
  /// True while nobody reads what the output writes, and others have waited for that long enough.
  private let hasGivenUp = Atomic(false)

  init(name: String, output: any Output, isOnly: Bool, clock: any GatewayClock, logger: Logger) {
    self.name = name
    waitsForReader = isOnly && output.hasReader
    self.output = output
    self.clock = clock
    self.logger = logger
  }

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

  /// - Parameters:
  ///   - patience: how long to go on trying. What a disk does not take in that time counts as pending. What nobody reads
  ///     is refused, and what follows is tried once, until something is read again: a person who has stopped a terminal
  ///     may be away for days, and the other outputs are not to wait for each batch anew.
  ///   - isEnding: true once nothing more is read.
  func deliver(_ batch: DeliveryBatch, patience: Duration, isEnding: () -> Bool) async -> Result {
    let patience = hasGivenUp.load(ordering: .sequentiallyConsistent) ? .zero : patience
    var result = Result()
    var wasTold = false
    var remaining = Array(0..<batch.count)
    var waited = Duration.zero
    var pause = Duration.milliseconds(50)
    while true {
      let part = DeliveryBatch(
        block: batch.block, places: remaining.map { batch.places[$0] }, isRetry: waited > .zero)
      do throws(DeliveryError) {
        try await output.deliver(part)
        result.delivered += remaining.count
        succeed()
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
        if again.count < remaining.count { succeed() }
        guard !again.isEmpty else { return result }
        let isInNoHurry = waitsForReader && !isEnding()
        guard waited < patience || isInNoHurry, !Task.isCancelled else {
          if output.hasReader {
            giveUpReader(lastReason, after: waited)
            // As where the reader has gone: nobody is to get everything twice for a terminal that was stopped.
            result.rejected += again.map { (index: $0, reason: lastReason) }
          } else {
            logger.error("output '\(name)': \(lastReason); gave up after \(waited)")
            result.pending = again.count
          }
          return result
        }
        if !wasTold, waited >= Self.telling, !isInNoHurry {
          logger.error("output '\(name)': \(lastReason); holding everything up until it works")
          wasTold = true
        }
        remaining = again
        try? await clock.sleep(for: pause)
        waited += pause
        pause = min(pause * 2, .seconds(2))
      }
    }
  }

  /// How long something may go wrong before it is told.
  private static let telling = Duration.milliseconds(500)

  private func giveUpReader(_ reason: String, after waited: Duration) {
    guard !hasGivenUp.exchange(true, ordering: .sequentiallyConsistent) else { return }
    logger.error(
      "output '\(name)': \(reason); gave up after \(waited): what it does not take becomes dead letters, others go on")
  }

  private func succeed() {
    guard hasGivenUp.exchange(false, ordering: .sequentiallyConsistent) else { return }
    logger.notice("output '\(name)' takes alerts again")
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
