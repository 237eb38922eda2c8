public import AlertModel
public import Logging
internal import Outbox
internal import PluginKit

/// What a gateway knows besides its configuration: silences, and what plugins have learned.
public enum KnownState {
  /// Brings what lies in the state folder to parts that a command made, so that it judges alerts as a gateway would.
  /// Blocks; works beside a running gateway, whose last minute may be missing.
  ///
  /// - Returns: what could not be brought, a sentence each.
  public static func restore(_ parts: GatewayParts, now: Timestamp, logger: Logger) -> [String] {
    var problems: [String] = []
    do {
      let silences = try SilenceFile(stateFolder: parts.stateFolder).read()
      let obeyed = silences.filter { parts.silences.obeys($0, now) }.map(\.silence)
      for enricher in parts.silencing {
        problems += enricher.obey(obeyed).map { "\($0.place.file) is not obeyed: \($0.message)" }
      }
    } catch {
      problems.append("\(error)")
    }
    guard parts.isLearning, Outbox.exists(in: parts.stateFolder) else { return problems }
    do throws(OutboxError) {
      let inspector = try OutboxInspector(
        folder: parts.stateFolder, formats: parts.formats.formats.map(\.name), logger: logger)
      defer { inspector.close() }
      for plugin in parts.rememberingPlugins {
        guard let value = try inspector.value(plugin.key) else { continue }
        if let record = try? MemoryRecord(value, of: plugin.pluginName) {
          plugin.plugin.restore(record.snapshot)
        } else {
          problems.append("what '\(plugin.name)' has learned cannot be read")
        }
      }
    } catch {
      problems.append("what plugins have learned cannot be read: \(error)")
    }
    return problems
  }
}
