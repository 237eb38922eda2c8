internal import AlertModel
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Synchronization
internal import Testing

/// Random commits, failures, reopenings; sequential ids say what is missing.
@Suite(.timeLimit(.minutes(2)))
struct OutboxPropertyTests {
  @Test(arguments: 0..<12)
  func `Nothing is lost, order is kept where it is promised, and nothing stays behind`(seed: Int) async throws {
    var random = SeededRandom(seed: UInt64(seed))
    let world = try TestWorld()
    // Segments in the database, in many small files, in one.
    let limits = SegmentLimits(
      file: Int.random(in: 1...20_000, using: &random),
      row: seed % 3 == 0 ? 16 * 1024 : Int.random(in: 0...2000, using: &random))
    let dice = Mutex(SeededRandom(seed: UInt64(seed) &+ 1000))
    @Sendable func roll(_ sides: Int) -> Int { dice.withLock { Int.random(in: 0..<sides, using: &$0) } }
    // `ordered` fails only as a whole and one at a time; `mixed` fails in every way, four at a time.
    let ordered = ScriptedOutput { _, batch throws(DeliveryError) in
      if roll(4) == 0 { throw .retryAll(batch, "503", after: roll(3) == 0 ? .seconds(30) : nil) }
    }
    let mixed = ScriptedOutput { _, batch throws(DeliveryError) in
      var outcomes: [Int: DeliveryError.Outcome] = [:]
      for index in 0..<batch.count {
        switch roll(20) {
        case 0, 1: outcomes[index] = .retry(reason: "busy", after: nil)
        case 2: outcomes[index] = .reject(reason: "400")
        default: break
        }
      }
      if !outcomes.isEmpty { throw DeliveryError(outcomes) }
    }
    let dead = Mutex<[String]>([])
    let hooks = DeliveryHooks { letter in dead.withLock { $0.append(String(decoding: letter.json, as: UTF8.self)) } }
    var next = 0
    var wanted: [String: [Int]] = ["ordered": [], "mixed": []]
    for _ in 0..<4 {
      let outbox = try world.open(.process, limits)
      let workers = [
        try world.worker(ordered, name: "ordered", world.settings(batch: 7), outbox, hooks: hooks),
        try world.worker(mixed, name: "mixed", world.settings(batch: 5, concurrency: 4), outbox, hooks: hooks),
      ]
      var commits: [(block: AlertBlock, wants: [(output: String, places: [Int32])])] = []
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        let count = Int.random(in: 1...40, using: &random)
        var wants: [(output: String, places: [Int32])] = []
        for name in ["ordered", "mixed"] {
          let places = (0..<Int32(count)).filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
          wants.append((name, places))
          wanted[name, default: []] += places.map { next + Int($0) }
        }
        commits.append((try world.block(next..<next + count), wants))
        next += count
      }
      let (batches, ticks) = (commits, Int.random(in: 1...30, using: &random))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in workers { group.addTask { await worker.run() } }
        group.addTask {
          for batch in batches { try await outbox.commit(batch.block, wants: batch.wants, checkpoints: []) }
          for _ in 0..<ticks {
            world.clock.advance(by: .seconds(2))
            for _ in 0..<10 { await Task.yield() }
          }
          for worker in workers { await worker.stop(within: .zero) }
        }
        try await group.waitForAll()
      }
      await outbox.close()
    }
    let outbox = try world.open()
    await world.drain(try world.worker(ordered, name: "ordered", world.settings(batch: 7), outbox, hooks: hooks))
    await world.drain(
      try world.worker(mixed, name: "mixed", world.settings(batch: 5, concurrency: 4), outbox, hooks: hooks))
    #expect(ordered.record.accepted == ids(wanted["ordered"] ?? []))
    let deadIDs = dead.withLock { $0.compactMap { $0.firstMatch(of: /"alert_id":"(\d+)"/).map { String($0.1) } } }
    #expect(
      (mixed.record.accepted.filter { !deadIDs.contains($0) } + deadIDs).sorted() == ids(wanted["mixed"] ?? []).sorted()
    )
    #expect(try outbox.store.segmentCount() == 0)
    #expect(try await outbox.backlog().map(\.pending) == [0, 0])
    #expect(try await outbox.backlog().map(\.dead).reduce(0, +) == deadIDs.count)
    await outbox.close()
    #expect(world.segmentFiles == [])
  }
}
