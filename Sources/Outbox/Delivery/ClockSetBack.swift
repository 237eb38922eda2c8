internal import AlertModel
internal import PluginKit

extension DeliveryWorker {
  /// What a clock may go back by itself, without anybody setting it.
  private static let slack: Int64 = 1_000_000_000

  /// Notices that the clock was set back, and what waits for a time waits for as long as it would have: an hour that comes
  /// twice must not hold alerts up for an hour.
  func noteTime(_ now: Timestamp) {
    defer { lastTime = now }
    let back = lastTime.nanoseconds - now.nanoseconds
    guard back > Self.slack else { return }
    breaker.setBack(back)
    bucket?.setBack(back)
    nextDigest = min(nextDigest, now)
    for index in held.indices {
      held[index].nextAttempt.nanoseconds -= back
      held[index].notBefore.nanoseconds -= back
    }
    log.clockSetBack()
  }
}
