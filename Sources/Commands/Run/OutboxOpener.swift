internal import ArgumentParser
internal import Gateway
internal import GatewayConfig
internal import Outbox

/// Makes the state folder, and opens the outbox in it.
struct OutboxOpener: Sendable {
  let configuration: GatewayConfiguration
  let environment: CommandEnvironment

  /// Opens the outbox where something is to be kept; shows why it cannot be.
  func open(_ parts: GatewayParts) throws -> Outbox? {
    try FolderMaking.make(configuration.stateFolder)
    // What an earlier configuration left there is told of, too.
    guard parts.needsOutbox || Outbox.exists(in: configuration.stateFolder) else { return nil }
    do {
      return try openLater(parts)
    } catch {
      Terminal.say("error: \(error)")
      throw ExitCode.unavailable
    }
  }

  /// The same while the gateway runs; the folder is there.
  func openLater(_ parts: GatewayParts) throws(OutboxError) -> Outbox {
    try Outbox.open(
      folder: configuration.stateFolder, durability: configuration.durability == .power ? .power : .process,
      formats: parts.formats.formats.map(\.name), clock: environment.clock, logger: environment.logger)
  }
}
