internal import AlertModel
internal import Foundation
@testable internal import Outbox
internal import PluginKit
internal import Testing

/// Damage to the rows that say which alerts wait for which output: SQLite does not notice when one becomes another.
@Suite(.timeLimit(.minutes(2)))
struct WaitingRowTests {
  private static let perCommit = 10
  private static let commits = 8
  /// The segment whose row is damaged.
  private static let hit = 6

  /// An outbox with eight segments for two outputs, of which one has the first four.
  private func world(_ limits: SegmentLimits) async throws -> (TestWorld, Outbox) {
    let world = try TestWorld()
    let outbox = try world.open(.process, limits)
    for number in 0..<Self.commits {
      let numbers = number * Self.perCommit..<(number + 1) * Self.perCommit
      try await world.commit(numbers, to: ["soc", "siem"], in: outbox)
    }
    let siem = try outbox.lane("siem").id
    for segment in 1...4 {
      var settlement = Settlement(output: siem, epoch: outbox.epoch)
      settlement.taken = [Part(segment: Int64(segment), places: Places(0..<10))]
      try await outbox.settle(settlement)
    }
    return (world, outbox)
  }

  private func drain(_ world: TestWorld, _ outbox: Outbox, _ name: String) async throws -> [String] {
    let output = ScriptedOutput()
    let worker = try world.worker(output, name: name, world.settings(), outbox)
    await withTaskGroup { group in
      group.addTask { try? await outbox.run() }
      await world.drain(worker, limit: 10_000)
      group.cancelAll()
    }
    #expect(await worker.counts.pending == 0)
    return output.record.accepted
  }

  private static let changes = [
    "segment = segment + 1024", "segment = segment + 8", "segment = 100", "segment = 0", "output = output + 8",
    "output = output + 1024", "places = x'000003'", "places = x''", "count = count + 1", "count = 2",
  ]

  @Test(arguments: changes, [0, 16 * 1024])
  func `A row that became another one is found at the start, and its alerts are delivered`(change: String, row: Int)
    async throws
  {
    let limits = SegmentLimits(row: row)
    let (world, outbox) = try await world(limits)
    let soc = try outbox.lane("soc").id
    try outbox.store.write { db in
      try db.execute(sql: "UPDATE want SET \(change) WHERE segment = \(Self.hit) AND output = \(soc)")
    }
    await outbox.close()
    let again = try world.open(.process, limits)
    let recovery = try #require(again.recovery)
    #expect(recovery.reason.hasPrefix("the outbox is damaged: a "), "\(recovery)")
    #expect(recovery.lostDeliveries == 0 && !recovery.mayHaveLostMore, "\(recovery)")
    #expect(try await drain(world, again, "soc") == ids(0..<80))
    let siem = try await drain(world, again, "siem")
    #expect(Set(siem) == Set(ids(40..<80)) && siem.count == 40)
    await again.close()
  }

  @Test func `A row that became another one is found by a worker that comes to it`() async throws {
    let (world, outbox) = try await world(SegmentLimits(row: 0))
    let (soc, siem) = (try outbox.lane("soc"), try outbox.lane("siem"))
    for lane in [soc, siem] { lane.fellBehind() }
    try outbox.store.write { db in
      try db.execute(sql: "UPDATE want SET segment = 60 WHERE segment = 6 AND output = \(soc.id)")
    }
    #expect(Set(try await drain(world, outbox, "soc")) == Set(ids(0..<80)))
    await outbox.close()
  }

  @Test func `Where the list of what waits breaks off, the rest goes to all who wanted it at first`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    for number in 0..<600 {
      try await world.commit(number * 2..<number * 2 + 2, to: number % 3 == 0 ? ["siem"] : ["soc", "siem"], in: outbox)
    }
    await outbox.close()
    var file = try Data(contentsOf: URL(fileURLWithPath: world.database))
    // Leaves of a table without row numbers begin with a 10; of those only the list of what waits has many rows.
    let leaves = stride(from: 0, to: file.count, by: Connection.pageSize).filter { at in
      let rows = Int(file[at + 3]) << 8 | Int(file[at + 4])
      return file[at] == 10 && rows > 16
    }
    try #require(leaves.count > 1)
    file.replaceSubrange(leaves[1] + 8..<leaves[1] + Connection.pageSize, with: Data(count: Connection.pageSize - 8))
    try file.write(to: URL(fileURLWithPath: world.database))
    let again = try world.open()
    let recovery = try #require(again.recovery)
    #expect(recovery.lostDeliveries == 0 && !recovery.mayHaveLostMore, "\(recovery)")
    #expect(try await drain(world, again, "soc") == ids((0..<1200).filter { $0 / 2 % 3 != 0 }))
    #expect(try await drain(world, again, "siem") == ids(0..<1200))
    await again.close()
  }

  @Test func `A row of schema 2, without a checksum, is read as it is`() {
    let places = Places([0, 1, 5])
    let row = WaitingRow(segment: 3, output: 1)
    #expect(row.decode(places.encoded) == places)
    #expect(row.decode(row.encode(places)) == places)
    #expect(WaitingRow(segment: 3, output: 2).decode(row.encode(places)) == nil)
    #expect(WaitingRow(segment: 3, output: 1, parcel: 1).decode(row.encode(places)) == nil)
  }

  @Test func `No flipped bit of a stored set passes`() {
    let row = WaitingRow(segment: 3, output: 1, parcel: 7)
    let stored = row.encode(Places([0, 1, 5]))
    for bit in 0..<stored.count * 8 {
      var flipped = stored
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(row.decode(flipped) == nil, "bit \(bit)")
    }
  }
}
