internal import Glibc
public import AlertModel

/// The time, as plugins see it; tests put their own in its place.
public protocol GatewayClock: Sendable {
  /// The time of day.
  var now: Timestamp { get }

  /// Returns after `duration`, or throws `CancellationError` when the task is cancelled before.
  func sleep(for duration: Duration) async throws
}

/// The system's clock.
public struct SystemClock: GatewayClock {
  public init() {}

  public var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  public func sleep(for duration: Duration) async throws {
    try await Task.sleep(for: duration)
  }
}
