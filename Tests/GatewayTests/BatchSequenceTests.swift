import AlertModel
@testable import Gateway
import Outbox
@testable import Pipeline
import PluginKit
import Synchronization
import Testing

/// Chunks become batches: few where much comes at once, none later than it must be.
struct BatchSequenceTests {
  @Test func `A batch takes in what comes while it is worked on, and is over once nothing does`() async {
    let chunks = ChunkQueue(GatewayWorld.chunk(["1"]))
    #expect(chunks.add(GatewayWorld.chunk(["2"])))
    #expect(await chunks.next()?.bytes == Array("1\n".utf8))
    #expect(await chunks.next()?.bytes == Array("2\n".utf8))
    #expect(chunks.add(GatewayWorld.chunk(["3"])))
    #expect(await chunks.next()?.bytes == Array("3\n".utf8))
    #expect(await chunks.next() == nil)
    #expect(!chunks.add(GatewayWorld.chunk(["4"])))
    #expect(await chunks.next() == nil)
  }

  @Test func `A batch that is full takes in no more, and a large chunk is one by itself`() async {
    let quarter = InputChunk(
      bytes: Array(repeating: 0x20, count: DocumentFramer.readSize - 100), frames: [], source: "test")
    let chunks = ChunkQueue(quarter)
    #expect([1, 2, 3, 4].map { _ in chunks.add(quarter) } == [true, true, true, false])
    let whole = InputChunk(bytes: Array(repeating: 0x20, count: ChunkQueue.usualSize), frames: [], source: "test")
    #expect(!ChunkQueue(whole).add(quarter))
    #expect(!ChunkQueue(quarter, isOpen: false).add(quarter))
    // Nor does one without end where each chunk is a file that cannot be opened.
    let problem = UnreadableInput(reason: "no such file", line: 0, offset: 0, bytes: [], countsAsAlert: false)
    let nothing = InputChunk(bytes: [], frames: [], unreadable: [problem], source: "test")
    let problems = ChunkQueue(nothing)
    #expect((0..<1000).count { _ in problems.add(nothing) } == ChunkQueue.full / ChunkQueue.sizeOfEach - 1)
  }

  @Test func `Inputs side by side each keep their order, and the last place of each is kept`() async throws {
    let world = try GatewayWorld()
    let output = CountedBatches()
    let inputs = [0, 1, 2].map { input in
      ListInput((0..<300).map { Self.chunk($0, of: input, "\(input).ndjson") })
    }
    let outcome = try await world.gateway(
      world.parts(inputs: inputs, outputs: [("archive", output)]), world.outbox()
    ).run()
    #expect(outcome.ledger.isBalanced && outcome.ledger.alerts.read == 900)
    for input in 0..<3 {
      #expect(output.lines.filter { $0.contains(#""input":\#(input),"#) }.numbers == Array(0..<300))
    }
    // Of batches there are fewer: lines come quicker than they are committed.
    #expect(output.batches < 900)
    let again = try world.outbox()
    let places = try await again.checkpoints().map(\.value)
    #expect(places.count == 3 && places.allSatisfy { $0 == Array("299".utf8) })
    await again.close()
  }

  @Test func `In a batch of several chunks dead letters name their own source, at each stage`() async throws {
    let world = try GatewayWorld()
    let steps = [
      EnrichmentStep(name: "deep", .local(try NestingEnricher())),
      EnrichmentStep(name: "intel", .remote(RemoteScript { _ in [] })),
    ]
    let parts = world.parts(inputs: [], enrichers: steps, outputs: [("archive", LineOutput())])
    let chunks = ChunkQueue(Self.chunk(0, of: 0, "a.ndjson", "no json"))
    #expect(chunks.add(Self.chunk(1, of: 1, "b.ndjson")))
    let outcome = await PipelineWorker(plan: parts.plan, clock: world.clock).process(chunks)
    #expect(outcome.counts.read == 3 && outcome.counts.deadLettered == 3)
    #expect(outcome.deadLetters.map(\.source) == ["a.ndjson", "a.ndjson", "b.ndjson"])
    #expect(outcome.checkpoints.map(\.value) == [Array("0".utf8), Array("1".utf8)])
  }

  private static func chunk(_ number: Int, of input: Int, _ source: String, _ more: String...) -> InputChunk {
    let chunk = GatewayWorld.chunk([#"{"input":\#(input),"number":\#(number)}"#] + more)
    return InputChunk(
      bytes: chunk.bytes, frames: chunk.frames, source: source,
      checkpoint: InputCheckpoint(key: source, value: Array(String(number).utf8)))
  }
}

/// Adds a field that an alert is too deep with.
private struct NestingEnricher: Enricher {
  static let manual = Manual(name: "nesting", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  private let field: AddedField

  init(options: Options, context: PluginContext) throws { try self.init() }
  init() throws {
    let depth = DocumentParser.maximumDepth
    field = try AddedField(
      "deep", json: Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8))
  }

  func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment { .fields([field]) }
}

/// Keeps the lines that it gets, and counts how often it gets some.
private final class CountedBatches: Output {
  static let delivery = DeliveryMode.direct
  static let manual = Manual(name: "counted", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }

  private let kept = LineOutput()
  private let deliveries = Atomic(0)

  init(options: Options, context: PluginContext) {}
  init() {}

  var lines: [String] { kept.lines }
  var batches: Int { deliveries.load(ordering: .relaxed) }

  func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
    deliveries.add(1, ordering: .relaxed)
    try await kept.deliver(batch)
  }
}
