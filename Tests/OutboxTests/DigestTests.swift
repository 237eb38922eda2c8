internal import AlertModel
internal import Foundation
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Testing

/// What a digest needs of the alerts that it stands for.
@Suite(.timeLimit(.minutes(3)))
struct DigestTests {
  private func settings(_ world: TestWorld) -> DeliverySettings {
    var settings = world.settings(batch: 1, rate: Rate(1, per: .seconds(1)))
    settings.digestAfter = .seconds(60)
    return settings
  }

  private let hooks = DeliveryHooks(keepDigested: { _ in "a file" })

  @Test func `A digest is tried again without reading the alerts that it stands for`() async throws {
    let world = try TestWorld()
    let outbox = try world.open(.process, SegmentLimits(row: 0))
    for number in 0..<4 { try await world.commit(number * 50..<(number + 1) * 50, in: outbox) }
    let third = try #require(SegmentScan.segments(in: SegmentFolder(folder: world.folder))[3]?.extent)
    let file = try #require(world.segmentFiles.first)
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      guard call == 0 else { return }
      // Whoever reads them now finds damage.
      try? zero(third, of: file)
      throw .retryAll(batch)
    }
    let worker = try world.worker(output, settings(world), outbox, hooks: hooks)
    await world.drain(worker, limit: 10_000)
    let counts = await worker.counts
    #expect(counts.deliveredByDigest == 200 && counts.deadLettered == 0 && counts.lost == 0, "\(counts)")
    #expect(output.record.calls.count == 2 && Set(output.record.calls).count == 1)
    #expect(try outbox.store.segmentCount() == 0)
    await outbox.close()
  }

  @Test func `Of alerts that are tried again no more are read than go out`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    for number in 0..<20 { try await world.commit(number * 10..<(number + 1) * 10, in: outbox) }
    let output = ScriptedOutput { _, batch throws(DeliveryError) in throw .retryAll(batch, after: .seconds(900)) }
    await world.drain(try world.worker(output, world.settings(batch: 200), outbox), limit: 5)
    let lane = try outbox.lane("soc")
    let parcel = try #require(try outbox.store.parcels(of: lane.id).first)
    #expect(parcel.count == 200)
    func read(alerts: Int, bytes: Int) throws -> Int {
      try outbox.store.segments(of: parcel.id, output: lane.id, alerts: alerts, bytes: bytes).count
    }
    #expect(try read(alerts: 1, bytes: 0) == 1)
    #expect(try read(alerts: 11, bytes: 0) == 2)
    #expect(try (3..<20).contains(read(alerts: 1, bytes: 2000)))
    #expect(try read(alerts: 1, bytes: .max) == 20)
    await outbox.close()
  }

  @Test func `Where a digest is too old, its alerts become dead letters`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    for number in 0..<4 { try await world.commit(number * 50..<(number + 1) * 50, in: outbox) }
    let output = ScriptedOutput { _, batch throws(DeliveryError) in throw .retryAll(batch) }
    var settings = settings(world)
    settings.options.maxAge = .seconds(600)
    let worker = try world.worker(output, settings, outbox, hooks: hooks)
    await world.drain(worker, step: .seconds(30), limit: 10_000)
    let counts = await worker.counts
    #expect(counts.deadLettered == 200 && counts.deliveredByDigest == 0, "\(counts)")
    #expect(try await outbox.backlog() == [OutputBacklog(output: "soc", pending: 0, dead: 200)])
    await outbox.close()
  }

  @Test func `Where a digest cannot be read back, its alerts go out one by one`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    try await world.commit(0..<100, in: outbox)
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      if batch[0].id.hasPrefix("digest-") { throw .retryAll(batch, after: .seconds(900)) }
    }
    await world.drain(try world.worker(output, settings(world), outbox, hooks: hooks), limit: 5)
    try outbox.store.write { db in try db.execute(sql: "UPDATE digest SET document = x'7B'") }
    let worker = try world.worker(output, settings(world), outbox, hooks: hooks)
    await world.drain(worker, limit: 10_000)
    #expect(output.record.accepted == ids(0..<100))
    let counts = await worker.counts
    #expect(counts.delivered == 100 && counts.deliveredByDigest == 0, "\(counts)")
    await outbox.close()
  }
}

/// Makes a segment unreadable.
private func zero(_ extent: Extent, of path: String) throws {
  let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
  try file.seek(toOffset: UInt64(extent.start))
  try file.write(contentsOf: Data(count: extent.end - extent.start))
  try file.close()
}
