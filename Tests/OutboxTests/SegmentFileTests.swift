internal import AlertModel
internal import Foundation
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Testing

/// Segments that lie in files beside the database.
@Suite(.timeLimit(.minutes(3)))
struct SegmentFileTests {
  /// Everything in files, three segments each.
  private static let limits = SegmentLimits(file: 2500, row: 0)
  private static let perCommit = 10
  private static let commits = 8

  /// What lies in the folder of an outbox with eight segments of ten alerts.
  private func world(closing: Bool = true) async throws -> (TestWorld, Outbox) {
    let world = try TestWorld()
    let outbox = try world.open(.process, Self.limits)
    for number in 0..<Self.commits {
      try await world.commit(number * Self.perCommit..<(number + 1) * Self.perCommit, in: outbox)
    }
    if closing { await outbox.close() }
    return (world, outbox)
  }

  private func copy(_ world: TestWorld) throws -> TestWorld {
    let scratch = try TestWorld()
    for path in [world.database] + world.segmentFiles {
      let name = URL(fileURLWithPath: path).lastPathComponent
      try FileManager.default.copyItem(atPath: path, toPath: scratch.folder + "/" + name)
    }
    return scratch
  }

  private func drain(_ world: TestWorld, _ outbox: Outbox) async throws -> [String] {
    let output = ScriptedOutput()
    await world.drain(try world.worker(output, world.settings(), outbox))
    return output.record.accepted
  }

  private var all: [String] { ids(0..<Self.commits * Self.perCommit) }

  private func change(_ path: String, _ body: (inout Data) -> Void) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    body(&bytes)
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  @Test func `Alerts lie in files, are delivered in order after a restart, and the files go`() async throws {
    let (world, _) = try await world()
    #expect(world.segmentFiles.count > 2)
    let outbox = try world.open(.power, Self.limits)
    #expect(outbox.recovery == nil)
    #expect(try await drain(world, outbox) == all)
    #expect(world.segmentFiles == [])
    await outbox.close()
  }

