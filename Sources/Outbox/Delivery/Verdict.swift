internal import PluginKit

/// An output's answer, sorted by what follows from it.
struct Verdict: Sendable {
  /// Places in the batch, ascending, of alerts to be tried again.
  let again: [Int]
  /// Places of alerts that are given up on, with the reason.
  let rejected: [Int: String]
  /// True where not one alert was accepted or refused for what it is.
  let isTotal: Bool
  /// True where the destination refuses whoever we are.
  let isUnauthorized: Bool
  /// How long alerts have to wait at least.
  let after: Duration?
  /// How long the destination asks to be left alone, whatever is sent.
  let pause: Duration?
  /// Why alerts are to be tried again; empty where none is.
  let reason: String

  private let againSet: Set<Int>

  init(_ error: DeliveryError, of count: Int) {
    let outcomes = error.outcomes.filter { (0..<count).contains($0.key) }
    var again: [Int] = []
    var rejected: [Int: String] = [:]
    var isUnauthorized = false
    var after: Duration?
    var reason = ""
    for (index, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
      switch outcome {
      case .retry(let why, let wait):
        again.append(index)
        if reason.isEmpty { reason = why }
        if let wait { after = max(after ?? .zero, min(wait, RetryAfter.limit)) }
      case .unauthorized(let why):
        again.append(index)
        isUnauthorized = true
        reason = why
      case .reject(let why): rejected[index] = why
      }
    }
    self.again = again
    self.rejected = rejected
    self.isUnauthorized = isUnauthorized
    self.after = after
    pause = error.pause.map { min($0, RetryAfter.limit) }
    self.reason = reason
    isTotal = again.count == count && count > 0
    againSet = Set(again)
  }

  func isAgain(_ index: Int) -> Bool { againSet.contains(index) }
}
