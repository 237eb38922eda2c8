internal import AlertModel
internal import Glibc
internal import Logging
internal import Outbox
internal import PluginKit

/// Keeps the alerts that a digest stands for, so that each can still be read: one JSON object a line, with the digest's
/// id, in `digested.ndjson` of the state folder. It is kept as dead letters are.
final class DigestedAlertFile: Sendable {
  private let file: RotatingFile
  private let clock: any GatewayClock

  init(stateFolder: String, maxAge: Duration, isSynced: Bool, clock: any GatewayClock, logger: Logger) {
    file = RotatingFile(
      stateFolder + "/digested.ndjson", of: "alerts of digests", maxAge: maxAge, isSynced: isSynced, clock: clock,
      logger: logger)
    self.clock = clock
  }

  /// Appends the alerts. Blocks while it writes.
  ///
  /// - Returns: where they can be read, for a person who has only the digest.
  func append(_ alerts: DigestedAlerts) throws(FileError) -> String {
    var lines: [UInt8] = []
    for index in 0..<alerts.batch.count {
      lines.append(contentsOf: Array(#"{"@timestamp":""#.utf8))
      clock.now.append(to: &lines)
      lines.append(contentsOf: Array(#"","digest":"#.utf8))
      JSONEscapes.appendQuoted(alerts.id, to: &lines)
      lines.append(contentsOf: Array(#","output":"#.utf8))
      JSONEscapes.appendQuoted(alerts.output, to: &lines)
      lines.append(contentsOf: Array(#","alert":"#.utf8))
      alerts.batch[index].withJSON { lines.append(contentsOf: $0) }
      lines.append(contentsOf: Array("}\n".utf8))
    }
    try file.append(lines)
    return "'\(absolutePath)' on \(Self.host)"
  }

  private var absolutePath: String {
    guard let resolved = realpath(file.path, nil) else { return file.path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "the gateway's host" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
