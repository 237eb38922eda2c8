internal import AlertModel
internal import PluginKit

/// The time of day, asked for only where somebody needs it.
struct LazyTime {
  private let clock: any GatewayClock

  init(clock: any GatewayClock) {
    self.clock = clock
  }

  var value: Timestamp { clock.now }
}
