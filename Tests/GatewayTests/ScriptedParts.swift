import AlertModel
import PluginKit
import PluginTesting
import Synchronization

/// An input that a test feeds by hand; it ends when it is told to, or cancelled.
final class FedInput: Input {
  static let manual = Manual(name: "fed", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  let remembers: Bool
  private let stream: AsyncStream<InputChunk>
  private let feed: AsyncStream<InputChunk>.Continuation
  private let begun = Mutex<[[InputCheckpoint]]>([])

  init(options: Options, context: PluginContext) {
    remembers = false
    (stream, feed) = AsyncStream.makeStream()
  }

  init(remembers: Bool = true) {
    self.remembers = remembers
    (stream, feed) = AsyncStream.makeStream()
  }

  /// The checkpoints that each `run` began with.
  var beginnings: [[InputCheckpoint]] { begun.withLock { $0 } }

  func give(_ numbers: some Sequence<Int>, checkpoint: String? = nil) {
    let chunk = GatewayWorld.chunk(numbers.map { #"{"number":\#($0)}"# })
    feed.yield(
      InputChunk(
        bytes: chunk.bytes, frames: chunk.frames, source: "fed",
        checkpoint: checkpoint.map { InputCheckpoint(key: "place", value: Array($0.utf8)) }))
  }

  func end() { feed.finish() }

  func run(
    from checkpoints: [InputCheckpoint], emit: @escaping @Sendable (InputChunk) async throws -> Void
  ) async throws {
    begun.withLock { $0.append(checkpoints) }
    for await chunk in stream { try await emit(chunk) }
  }
}

/// A queued output that keeps what it gets, and can be told to fail or to wait.
final class QueuedOutput: Output {
  static let delivery = DeliveryMode.queued
  static let manual = Manual(name: "queued", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  private let kept = Mutex<[String]>([])
  private let failing: Atomic<Bool>
  private let ended = Atomic(false)

  init(options: Options, context: PluginContext) { failing = Atomic(false) }
  init(isFailing: Bool = false) { failing = Atomic(isFailing) }

  var lines: [String] { kept.withLock { $0 } }
  var isStopped: Bool { ended.load(ordering: .relaxed) }

  func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    if failing.load(ordering: .relaxed) {
      throw DeliveryError(all: batch.count, .retry(reason: "503", after: nil))
    }
    let lines = (0..<batch.count).map { batch[$0].withJSON { String(decoding: $0, as: UTF8.self) } }
    kept.withLock { $0 += lines }
  }

  func stop() async { ended.store(true, ordering: .relaxed) }
}

extension Array<String> {
  /// The `number` of each line.
  var numbers: [Int] {
    compactMap { line in line.firstMatch(of: /"number":(\d+)/).flatMap { Int($0.1) } }
  }
}

/// An enricher with I/O that does what a test says.
final class RemoteScript: RemoteEnricher {
  typealias Answer = [Result<Enrichment, EnrichmentFailure>]
  static let manual = Manual(name: "remote", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  let deadline = Duration.seconds(5)
  private let answer: @Sendable (DeliveryBatch) async -> Answer
  private let asked: AsyncStream<Void>
  private let ask: AsyncStream<Void>.Continuation

  init(options: Options, context: PluginContext) {
    answer = { _ in [] }
    (asked, ask) = AsyncStream.makeStream()
  }

  init(_ answer: @escaping @Sendable (DeliveryBatch) async -> Answer) {
    self.answer = answer
    (asked, ask) = AsyncStream.makeStream()
  }

  /// Returns when it was asked for the first time.
  func isAsked() async { for await _ in asked { return } }

  func enrich(_ batch: DeliveryBatch) async -> Answer {
    ask.yield()
    return await answer(batch)
  }
}