  @Test func `An outbox that keeps up uses one file over and over`() async throws {
    let world = try TestWorld()
    let outbox = try world.open(.process, SegmentLimits(file: 1_000_000, row: 0))
    var size = 0
    for number in 0..<20 {
      try await world.commit(number * 10..<number * 10 + 10, in: outbox)
      #expect(try await drain(world, outbox) == ids(number * 10..<number * 10 + 10))
      size = max(size, SegmentFile.status(try #require(world.segmentFiles.first))?.size ?? 0)
    }
    #expect(world.segmentFiles.count == 1 && size < 3000)
    await outbox.close()
    #expect(world.segmentFiles == [])
  }

  @Test func `An outbox that keeps up, but always has something on its way, uses two files in turn`() async throws {
    let world = try TestWorld()
    let outbox = try world.open(.process, SegmentLimits(file: 1_000_000, turn: 8000, row: 0))
    var sizes = Set<Int>()
    for number in 0..<60 {
      try await world.commit(number * 10..<number * 10 + 10, in: outbox)
      guard number > 0 else { continue }
      var settlement = Settlement(output: try outbox.lane("soc").id)
      settlement.taken = [Part(segment: Int64(number), places: Places(0..<10))]
      try await outbox.settle(settlement)
      sizes.formUnion(world.segmentFiles.compactMap { SegmentFile.status($0)?.size })
    }
    #expect(world.segmentFiles.map { $0.suffix(15) } == ["000001.segments", "000002.segments"])
    #expect(sizes.allSatisfy { $0 <= 8000 })
    await outbox.close()
    let again = try world.open(.process, SegmentLimits(file: 1_000_000, turn: 8000, row: 0))
    #expect(try await drain(world, again) == ids(590..<600))
    await again.close()
    #expect(world.segmentFiles == [])
  }

  @Test func `An outbox whose destination takes nothing fills one file after the other`() async throws {
    let world = try TestWorld()
    let outbox = try world.open(.process, SegmentLimits(file: 40_000, turn: 8000, row: 0))
    for number in 0..<60 { try await world.commit(number * 10..<number * 10 + 10, in: outbox) }
    let sizes = world.segmentFiles.compactMap { SegmentFile.status($0)?.size }
    #expect(sizes.count > 1 && sizes.dropLast().allSatisfy { $0 > 30_000 }, "\(sizes)")
    await outbox.close()
  }

  @Test func `What no transaction refers to is removed, and what was accepted stays`() async throws {
    let (world, _) = try await world()
    let last = try #require(world.segmentFiles.last)
    try change(last) { $0.append(contentsOf: [UInt8](repeating: 7, count: 5000)) }
    let stray = SegmentFolder(folder: world.folder).path(99)
    try Data("half a record".utf8).write(to: URL(fileURLWithPath: stray))
    let outbox = try world.open(.process, Self.limits)
    #expect(outbox.recovery == nil)
    #expect(!world.segmentFiles.contains(stray))
    #expect(try await drain(world, outbox) == all)
    await outbox.close()
  }

  @Test func `Where a transaction fails, the bytes that were written for it are overwritten`() async throws {
    let (world, outbox) = try await world(closing: false)
    try outbox.store.write { db in
      try db.execute(
        sql: "CREATE TRIGGER refuse BEFORE INSERT ON want BEGIN SELECT RAISE(ABORT, 'no'); END")
    }
    await #expect(throws: OutboxError.self) { try await world.commit(80..<90, in: outbox) }
    try outbox.store.write { db in try db.execute(sql: "DROP TRIGGER refuse") }
    try await world.commit(90..<100, in: outbox)
    #expect(try await drain(world, outbox) == all + ids(90..<100))
    await outbox.close()
  }

  @Test(arguments: ["missing", "cut", "altered"])
  func `A file that is damaged is named, set aside, and costs what is in it`(kind: String) async throws {
    let (world, _) = try await world()
    let file = world.segmentFiles[1]
    let size = try #require(SegmentFile.status(file)).size
    switch kind {
    case "missing": try FileManager.default.removeItem(atPath: file)
    case "cut": try change(file) { $0.removeLast(40) }
    default: try change(file) { $0[20] ^= 1 }
    }
    let outbox = try world.open(.process, Self.limits)
    let output = ScriptedOutput()
    let worker = try world.worker(output, world.settings(), outbox)
    await withTaskGroup { group in
      group.addTask { try? await outbox.run() }
      await world.drain(worker, limit: 10_000)
      group.cancelAll()
    }
    let lost = Set(all).subtracting(output.record.accepted)
    // Cut and altered hit one segment of the file.
    #expect(lost.count == (kind == "missing" ? 2 * Self.perCommit : Self.perCommit))
    #expect(output.record.accepted.count == Set(output.record.accepted).count)
    let problem =
      switch kind {
      case "missing": "is missing"
      case "cut": "is cut: it ends at byte \(size - 40), and \(size) were kept"
      default: "is damaged: segment 3 is not where it was written"
      }
    #expect(
      world.log.messages.contains {
        $0.hasPrefix(
          "error: the outbox's file '\(file)' \(problem); it was set aside as '\(world.folder)/outbox-damaged-")
          && $0.hasSuffix(" \(lost.count) deliveries could not be read")
      }, "\(world.log.messages)")
    if kind == "altered" { #expect(await worker.counts.lost == lost.count) }
    let aside = try FileManager.default.contentsOfDirectory(atPath: world.folder).filter { $0.hasSuffix("-2.segments") }
    #expect(aside.count == (kind == "missing" ? 0 : 1))
    await outbox.close()
    let again = try world.open(.process, Self.limits)
    #expect(again.recovery == nil)
    await again.close()
  }

  @Test(arguments: ["missing", "garbage", "empty"])
  func `A database that is gone takes no alert with it that lies in a file`(kind: String) async throws {
    let (world, _) = try await world()
    switch kind {
    case "missing": try FileManager.default.removeItem(atPath: world.database)
    case "garbage": try Data("this is no database".utf8).write(to: URL(fileURLWithPath: world.database))
    default: try Data().write(to: URL(fileURLWithPath: world.database))
    }
    let outbox = try world.open(.process, Self.limits)
    #expect(outbox.recovery?.savedDeliveries == all.count)
    if kind == "missing" {
      #expect(
        outbox.recovery?.reason
          == "the outbox '\(world.database)' is missing, and alerts that it kept are still there")
    }
    #expect(try await drain(world, outbox) == all)
    await outbox.close()
  }

  @Test(arguments: 0..<60)
  func `A flipped byte in any file neither crashes nor delivers a changed alert, and costs one segment`(seed: UInt64)
    async throws
  {
    let (original, _) = try await world()
    let world = try copy(original)
    var random = SeededRandom(seed: seed)
    let files = world.segmentFiles + [world.database]
    let file = files[Int(seed) % files.count]
    try change(file) { bytes in
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
    }
    var expected: [String: String] = [:]
    let block = try world.block(0..<Self.commits * Self.perCommit)
    for place in block.entries.indices {
      let alert = DeliveryBatch(block: block, places: [Int32(place)])[0]
      expected[alert.id] = alert.withJSON { String(decoding: $0, as: UTF8.self) }
    }
    let wanted = expected
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      for index in 0..<batch.count {
        #expect(wanted[batch[index].id] == batch[index].withJSON { String(decoding: $0, as: UTF8.self) })
      }
    }
    let outbox = try world.open(.process, Self.limits)
    let worker = try world.worker(output, world.settings(), outbox)
    await withTaskGroup { group in
      group.addTask { try? await outbox.run() }
      await world.drain(worker, limit: 10_000)
      group.cancelAll()
    }
    let missing = Set(all).subtracting(output.record.accepted)
    #expect(missing.count <= Self.perCommit, "\(file): \(world.log.messages)")
    let counts = await worker.counts
    let known = counts.deadLettered + counts.lost + (outbox.recovery?.lostDeliveries ?? 0)
    #expect(counts.pending == 0, "\(file): \(counts)")
    if file != world.database { #expect(known >= missing.count, "\(file): \(counts) \(world.log.messages)") }
    try await world.commit(100..<110, in: outbox)
    #expect(try await drain(world, outbox) == ids(100..<110))
    await outbox.close()
  }

  @Test(arguments: [1, 3])
  func `Of a batch only what somebody wants is written, from where it is`(every: Int32) async throws {
    let world = try TestWorld()
    let limits = SegmentLimits(row: 0)
    let outbox = try world.open(.process, limits)
    // More parts than one call of the system takes; and so few that they are copied.
    let places = (0..<Int32(4000)).filter { every == 1 ? $0 % 3 != 1 : $0 % 300 == 7 }
    try await outbox.commit(try world.block(0..<4000), wants: [("soc", places)], checkpoints: [])
    let stored = try world.block(places.map(Int.init))
    let file = try #require(world.segmentFiles.first)
    let size = try #require(SegmentFile.status(file)).size
    #expect(size < stored.bytes.count + places.count * 33 + 200)
    #expect(try await drain(world, outbox) == ids(places.map(Int.init)))
    try await outbox.commit(try world.block(0..<4000), wants: [("soc", places)], checkpoints: [])
    await outbox.close()
    let again = try world.open(.process, limits)
    let lane = try again.lane("soc")
    let found = try #require(try again.store.segments(for: lane.id, after: 0, alerts: 1, bytes: 1).first)
    #expect(found.block.bytes == stored.bytes && found.block.entries.map(\.start) == stored.entries.map(\.start))
    #expect(found.block.entries.map(\.idStart) == stored.entries.map(\.idStart) && found.damaged.isEmpty)
    #expect(try await drain(world, again) == ids(places.map(Int.init)))
    await again.close()
  }

  @Test func `An outbox of schema 1, with its alerts in the database, is delivered`() async throws {
    let world = try TestWorld()
    let outbox = try world.open(.process, SegmentLimits(row: .max))
    for number in 0..<4 {
      try await outbox.commit(
        try world.block(number * 10..<number * 10 + 10, padding: 5000), wants: [("soc", Array(0..<10))], checkpoints: []
      )
    }
    try outbox.store.write { db in
      for column in ["file", "start", "head", "body", "wants"] {
        try db.execute(sql: "ALTER TABLE segment DROP COLUMN \(column)")
      }
      try db.execute(sql: "PRAGMA user_version = 1")
    }
    await outbox.close()
    let again = try world.open(.process, Self.limits)
    try await world.commit(40..<50, in: again)
    #expect(world.segmentFiles.count == 1)
    #expect(try await drain(world, again) == ids(0..<50))
    await again.close()
  }

  @Test func `A few alerts that stay do not hold the room of a whole file`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    for number in 0..<10 {
      try await outbox.commit(
        try world.block(number * 100..<number * 100 + 100, padding: 10_000), wants: [("soc", Array(0..<100))],
        checkpoints: [])
    }
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      let stays = (0..<batch.count).filter { batch[$0].id == "321" }
      if let index = stays.first { throw DeliveryError([index: .retry(reason: "busy", after: nil)]) }
    }
    let worker = try world.worker(output, world.settings(batch: 100), outbox)
    await withTaskGroup { group in
      group.addTask { await worker.run() }
      while await worker.counts.pending > 1, !Task.isCancelled {
        world.clock.advance(by: .milliseconds(10))
        await Task.yield()
      }
      await worker.stop(within: .zero)
    }
    try outbox.store.tidy()
    var status = stat()
    #expect(stat(try #require(world.segmentFiles.first), &status) == 0)
    #expect(status.st_size > 10_000_000 && Int(status.st_blocks) * 512 < 1_500_000)
    let backlog = try await outbox.backlog()
    #expect(backlog.map(\.pending) == [1])
    await outbox.close()
    let again = try world.open()
    #expect(try await drain(world, again) == ["321"])
    await again.close()
  }

  @Test func `Listing, dropping and retrying read the files beside a gateway that delivers`() async throws {
    let (world, outbox) = try await world(closing: false)
    let inspector = try OutboxInspector(folder: world.folder, logger: world.log.logger)
    var seen: [String] = []
    try inspector.forEach(DeliveryFilter()) { delivery in
      seen.append(delivery.alert.id)
      return true
    }
    #expect(seen == all)
    #expect(try await drain(world, outbox) == all)
    try await world.commit(0..<30, in: outbox)
    var filter = DeliveryFilter()
    filter.matches = { Int($0.id).map { $0 < 20 } ?? false }
    #expect(try inspector.drop(filter) == 20)
    #expect(try outbox.store.wasChangedByOthers())
    try outbox.store.recountFiles()
    for standing in try outbox.store.standings() { try outbox.lane(standing.name).reload(standing) }
    #expect(try await drain(world, outbox) == ids(20..<30))
    inspector.close()
    await outbox.close()
    #expect(world.segmentFiles == [])
  }

  @Test func `What is written anew while a list reads it is not listed`() async throws {
    let (world, outbox) = try await world(closing: false)
    let third = try #require(SegmentScan.segments(in: SegmentFolder(folder: world.folder))[3]?.extent)
    let file = SegmentFolder(folder: world.folder).path(third.file)
    let inspector = try OutboxInspector(folder: world.folder, logger: world.log.logger)
    var delivery = Settlement(output: try outbox.lane("soc").id)
    delivery.taken = [Part(segment: 3, places: Places(0..<Int32(Self.perCommit)))]
    var seen: [String] = []
    try inspector.forEach(DeliveryFilter()) { stored in
      if seen.isEmpty {
        // It is known by now where the third segment lies: its head stays, and alerts in it become others.
        _ = try outbox.store.settle([delivery])
        try change(file) { bytes in
          for at in third.start + third.head + third.body / 2..<third.end where bytes[at] == UInt8(ascii: "2") {
            bytes[at] = UInt8(ascii: "7")
          }
        }
      }
      seen.append(stored.alert.id)
      return true
    }
    #expect(seen == ids(0..<20) + ids(30..<80))
    inspector.close()
    await outbox.close()
  }

  @Test func `A list says which alert is damaged, and one that is dead is not tried again`() async throws {
    let (world, outbox) = try await world(closing: false)
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      if call == 0 { throw DeliveryError([4: .reject(reason: "400")], pause: .seconds(900)) }
    }
    await world.drain(try world.worker(output, world.settings(), outbox), limit: 5)
    try outbox.store.write { db in
      try db.execute(sql: #"UPDATE dead SET line = CAST(replace(CAST(line AS TEXT), '"4"', '"5"') AS BLOB)"#)
    }
    await outbox.close()
    let file = world.segmentFiles[0]
    let second = try #require(SegmentScan.segments(in: SegmentFolder(folder: world.folder))[2]?.extent)
    try change(file) { $0[second.end - 5] ^= 1 }
    let inspector = try OutboxInspector(folder: world.folder, logger: world.log.logger)
    func damaged() throws -> [String] {
      var found: [String] = []
      try inspector.forEach(DeliveryFilter()) { delivery in
        if delivery.lastError == DeadRow.damagedReason { found.append(delivery.alert.id) }
        return true
      }
      return found
    }
    #expect(try damaged() == ["19", "5"])
    #expect(try inspector.retry(DeliveryFilter()) == 0)
    inspector.close()
  }

  @Test func `A list goes on when what it was about to read is delivered and removed`() async throws {
    let (world, outbox) = try await world(closing: false)
    let found = try #require(SegmentScan.segments(in: SegmentFolder(folder: world.folder))[4])
    let row = SegmentRow(id: 4, accepted: found.accepted, places: Places(), source: .file(found.extent))
    #expect(try outbox.store.decode(row).block.entries.count == Self.perCommit)
    #expect(try !outbox.store.hasLeft(row))
    #expect(try await drain(world, outbox) == all)
    #expect(throws: OutboxError.self) { try outbox.store.decode(row) }
    #expect(try outbox.store.hasLeft(row))
    await outbox.close()
  }
}
