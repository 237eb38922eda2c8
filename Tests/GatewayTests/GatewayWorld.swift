import AlertModel
import Foundation
import Gateway
import Outbox
import Pipeline
import PluginKit
import PluginTesting
import Synchronization

/// A gateway with plugins that tests hold in their hands, and a state folder that goes away with the test.
final class GatewayWorld: Sendable {
  let folder: String
  let clock = ManualClock()
  let log = RecordingLog()
  let fixtures = AlertFixtures()

  init() throws {
    folder = NSTemporaryDirectory() + "weir-gateway-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func outbox() throws -> Outbox { try Outbox.open(folder: folder, clock: clock, logger: log.logger) }

  /// Everything goes to every output.
  func parts(
    inputs: [any Input], enrichers: [EnrichmentStep] = [], outputs: [(String, any Output)]
  ) -> GatewayParts {
    GatewayParts(
      inputs: inputs.enumerated().map { InputPart(name: "input_\($0 + 1)", $1) }, formats: fixtures.formats,
      enrichers: enrichers,
      outputs: outputs.map { OutputPart(name: $0, $1, delivery: DeliveryDefaults()) },
      routes: [Route(name: "all", condition: nil, outputs: Array(outputs.indices))], suppressedOutput: 0,
      deadLetters: folder + "/dead-letters.ndjson", stateFolder: folder)
  }

  func gateway(_ parts: GatewayParts, _ outbox: Outbox?, drainTimeout: Duration = .seconds(30)) -> Gateway {
    Gateway(parts, outbox: outbox, clock: clock, logger: log.logger, drainTimeout: drainTimeout)
  }

  /// Documents as an input hands them over.
  static func chunk(_ documents: some Sequence<String>) -> InputChunk {
    var bytes: [UInt8] = []
    var frames: [InputChunk.Frame] = []
    for document in documents {
      frames.append(
        InputChunk.Frame(
          start: bytes.count, count: document.utf8.count, line: frames.count + 1, offset: Int64(bytes.count)))
      bytes += Array(document.utf8) + [0x0A]
    }
    return InputChunk(bytes: bytes, frames: frames, source: "test")
  }
}

/// Hands over what it was given, and ends.
struct ListInput: Input {
  static let manual = Manual(name: "list", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  let chunks: [InputChunk]

  init(options: Options, context: PluginContext) { chunks = [] }
  init(_ chunks: [InputChunk]) { self.chunks = chunks }

  func run(
    from checkpoints: [InputCheckpoint], emit: @escaping @Sendable (InputChunk) async throws -> Void
  ) async throws {
    for chunk in chunks { try await emit(chunk) }
  }
}

/// Keeps the lines that it gets.
final class LineOutput: Output {
  static let delivery = DeliveryMode.direct
  static let manual = Manual(name: "lines", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  private let kept = Mutex<[String]>([])

  init(options: Options, context: PluginContext) {}
  init() {}

  var lines: [String] { kept.withLock { $0 } }

  func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    let lines = (0..<batch.count).map { batch[$0].withJSON { String(decoding: $0, as: UTF8.self) } }
    kept.withLock { $0 += lines }
  }
}

/// Says of each alert which one it is since the beginning of time.
final class CountingEnricher: Enricher, StatefulPlugin {
  static let manual = Manual(name: "counting", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  private let count = Mutex(0)

  init(options: Options, context: PluginContext) {}
  init() {}

  func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment {
    let number = count.withLock { count in
      count += 1
      return count
    }
    return .fields([AddedField("count", text: String(number))])
  }

  func snapshot() -> [UInt8] { Array(String(count.withLock { $0 }).utf8) }

  func restore(_ snapshot: [UInt8]) {
    count.withLock { $0 = Int(String(decoding: snapshot, as: UTF8.self)) ?? 0 }
  }
}
