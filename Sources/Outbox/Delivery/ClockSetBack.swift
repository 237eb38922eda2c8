internal import AlertModel
internal import PluginKit

extension DeliveryWorker {
  /// What a clock may go back by itself, without anybody setting it.
  private static let slack = Duration.seconds(1)

  /// Notices that the clock was set back, and what waits for a time waits for as long as it would have: an hour that comes
  /// twice must not hold alerts up for an hour.
  func noteTime(_ now: Timestamp) {
    defer { lastTime = now }
    let back = lastTime - now
    guard back > Self.slack else { return }
    breaker.setBack(back)
    bucket?.setBack(back)
    nextDigest = min(nextDigest, now)
    for index in held.indices {
      held[index].nextAttempt = held[index].nextAttempt - back
      held[index].notBefore = held[index].notBefore - back
    }
    log.clockSetBack()
  }
}
