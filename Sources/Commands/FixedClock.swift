internal import AlertModel
internal import PluginKit

/// A clock that stands still, so that every alert of a command is judged at the same moment.
struct FixedClock: GatewayClock {
  let now: Timestamp

  func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
