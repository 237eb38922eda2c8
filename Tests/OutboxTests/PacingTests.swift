internal import AlertModel
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Testing

@Suite(.timeLimit(.minutes(5)))
struct PacingTests {
  private func time(_ seconds: Double) -> Timestamp { Timestamp(nanoseconds: Int64(seconds * 1e9)) }

  @Test func `A bucket holds a second's tokens and fills evenly`() {
    var bucket = TokenBucket(Rate(10, per: .seconds(1)), now: time(100))
    #expect(bucket.available(time(100)) == 10)
    bucket.take(10, now: time(100))
    #expect(bucket.available(time(100)) == 0)
    #expect(bucket.next(time(100)) == time(100.1))
    #expect(bucket.available(time(100.35)) == 3)
    #expect(bucket.available(time(1000)) == 10)
    #expect(bucket.duration(of: 600) == .seconds(60))
  }

  @Test func `A slow rate has one token at a time`() {
    var bucket = TokenBucket(Rate(2, per: .seconds(3600)), now: time(0))
    #expect(bucket.available(time(0)) == 1)
    bucket.take(1, now: time(0))
    #expect(bucket.next(time(1)) == time(1800))
  }

  @Test func `Backoff doubles to its limit, and jitters over the whole`() {
    let backoff = Backoff(first: .seconds(1), longest: .seconds(60))
    #expect((1...8).map { backoff.ceiling(after: $0) } == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
    #expect(backoff.ceiling(after: .max) == .seconds(60))
    var random: any RandomNumberGenerator = SeededRandom(seed: 3)
    let waits = (0..<1000).map { _ in backoff.delay(after: 4, using: &random) }
    #expect(waits.allSatisfy { $0 >= .zero && $0 <= .seconds(8) })
    #expect(waits.contains { $0 < .seconds(1) } && waits.contains { $0 > .seconds(7) })
  }

  @Test func `A breaker opens, waits, lets one through, and closes`() {
    var breaker = Breaker(threshold: 2)
    breaker.fail("down", now: time(1))
    #expect(breaker.permission(time(1)) == .all)
    breaker.fail("down", now: time(2))
    breaker.pause(until: time(10))
    #expect(breaker.permission(time(9)) == .wait(until: time(10)))
    #expect(breaker.permission(time(10)) == .probe)
    breaker.succeed()
    #expect(breaker.permission(time(10)) == .all)
  }

  @Test func `Whoever asks for another try does not end the pause that the destination asked for`() {
    var breaker = Breaker(threshold: 2)
    breaker.pause(until: time(10))
    breaker.forget()
    #expect(breaker.permission(time(1)) == .all)
    breaker.obey(until: time(20))
    breaker.pause(until: time(30))
    breaker.forget()
    #expect(breaker.permission(time(1)) == .wait(until: time(20)))
  }

  @Test func `A destination that asked to be left alone is, though the outbox is read again`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      if call < 6 { throw .retryAll(batch, "429", after: call == 5 ? .seconds(3600) : nil) }
    }
    let worker = try world.worker(output, world.settings(), outbox)
    try await world.commit(0..<1, in: outbox)
    let start = world.clock.now
    await withTaskGroup { group in
      group.addTask { await worker.run() }
      while output.record.calls.count < 6, !Task.isCancelled { await pass(.seconds(1), world) }
      let asked = world.clock.now
      do {
        for standing in try outbox.store.standings() { try outbox.lane(standing.name).reload(standing) }
      } catch {
        Issue.record(error)
      }
      for _ in 0..<100 { await pass(.seconds(1), world) }
      #expect(output.record.calls.count == 6)
      await world.finish(worker, step: .seconds(60))
      #expect(world.clock.now - asked >= .seconds(3600 - 1), "since \(start)")
    }
    #expect(output.record.accepted == ["0"])
    await outbox.close()
  }

  /// Lets time go by, and the worker see that.
  private func pass(_ duration: Duration, _ world: TestWorld) async {
    world.clock.advance(by: duration)
    for _ in 0..<20 { await Task.yield() }
    try? await Task.sleep(for: .microseconds(200))
  }

  @Test func `Tokens are taken for the alerts that there are`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput()
    let worker = try world.worker(output, world.settings(batch: 10, rate: Rate(10, per: .seconds(1))), outbox)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await worker.run() }
      for number in 0..<10 {
        try await world.commit(number..<number + 1, in: outbox)
        _ = await worker.drained(until: Timestamp(seconds: 4_000_000_000))
      }
      await worker.stop(within: .zero)
      try await group.waitForAll()
    }
    #expect(output.record.accepted == ids(0..<10))
    #expect(world.clock.now == ManualClock.epoch)
    await outbox.close()
  }

  @Test func `What is on its way does not make a digest of a single alert behind it`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let gate = Gate()
    let output = ScriptedOutput { call, _ in if call == 0 { await gate.pass() } }
    var settings = world.settings(batch: 1, concurrency: 2, rate: Rate(1, per: .seconds(60)))
    settings.digestAfter = .seconds(100)
    let worker = try world.worker(
      output, settings, outbox, hooks: DeliveryHooks(keepDigested: { _ in "a file" }))
    try await world.commit(0..<1, in: outbox)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await worker.run() }
      await gate.waitForFirst()
      try await world.commit(1..<2, in: outbox)
      while output.record.accepted.isEmpty, !Task.isCancelled { await pass(.seconds(1), world) }
      gate.open()
      await world.finish(worker)
      try await group.waitForAll()
    }
    #expect(output.record.accepted == ["1", "0"])
    await outbox.close()
  }
}
