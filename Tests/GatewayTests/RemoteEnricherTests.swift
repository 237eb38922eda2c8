import AlertModel
import Gateway
import KQL
import Pipeline
import PluginKit
import PluginTesting
import Synchronization
import Testing

/// Enrichers that do I/O, in the pipeline of a gateway.
@Suite(.timeLimit(.minutes(15))) struct RemoteEnricherTests {
  private func parts(
    _ world: GatewayWorld, _ chunks: [InputChunk], _ remote: RemoteScript, _ output: LineOutput,
    after: [EnrichmentStep] = []
  ) -> GatewayParts {
    world.parts(
      inputs: [ListInput(chunks)], enrichers: [EnrichmentStep(name: "intel", .remote(remote))] + after,
      outputs: [("lines", output)])
  }

  private func chunks(_ count: Int, of size: Int) -> [InputChunk] {
    (0..<count).map { chunk in
      GatewayWorld.chunk((chunk * size..<(chunk + 1) * size).map { #"{"number":\#($0)}"# })
    }
  }

  @Test func `its answers are added in order, failures are noted, and later enrichers see what it added`()
    async throws
  {
    let world = try GatewayWorld()
    let output = LineOutput()
    let remote = RemoteScript { batch in
      (0..<batch.count).map { place in
        place == 1
          ? .failure(EnrichmentFailure("unknown")) : .success(.fields([AddedField("intel", text: "p\(place)")]))
      }
    }
    let seen = EnrichmentStep(name: "seen", .local(SeesIntel(world.fixtures.vocabulary)))
    _ = try await world.gateway(parts(world, chunks(1, of: 3), remote, output, after: [seen]), nil).run()
    #expect(
      output.lines.map { $0.replacing(/,"alert_id":"[0-9a-f]+"|"alert_id":"[0-9a-f]+",?/, with: "") } == [
        #"{"number":0,"weir":{},"intel":"p0","seen":"p0"}"#,
        #"{"number":1,"weir":{"enrichment_errors":[{"enricher":"intel","reason":"unknown"}]},"seen":"nothing"}"#,
        #"{"number":2,"weir":{},"intel":"p2","seen":"p2"}"#,
      ])
  }

  @Test func `behind it conditions know where an alert was read from, and each alert keeps its number`() async throws {
    let world = try GatewayWorld()
    let remote = RemoteScript { batch in
      Array(repeating: .success(.fields([AddedField("intel", text: "x")])), count: batch.count)
    }
    let output = LineOutput()
    var parts = parts(world, [], remote, output)
    let condition = try Condition("_index: logs and _id: *", vocabulary: world.fixtures.vocabulary)
    parts.routes = [Route(name: "logs", condition: condition, outputs: [0])]
    let hits =
      #"{"hits":{"hits":[{"_id":"a","_index":"logs","_source":{"n":1}},{"_id":"b","_index":"x","_source":{"n":2}}]}}"#
    let witness = Numbers()
    let worker = PipelineWorker(plan: parts.plan, clock: world.clock)
    let outcome = await worker.process(GatewayWorld.chunk([hits]), witness: witness)
    #expect(outcome.counts.routed == 1 && outcome.counts.unrouted == 1)
    #expect(witness.ended.withLock { $0 } == [0, 1])
  }

  private final class Numbers: PipelineWitness {
    let ended = Mutex<[Int]>([])
    func ended(_ end: AlertEnd, _ alert: borrowing Alert) { ended.withLock { $0.append(end.number) } }
  }

  @Test func `batches that are answered out of order leave in order`() async throws {
    let world = try GatewayWorld()
    let output = LineOutput()
    let gates = Gates()
    // Each batch is answered after the one behind it has been asked, as far as batches are under way side by side.
    let remote = RemoteScript { batch in
      await gates.pass()
      return Array(repeating: .success(.nothing), count: batch.count)
    }
    let gateway = world.gateway(parts(world, chunks(40, of: 5), remote, output), nil)
    _ = try await gateway.run()
    #expect(output.lines.numbers == Array(0..<200))
  }

  @Test(arguments: [true, false]) func `past its deadline alerts go on without it, whether it listens or not`(
    listens: Bool
  ) async throws {
    let world = try GatewayWorld()
    let output = LineOutput()
    let clock = world.clock
    let remote = RemoteScript { batch in
      if listens {
        try? await clock.sleep(for: .seconds(3600))
      } else {
        await withCheckedContinuation { (never: CheckedContinuation<Void, Never>) in Self.park(never) }
      }
      return Array(repeating: .success(.fields([AddedField("late", text: "yes")])), count: batch.count)
    }
    let gateway = world.gateway(parts(world, chunks(1, of: 2), remote, output), nil)
    async let outcome = gateway.run()
    await remote.isAsked()
    while output.lines.count < 2 {
      clock.advance(by: .seconds(1))
      await Task.yield()
    }
    let ledger = try await outcome.ledger
    #expect(ledger.isBalanced)
    #expect(output.lines.numbers == [0, 1])
    for line in output.lines {
      #expect(
        line.contains(#""enrichment_errors":[{"enricher":"intel","reason":"it gave no answer within 5.0 seconds"}]"#))
      #expect(!line.contains("late"))
    }
    Self.release()
  }

  @Test func `an end while it is asked still delivers what was read, at the latest after its deadline`() async throws {
    let world = try GatewayWorld()
    let output = LineOutput()
    let clock = world.clock
    let remote = RemoteScript { batch in
      try? await clock.sleep(for: .seconds(3600))
      return Array(repeating: .success(.nothing), count: batch.count)
    }
    let gateway = world.gateway(parts(world, chunks(1, of: 2), remote, output), nil)
    async let outcome = gateway.run()
    await remote.isAsked()
    gateway.stopReading()
    while output.lines.count < 2 {
      clock.advance(by: .seconds(1))
      await Task.yield()
    }
    #expect(try await outcome.ledger.outputs.map(\.delivered) == [2])
    #expect(output.lines.allSatisfy { $0.contains("it gave no answer within") })
  }

  @Test func `too few answers are noted on the alerts that have none`() async throws {
    let world = try GatewayWorld()
    let output = LineOutput()
    let remote = RemoteScript { _ in [.success(.nothing)] }
    _ = try await world.gateway(parts(world, chunks(1, of: 2), remote, output), nil).run()
    #expect(output.lines.map { $0.contains("it gave no answer") } == [false, true])
  }

  private static let parked = Mutex<[CheckedContinuation<Void, Never>]>([])
  private static func park(_ continuation: CheckedContinuation<Void, Never>) {
    parked.withLock { $0.append(continuation) }
  }
  private static func release() {
    let all = parked.withLock { parked in
      defer { parked = [] }
      return parked
    }
    for continuation in all { continuation.resume() }
  }
}

/// Lets the first of two through only when the second is there, or when nobody else comes.
private final class Gates: Sendable {
  private let turn = Atomic(0)

  func pass() async {
    let mine = turn.add(1, ordering: .relaxed).newValue
    // Odd ones give way to those behind them.
    if !mine.isMultiple(of: 2) { for _ in 0..<200 { await Task.yield() } }
  }
}

/// Repeats what the remote enricher added.
private struct SeesIntel: Enricher {
  static let manual = Manual(name: "seen", summary: "For tests.", example: "")
  struct Options: PluginOptions { init() {} }
  private let field: Field

  init(options: Options, context: PluginContext) { field = context.vocabulary.field("intel") }
  init(_ vocabulary: Vocabulary) { field = vocabulary.field("intel") }

  func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment {
    .fields([AddedField("seen", text: alert.text(field) ?? "nothing")])
  }
}
