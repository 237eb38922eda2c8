internal import AlertModel
internal import Logging
internal import Outbox
internal import PluginKit
internal import Synchronization

/// Keeps what plugins have learned (`StatefulPlugin`) in the outbox's database, so that a restart does not begin anew.
///
/// There is one value a plugin, under its kind and its name in the configuration. One that is damaged, or that another
/// plugin wrote, is named in the log and not handed on: that plugin begins anew, and the gateway runs.
final class PluginMemory: Sendable {
  /// How often it is kept while alerts pass; it is also kept at the end. After `kill -9` at most so much is forgotten.
  static let interval = Duration.seconds(60)

  /// The most bytes that are kept of one plugin: 64 MiB.
  static let limit = 64 << 20

  private let limit: Int
  private let outbox: Mutex<Outbox?>
  private let clock: any GatewayClock
  private let logger: Logger
  private let thread = BlockingThread("memory")
  /// What lies in the database: the checksum of the last snapshot by key, so that nothing is written twice.
  private let kept = Mutex<[String: UInt64]>([:])

  init(outbox: Outbox?, clock: any GatewayClock, logger: Logger, limit: Int = PluginMemory.limit) {
    self.limit = limit
    self.outbox = Mutex(outbox)
    self.clock = clock
    self.logger = logger
  }

  /// Keeps what plugins know in this outbox from now on.
  func use(_ outbox: Outbox) { self.outbox.withLock { $0 = outbox } }

  /// Hands each plugin what an earlier run kept of it.
  func restore(_ plugins: [RememberingPlugin]) async {
    guard let outbox = outbox.withLock({ $0 }) else { return }
    for plugin in plugins {
      do {
        guard let value = try await outbox.value(plugin.key) else { continue }
        let record = try MemoryRecord(value, of: plugin.pluginName)
        kept.withLock { $0[plugin.key] = record.checksum }
        try await thread.run { plugin.plugin.restore(record.snapshot) }
      } catch {
        logger.warning("what '\(plugin.name)' had learned cannot be used: \(error); it begins anew")
      }
    }
  }

  /// Keeps what the plugins know, as far as it has changed. Trouble is logged, and tried again the next time.
  func save(_ plugins: [RememberingPlugin]) async {
    guard let outbox = outbox.withLock({ $0 }) else { return }
    for plugin in plugins {
      do {
        let record = try await thread.run { MemoryRecord(of: plugin.pluginName, snapshot: plugin.plugin.snapshot()) }
        guard kept.withLock({ $0[plugin.key] }) != record.checksum else { continue }
        guard record.snapshot.count <= limit else {
          let size = record.snapshot.count
          logger.error("what '\(plugin.name)' has learned is not kept: it has \(size) bytes, and \(limit) are allowed")
          continue
        }
        try await outbox.setValue(record.encoded, for: plugin.key)
        kept.withLock { $0[plugin.key] = record.checksum }
      } catch {
        logger.error("what '\(plugin.name)' has learned cannot be kept: \(error)")
      }
    }
  }

  /// Hands what plugins know to those that take their place. Called while no alert passes.
  func carry(from old: [RememberingPlugin], to new: [RememberingPlugin]) async {
    await save(old)
    for plugin in new {
      if let before = old.first(where: { $0.key == plugin.key && $0.pluginName == plugin.pluginName }) {
        try? await thread.run { plugin.plugin.takeOver(from: before.plugin) }
      } else {
        await restore([plugin])
      }
    }
  }

  /// Keeps what the plugins know every `interval`, until the task is cancelled.
  ///
  /// - Parameter plugins: those of the configuration that runs at the time.
  func keepSaving(_ plugins: @Sendable () -> [RememberingPlugin]) async {
    while (try? await clock.sleep(for: Self.interval)) != nil { await save(plugins()) }
  }
}

/// A plugin that has something to remember, and under what it is kept.
struct RememberingPlugin: Sendable {
  let name: String
  let key: String
  let plugin: any StatefulPlugin

  var pluginName: String { type(of: plugin).manual.name }

  /// - Parameter kind: `enricher`, `detector` and so on: names are told apart only within a kind.
  init?(kind: String, name: String, _ plugin: any Plugin) {
    guard let plugin = plugin.stateful, plugin.isLearning else { return nil }
    self.name = name
    self.plugin = plugin
    key = "memory/\(kind)/\(name)"
  }
}

/// A snapshot as it is kept: a line that says what it is, then the plugin's own bytes.
struct MemoryRecord: Sendable {
  let plugin: String
  let snapshot: [UInt8]
  let checksum: UInt64

  enum Failure: Error, CustomStringConvertible {
    case unknownForm, damaged
    case otherPlugin(String)

    var description: String {
      switch self {
      case .unknownForm: "it is in a form that this version does not know"
      case .damaged: "it is damaged"
      case .otherPlugin(let name): "it is that of the plugin '\(name)'"
      }
    }
  }

  private static let mark = "weir-memory-1"

  init(of plugin: String, snapshot: [UInt8]) {
    self.plugin = plugin
    self.snapshot = snapshot
    checksum = Self.checksum(of: snapshot)
  }

  /// - Throws: where the bytes are not what `encoded` gave for this plugin.
  init(_ encoded: [UInt8], of plugin: String) throws(Failure) {
    guard let end = encoded.firstIndex(of: 0x0A) else { throw .unknownForm }
    let head = String(decoding: encoded[..<end], as: UTF8.self).split(separator: " ")
    guard head.count == 3, head[0] == Self.mark else { throw .unknownForm }
    guard head[1] == plugin else { throw .otherPlugin(String(head[1])) }
    self.init(of: plugin, snapshot: Array(encoded[(end + 1)...]))
    guard UInt64(head[2], radix: 16) == checksum else { throw .damaged }
  }

  var encoded: [UInt8] {
    Array("\(Self.mark) \(plugin) \(String(checksum, radix: 16))\n".utf8) + snapshot
  }

  /// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
  private static func checksum(of bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { bytes in
      bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
  }
}
