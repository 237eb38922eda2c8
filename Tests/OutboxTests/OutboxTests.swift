internal import AlertModel
internal import Foundation
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Testing

@Suite(.timeLimit(.minutes(5)))
struct OutboxTests {
  @Test func `What was committed is there after a restart, with its checkpoints`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    try await outbox.commit(
      try world.block(0..<5), wants: [("soc", [0, 2, 4]), ("siem", [2])],
      checkpoints: [InputCheckpoint(key: "file:a", value: [1, 2]), InputCheckpoint(key: "http:b", value: [])])
    try await outbox.commit(
      AlertBlock(bytes: [], entries: []), wants: [], checkpoints: [InputCheckpoint(key: "file:a", value: [3])])
    try await outbox.setValue([7], for: "silence")
    await outbox.close()
    let again = try world.open()
    #expect(again.recovery == nil)
    #expect(try await again.checkpoints(prefix: "file:") == [InputCheckpoint(key: "file:a", value: [3])])
    #expect(try await again.value("silence") == [7])
    #expect(
      try await again.backlog() == [
        OutputBacklog(output: "siem", pending: 1, dead: 0), OutputBacklog(output: "soc", pending: 3, dead: 0),
      ])
    let (soc, siem) = (ScriptedOutput(), ScriptedOutput())
    await world.drain(try world.worker(soc, world.settings(), again))
    await world.drain(try world.worker(siem, name: "siem", world.settings(), again))
    #expect(soc.record.accepted == ["0", "2", "4"])
    #expect(siem.record.accepted == ["2"])
    #expect(try again.store.segmentCount() == 0)
    await again.close()
  }

  @Test func `A second process on the same folder is refused by name`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    #expect(throws: OutboxError.inUse(folder: world.folder, pid: getpid())) { try world.open() }
    #expect(
      OutboxError.inUse(folder: "state", pid: 42).description
        == "the state folder 'state' is in use by process 42; stop that one, or set another folder with 'state'")
    await outbox.close()
    let next = try world.open()
    await next.close()
  }

  @Test func `Where the state is removed under a running outbox nothing more is accepted, and what waits is delivered`()
    async throws
  {
    let world = try TestWorld()
    let outbox = try world.open()
    try await world.commit(0..<10, in: outbox)
    for name in try FileManager.default.contentsOfDirectory(atPath: world.folder) {
      try FileManager.default.removeItem(atPath: world.folder + "/" + name)
    }
    await #expect(
      throws: OutboxError.unusableFolder(
        "the outbox '\(world.database)' was removed or replaced while Weir was using it: nothing more can be kept, and "
          + "what waits is delivered as far as it can still be read; start Weir again")
    ) { try await world.commit(10..<20, in: outbox) }
    let output = ScriptedOutput()
    await world.drain(try world.worker(output, world.settings(), outbox))
    #expect(output.record.accepted == ids(0..<10))
    await outbox.close()
  }

  @Test func `A folder that is missing is named`() {
    #expect(
      throws: OutboxError.unusableFolder(
        "there is no state folder '/nowhere/weir'; create it, or set another one with 'state'")
    ) { try Outbox.open(folder: "/nowhere/weir", logger: RecordingLog().logger) }
  }

  @Test func `A newer schema is refused, not overwritten`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    try outbox.store.write { db in try db.execute(sql: "PRAGMA user_version = 99") }
    await outbox.close()
    #expect(throws: OutboxError.newerSchema(path: world.database, found: 99, known: 3)) { try world.open() }
  }

  @Test(arguments: ["garbage", "empty", "truncated"])
  func `A damaged file is set aside and named, and the outbox starts`(kind: String) async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    try await world.commit(0..<50, in: outbox)
    await outbox.close()
    let whole = try Data(contentsOf: URL(fileURLWithPath: world.database))
    let damaged =
      switch kind {
      case "garbage": Data((0..<whole.count).map { UInt8(truncatingIfNeeded: $0 &* 31) })
      case "empty": Data()
      default: whole.prefix(whole.count / 2)
      }
    try damaged.write(to: URL(fileURLWithPath: world.database))
    let again = try world.open()
    let recovery = try #require(again.recovery)
    #expect(recovery.setAside == world.folder + "/outbox-damaged-20261121T031947000Z.sqlite")
    #expect(FileManager.default.fileExists(atPath: recovery.setAside))
    #expect(world.log.messages.contains("error: \(recovery)"))
    #expect(recovery.mayHaveLostMore || recovery.savedDeliveries + recovery.lostDeliveries == 50)
    try await world.commit(50..<60, in: again)
    let output = ScriptedOutput()
    await world.drain(try world.worker(output, world.settings(), again))
    #expect(output.record.accepted.suffix(10) == ids(50..<60)[...])
    await again.close()
    let third = try world.open()
    #expect(third.recovery == nil)
    await third.close()
  }

  @Test func `What a repair that was cut off has left goes with the next start`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    try await world.commit(0..<10, in: outbox)
    await outbox.close()
    let before = try FileManager.default.contentsOfDirectory(atPath: world.folder)
    for suffix in ["", "-wal", "-shm", "-journal"] {
      try Data("half".utf8).write(to: URL(fileURLWithPath: world.database + ".new" + suffix))
    }
    let again = try world.open()
    let output = ScriptedOutput()
    await world.drain(try world.worker(output, world.settings(), again))
    #expect(output.record.accepted == ids(0..<10))
    await again.close()
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: world.folder)) == Set(before))
  }

  @Test func `A flipped byte anywhere neither crashes nor stops the outbox, nor delivers a changed alert`() async throws
  {
    let world = try TestWorld()
    let outbox = try world.open()
    for number in 0..<8 { try await world.commit(number * 10..<number * 10 + 10, in: outbox) }
    await outbox.close()
    let whole = try Data(contentsOf: URL(fileURLWithPath: world.database))
    var expected: [String: String] = [:]
    let block = try world.block(0..<80)
    for place in 0..<80 {
      let alert = DeliveryBatch(block: block, places: [Int32(place)])[0]
      expected[alert.id] = alert.withJSON { String(decoding: $0, as: UTF8.self) }
    }
    var random = SeededRandom(seed: 7)
    for _ in 0..<60 {
      let scratch = try TestWorld()
      var damaged = whole
      damaged[Int.random(in: 0..<whole.count, using: &random)] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
      try damaged.write(to: URL(fileURLWithPath: scratch.database))
      var again = try scratch.open()
      let wanted = expected
      let output = ScriptedOutput { _, batch throws(DeliveryError) in
        for index in 0..<batch.count {
          let text = batch[index].withJSON { String(decoding: $0, as: UTF8.self) }
          #expect(wanted[batch[index].id] == text)
        }
      }
      // Nobody repairs the database here: once damage is found, the worker waits.
      @Sendable func isDamaged() -> Bool { FileManager.default.fileExists(atPath: scratch.folder + "/outbox.damaged") }
      await scratch.drain(try scratch.worker(output, scratch.settings(), again), until: isDamaged)
      if isDamaged() {
        await again.close()
        again = try scratch.open()
        #expect(again.recovery != nil)
        await scratch.drain(try scratch.worker(output, scratch.settings(), again), until: isDamaged)
      }
      if let recovery = again.recovery {
        let missing = Set(expected.keys).subtracting(output.record.accepted)
        #expect(missing.count <= recovery.lostDeliveries || recovery.mayHaveLostMore, "\(missing.count) are missing")
      }
      try await scratch.commit(100..<101, in: again)
      await again.close()
    }
  }

  @Test func `Damage found while running is set aside at once, and the rest is delivered`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    for number in 0..<6 { try await world.commit(number * 10..<number * 10 + 10, in: outbox) }
    try outbox.store.write { db in
      try db.execute(sql: "UPDATE segment SET entries = zeroblob(length(entries)) WHERE id = 3")
    }
    let output = ScriptedOutput()
    let worker = try world.worker(output, world.settings(), outbox)
    await withTaskGroup { group in
      group.addTask { try? await outbox.run() }
      await world.drain(worker, limit: 10_000)
      group.cancelAll()
    }
    try await world.commit(60..<70, in: outbox)
    await world.drain(try world.worker(output, world.settings(), outbox))
    #expect(Set(output.record.accepted) == Set(ids(0..<70)).subtracting(ids(20..<30)))
    let counts = await worker.counts
    #expect(counts.lost == 10 && counts.pending == 0 && counts.delivered == 50, "\(counts)")
    #expect(
      world.log.messages.contains {
        $0.hasPrefix(
          "error: the outbox '\(world.database)' is damaged: segment 3 does not have its checksum; it was set")
      })
    await outbox.close()
    let again = try world.open()
    #expect(again.recovery == nil)
    await again.close()
  }

  @Test func `Outputs keep their numbers through a repair of a database that has lost their names`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    try await outbox.commit(try world.block(0..<1), wants: [("archive", [0])], checkpoints: [])
    await world.drain(try world.worker(ScriptedOutput(), name: "archive", world.settings(), outbox))
    try await world.commit(1..<10, in: outbox)
    try outbox.store.write { db in try db.execute(sql: "DELETE FROM output") }
    let upkeep = outbox.tend { Issue.record("\($0)") }
    outbox.report(damage: .damaged("a page of outputs is damaged"))
    while outbox.epoch == 0 {
      world.clock.advance(by: .milliseconds(100))
      try await Task.sleep(for: .milliseconds(1))
    }
    #expect(
      try await outbox.backlog() == [
        OutputBacklog(output: "archive", pending: 0, dead: 0), OutputBacklog(output: "soc", pending: 9, dead: 0),
      ])
    let output = ScriptedOutput()
    await world.drain(try world.worker(output, world.settings(), outbox))
    #expect(output.record.accepted == ids(1..<10))
    upkeep.cancel()
    await upkeep.value
    await outbox.close()
  }

  @Test func `What is kept or asked for while damage is repaired waits for the repair`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let checkpoint = InputCheckpoint(key: "stdin", value: [1])
    try await outbox.commit(try world.block([]), wants: [], checkpoints: [checkpoint])
    let upkeep = outbox.tend { Issue.record("\($0)") }
    outbox.report(damage: .damaged("segment 1 is not where it was written"))
    let asking = Task {
      try await world.commit(0..<10, in: outbox)
      return try await outbox.checkpoints()
    }
    let ticking = Task {
      while !Task.isCancelled {
        world.clock.advance(by: .milliseconds(100))
        try await Task.sleep(for: .milliseconds(1))
      }
    }
    #expect(try await asking.value == [checkpoint])
    ticking.cancel()
    #expect(outbox.epoch == 1)
    #expect(try await outbox.backlog() == [OutputBacklog(output: "soc", pending: 10, dead: 0)])
    upkeep.cancel()
    await upkeep.value
    await outbox.close()
  }

  @Test func `Alerts whose own bytes are damaged become dead letters, the rest is delivered`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    try await world.commit(0..<10, in: outbox)
    let block = try world.block(0..<10)
    let at = Int(block.entries[4].start) + 30
    try outbox.store.write { db in
      try db.execute(
        sql: "UPDATE segment SET lines = CAST(substr(lines, 1, ?) || x'7e' || substr(lines, ?) AS BLOB)",
        arguments: [at, at + 2])
    }
    await outbox.close()
    let again = try world.open()
    let output = ScriptedOutput()
    let worker = try world.worker(output, world.settings(), again)
    await world.drain(worker)
    #expect(output.record.accepted == ids([0, 1, 2, 3, 5, 6, 7, 8, 9]))
    #expect(await worker.counts.deadLettered == 1)
    await again.close()
    // It is not what the detector wrote.
    let inspector = try OutboxInspector(folder: world.folder, logger: world.log.logger)
    #expect(try inspector.retry(DeliveryFilter()) == 0)
    inspector.close()
  }

  @Test func `The file gives its space back`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    for number in 0..<40 {
      try await outbox.commit(
        try world.block(number * 100..<number * 100 + 100, padding: 10_000), wants: [("soc", Array(0..<100))],
        checkpoints: [])
    }
    let output = ScriptedOutput()
    await world.drain(try world.worker(output, world.settings(batch: 100), outbox))
    #expect(output.record.accepted.count == 4000)
    for _ in 0..<10 { try outbox.store.tidy() }
    await outbox.close()
    let size = try FileManager.default.attributesOfItem(atPath: world.database)[.size] as? Int ?? 0
    #expect(size < 6 * 1024 * 1024)
  }

  @Test func `Alerts keep their format when a version has the formats in another order`() async throws {
    let world = try TestWorld()
    func open(_ formats: [String]) throws -> Outbox {
      try Outbox.open(folder: world.folder, formats: formats, clock: world.clock, logger: world.log.logger)
    }
    let outbox = try open(["falco", "json"])
    let entry = AlertBlock.Entry(
      start: 0, count: 2, idStart: 0, idCount: 0, time: world.clock.now, severity: .low, table: 0)
    try await outbox.commit(
      AlertBlock(bytes: Array("{}\n".utf8), entries: [entry]), wants: [("soc", [0])], checkpoints: [])
    await outbox.close()
    let again = try open(["zeek", "falco", "json"])
    let lane = try again.lane("soc")
    #expect(try again.store.segments(for: lane.id, after: 0, alerts: 1, bytes: 1).first?.block.entries[0].table == 1)
    await again.close()
  }
}
