internal import AlertModel
internal import Glibc
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Testing

@Suite(.timeLimit(.minutes(5)))
struct OutboxInspectorTests {
  /// Ten alerts for `soc`: 0 dead, 1 to be tried again, the rest waiting.
  private func world() async throws -> TestWorld {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      guard call == 0 else { return }
      let outcomes: [Int: DeliveryError.Outcome] = [
        0: .reject(reason: "400"), 1: .retry(reason: "503", after: .seconds(900)),
      ]
      throw DeliveryError(outcomes, pause: .seconds(900))
    }
    let worker = try world.worker(output, world.settings(batch: 2), outbox)
    try await world.commit(0..<10, in: outbox)
    await world.drain(worker, limit: 5)
    await outbox.close()
    return world
  }

  private func inspector(_ world: TestWorld) throws -> OutboxInspector {
    try OutboxInspector(folder: world.folder, logger: world.log.logger)
  }

  private func list(_ inspector: OutboxInspector, _ filter: DeliveryFilter = DeliveryFilter()) throws -> [String] {
    var found: [String] = []
    try inspector.forEach(filter) { delivery in
      let error = delivery.lastError.map { " \($0)" } ?? ""
      found.append("\(delivery.alert.id) \(delivery.state) \(delivery.attempts)\(error)")
      return true
    }
    return found
  }

  @Test func `Each delivery has its state, attempts and last error`() async throws {
    let world = try await world()
    let inspector = try inspector(world)
    #expect(
      try list(inspector) == (2..<10).map { "\($0) pending 0" } + ["1 retrying 1 503", "0 dead 1 400"])
    var filter = DeliveryFilter()
    filter.states = [.dead]
    #expect(try list(inspector, filter) == ["0 dead 1 400"])
    filter = DeliveryFilter()
    filter.matches = { $0.id == "7" }
    #expect(try list(inspector, filter) == ["7 pending 0"])
    filter = DeliveryFilter()
    filter.outputs = ["siem"]
    #expect(try list(inspector, filter) == [])
    #expect(inspector.runningGateway.isRunning == false)
    inspector.close()
  }

  @Test func `Retry and drop work beside a running gateway`() async throws {
    let world = try await world()
    let outbox = try world.open()
    let gate = Gate()
    let output = ScriptedOutput { _, batch throws(DeliveryError) in await gate.pass() }
    let worker = try world.worker(output, world.settings(batch: 1), outbox)
    let inspector = try inspector(world)
    #expect(inspector.runningGateway.isRunning)
    await withTaskGroup { group in
      group.addTask { await worker.run() }
      // One alert is on its way when the others are dropped.
      await gate.waitForFirst()
      do {
        var filter = DeliveryFilter()
        filter.matches = { ["5", "6"].contains($0.id) }
        #expect(try inspector.drop(filter) == 2)
        filter = DeliveryFilter()
        filter.states = [.dead, .retrying]
        #expect(try inspector.retry(filter) == 2)
        #expect(try outbox.store.wasChangedByOthers())
        for standing in try outbox.store.standings() { try outbox.lane(standing.name).reload(standing) }
      } catch {
        Issue.record(error)
      }
      gate.open()
      _ = await worker.drained(until: Timestamp(seconds: 4_000_000_000))
      await worker.stop(within: .zero)
    }
    #expect(output.record.accepted == ["2", "1", "3", "4", "7", "8", "9", "0"])
    let counts = await worker.counts
    #expect(counts.dropped == 2 && counts.requeued == 1 && counts.delivered == 8 && counts.pending == 0)
    inspector.close()
    await outbox.close()
  }

  @Test func `What is tried again keeps its format, whoever looks at the outbox without knowing it`() async throws {
    let world = try TestWorld()
    let known = ["cloudtrail", "our_own", "generic"]
    func open() throws -> Outbox {
      try Outbox.open(folder: world.folder, formats: known, clock: world.clock, logger: world.log.logger)
    }
    let outbox = try open()
    let block = try world.block(0..<1)
    let entries = block.entries.map { entry in
      var entry = entry
      entry.table = 1
      return entry
    }
    try await outbox.commit(AlertBlock(bytes: block.bytes, entries: entries), wants: [("soc", [0])], checkpoints: [])
    let output = ScriptedOutput { _, _ throws(DeliveryError) in throw DeliveryError([0: .reject(reason: "400")]) }
    await world.drain(try world.worker(output, world.settings(), outbox))
    await outbox.close()
    let stranger = try OutboxInspector(
      folder: world.folder, formats: ["cloudtrail", "generic"], logger: world.log.logger)
    #expect(try stranger.retry(DeliveryFilter()) == 1)
    stranger.close()
    let inspector = try OutboxInspector(folder: world.folder, formats: known, logger: world.log.logger)
    var tables: [UInt16] = []
    try inspector.forEach(DeliveryFilter()) { delivery in
      #expect(delivery.state == .pending)
      tables.append(delivery.alert.entry.table)
      return true
    }
    #expect(tables == [1])
    inspector.close()
  }

  @Test(arguments: [true, false]) func `An alert that is dropped while it is on its way is counted once`(
    isAccepted: Bool
  ) async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    try await world.commit(0..<6, in: outbox)
    let gate = Gate()
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      await gate.pass()
      if !isAccepted, call == 0 { throw .retryAll(batch) }
    }
    let worker = try world.worker(output, world.settings(batch: 3), outbox)
    let inspector = try inspector(world)
    await withTaskGroup { group in
      group.addTask { await worker.run() }
      await gate.waitForFirst()
      do {
        var filter = DeliveryFilter()
        filter.alertIDs = ["1", "4"]
        #expect(try inspector.drop(filter) == 2)
      } catch {
        Issue.record(error)
      }
      gate.open()
      group.addTask { try? await outbox.run() }
      await world.finish(worker, limit: 10_000)
      group.cancelAll()
    }
    let counts = await worker.counts
    #expect(counts.pending == 0 && counts.deadLettered == 0)
    if isAccepted {
      #expect(output.record.accepted == ["0", "1", "2", "3", "5"])
      #expect(counts.delivered == 5 && counts.dropped == 1)
    } else {
      #expect(Set(output.record.accepted) == ["0", "2", "3", "5"])
      #expect(counts.delivered == 4 && counts.dropped == 2)
    }
    #expect(try outbox.store.segmentCount() == 0)
    inspector.close()
    await outbox.close()
  }

  @Test func `Dead letters that are too old or too many go, the oldest first`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      throw DeliveryError(all: batch.count, .reject(reason: "400"))
    }
    let worker = try world.worker(output, world.settings(batch: 100), outbox)
    try await world.commit(0..<700, in: outbox)
    await world.drain(worker)
    let between = Timestamp(nanoseconds: world.clock.now.nanoseconds + 1)
    world.clock.advance(by: .seconds(60))
    try await world.commit(700..<1500, in: outbox)
    await world.drain(try world.worker(output, world.settings(batch: 100), outbox))
    #expect(
      try outbox.store.trimDeadLetters(before: Timestamp(seconds: 0), limit: 1500)
        == Store.DeadLetterTrim(old: 0, surplus: 0, left: 1500))
    #expect(
      try outbox.store.trimDeadLetters(before: between, limit: 1500)
        == Store.DeadLetterTrim(old: 700, surplus: 0, left: 800))
    #expect(
      try outbox.store.trimDeadLetters(before: between, limit: 100)
        == Store.DeadLetterTrim(old: 0, surplus: 700, left: 100))
    let inspector = try inspector(world)
    #expect(try list(inspector) == (1400..<1500).map { "\($0) dead 1 400" })
    inspector.close()
    await outbox.close()
  }

  @Test func `Whoever looks at dead letters holds nothing up`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      throw DeliveryError(all: batch.count, .reject(reason: "400"))
    }
    try await world.commit(0..<40, in: outbox)
    await world.drain(try world.worker(output, world.settings(batch: 100), outbox))
    let inspector = try inspector(world)
    var seen: [String] = []
    try inspector.forEach(DeliveryFilter()) { delivery in
      seen.append(delivery.alert.id)
      // What is asked in between does not wait for the reading to end.
      let backlog = try inspector.backlog()
      #expect(backlog.map(\.dead) == [40])
      return true
    }
    #expect(seen == ids(0..<40))
    inspector.close()
    await outbox.close()
  }

  @Test func `Where nothing was kept yet, that is said`() throws {
    let world = try TestWorld()
    #expect(
      throws: OutboxError.unusableFolder(
        "there is no outbox in the state folder '\(world.folder)'; nothing has been kept there yet")
    ) { try inspector(world) }
  }

  @Test func `What is dropped without a gateway gives its room back at once`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    for number in 0..<4 {
      try await outbox.commit(
        try world.block(number * 100..<number * 100 + 100, padding: 10_000), wants: [("soc", Array(0..<100))],
        checkpoints: [])
    }
    await outbox.close()
    func room() throws -> Int {
      try world.segmentFiles.reduce(0) { sum, path in
        var status = stat()
        try #require(stat(path, &status) == 0)
        return sum + Int(status.st_blocks) * 512
      }
    }
    #expect(try room() > 4_000_000)
    let inspector = try OutboxInspector(folder: world.folder, logger: world.log.logger)
    var filter = DeliveryFilter()
    filter.matches = { Int($0.id).map { $0 / 100 != 2 } ?? false }
    #expect(try inspector.drop(filter) == 300)
    #expect(try (900_000..<1_100_000).contains(room()))
    #expect(try inspector.drop(DeliveryFilter()) == 100)
    #expect(world.segmentFiles == [])
    inspector.close()
    let again = try world.open()
    #expect(again.recovery == nil)
    try await world.commit(0..<10, in: again)
    await again.close()
  }
}
