import AlertModel
import BundledPlugins
import Foundation
import Gateway
import GatewayConfig
import PluginKit

@testable import Commands

/// Configurations with their files in a folder of their own.
final class Workbench {
  let folder: String

  static let now = Timestamp("2026-11-21T08:00:00Z") ?? Timestamp(seconds: 0)

  /// A detection rule, as TOML.
  static let rule = """
    [rule]
    rule_id = "r-1"
    name = "Trail created"
    type = "query"
    language = "kuery"
    severity = "high"
    risk_score = 73
    query = "event.action: CreateTrail"
    """

  /// - Parameter files: contents by name; folders are made.
  init(_ files: [String: String]) throws {
    folder = FileManager.default.temporaryDirectory.path + "/weir-commands-\(UUID().uuidString)"
    for (name, text) in files {
      let path = folder + "/" + name
      try FileManager.default.createDirectory(
        atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(filePath: path))
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  func load(_ name: String = "config.yaml") throws -> LoadedConfiguration {
    try ConfigurationLoader(catalog: BundledPlugins.catalog, environment: [:]).load(path(name))
  }

  func parts(_ name: String = "config.yaml", now: Timestamp = Workbench.now) throws -> GatewayParts {
    try Self.parts(try load(name), now: now)
  }

  static func parts(_ loaded: LoadedConfiguration, now: Timestamp) throws -> GatewayParts {
    try parts(loaded, clock: FixedClock(now: now))
  }

  static func parts(_ loaded: LoadedConfiguration, clock: any GatewayClock) throws -> GatewayParts {
    let environment = CommandEnvironment(logLevel: .critical, clock: clock)
    let outcome = Assembly(loaded) { name, vocabulary, state in
      environment.context(named: name, vocabulary: vocabulary, stateFolder: state)
    } file: { path, context in
      try BundledPlugins.fileOutput(path, survivesPowerFailure: false, context: context)
    }.assemble()
    guard let parts = outcome.parts else { throw ConfigurationError(outcome.errors) }
    return parts
  }

  /// The text with this folder's name left out.
  func local(_ text: String) -> String { text.replacing(folder + "/", with: "") }

  /// One document a line.
  static func chunk(_ lines: String...) -> InputChunk { chunk(lines: lines) }

  static func chunk(lines: [String]) -> InputChunk {
    var bytes: [UInt8] = []
    var frames: [InputChunk.Frame] = []
    for (index, line) in lines.enumerated() {
      frames.append(
        InputChunk.Frame(start: bytes.count, count: line.utf8.count, line: index + 1, offset: Int64(bytes.count)))
      bytes.append(contentsOf: line.utf8)
    }
    return InputChunk(bytes: bytes, frames: frames, source: "alerts.ndjson")
  }

  static let configuration = """
    enrichers:
      - account_name: {accounts: accounts.csv}
      - allowlist: {file: known.yaml}
    outputs:
      soc: {slack: {webhook_url: "https://hooks.example/T000/SECRET"}}
      archive: {file: {path: archive.ndjson}}
      held: {file: {path: held.ndjson}}
    routes:
      - {name: urgent, when: "severity >= high and not user.name: robot", to: [soc, archive]}
      - {name: the rest, to: archive}
    suppressed: {to: held}
    state: state
    """

  static let known = """
    - name: mira works on trails
      when: 'event.action: CreateTrail'
      actors: [mira]
      reason: CHG-1
      owner: platform@corp.example
      expires: 2027-03-31
    """

  static func standard(known: String = known) throws -> Workbench {
    try Workbench([
      "config.yaml": configuration, "known.yaml": known, "accounts.csv": "account_id,name\n111122223333,landing-zone\n",
    ])
  }

  /// An alert of no known detector's.
  static func alert(_ id: String, action: String, user: String, severity: String = "low") -> String {
    """
    {"@timestamp":"2026-11-20T08:00:00Z","id":"\(id)","event":{"action":"\(action)"},"user":{"name":"\(user)"},\
    "severity":"\(severity)","rule":{"name":"Trail \(action)"},"cloud":{"account":{"id":"111122223333"}},\
    "ecs":{"version":"8.11"}}
    """
  }
}
