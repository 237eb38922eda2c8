internal import PluginKit
internal import Synchronization

/// Cancels deliveries that take longer than they may.
///
/// One task looks after all of an output's deliveries. Nearly all are over at once: a timer and a task group for each cost
/// 7 % of the time of a run that sends everything to syslog.
final class DeliveryWatch: Sendable {
  private struct Delivery {
    let task: Task<DeliveryError?, Never>
    /// How often it may be looked at yet; at 0 it is cancelled.
    var looksLeft: Int
  }

  private struct State {
    var deliveries: [Int: Delivery] = [:]
    var nextID = 0
  }

  /// How long it is from one look to the next: a delivery is cancelled up to so much too late, and never too early.
  private static let interval = Duration.seconds(5)

  private let state = Mutex(State())
  private let begun = Signal()

  /// Calls the output, and waits for it; one that takes longer than `limit` is cancelled while `run` goes on.
  ///
  /// - Returns: nil where all was accepted.
  func deliver(_ batch: DeliveryBatch, to output: any Output, within limit: Duration) async -> DeliveryError? {
    let task = Task.immediate { () -> DeliveryError? in
      do throws(DeliveryError) {
        try await output.deliver(batch)
        return nil
      } catch {
        return error
      }
    }
    let id = begin(task, within: limit)
    let error = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    let delivery = state.withLock { $0.deliveries.removeValue(forKey: id) }
    guard let delivery, delivery.looksLeft <= 0 else { return error }
    return error?.replacingReasons("no answer within \(limit)")
  }

  private func begin(_ task: Task<DeliveryError?, Never>, within limit: Duration) -> Int {
    // The first look may come right after the beginning.
    let looks = Int((limit / Self.interval).rounded(.up)) + 1
    defer { begun.notify() }
    return state.withLock { state in
      state.nextID += 1
      state.deliveries[state.nextID] = Delivery(task: task, looksLeft: looks)
      return state.nextID
    }
  }

  /// Looks after the deliveries until the task is cancelled. Sleeps only where there are any.
  func run(_ clock: any GatewayClock) async {
    while !Task.isCancelled {
      if state.withLock({ $0.deliveries.isEmpty }) {
        await begun.wait()
      } else if (try? await clock.sleep(for: Self.interval)) != nil {
        look()
      }
    }
  }

  private func look() {
    let overdue = state.withLock { state in
      for id in state.deliveries.keys { state.deliveries[id]?.looksLeft -= 1 }
      return state.deliveries.values.filter { $0.looksLeft == 0 }.map(\.task)
    }
    for task in overdue { task.cancel() }
  }
}

extension DeliveryError {
  /// With another reason for what is to be tried again.
  fileprivate func replacingReasons(_ reason: String) -> DeliveryError {
    DeliveryError(
      outcomes.mapValues { outcome in
        guard case .retry(_, let after) = outcome else { return outcome }
        return .retry(reason: reason, after: after)
      }, pause: pause)
  }
}
