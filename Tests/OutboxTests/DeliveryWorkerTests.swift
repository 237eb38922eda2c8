internal import AlertModel
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Synchronization
internal import Testing

@Suite(.timeLimit(.minutes(5)))
struct DeliveryWorkerTests {
  @Test func `Alerts are delivered in order and leave the file`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput()
    let worker = try world.worker(output, world.settings(), outbox)
    try await world.commit(0..<25, in: outbox)
    try await world.commit(25..<60, in: outbox)
    await world.drain(worker)
    #expect(output.record.accepted == ids(0..<60))
    #expect(await worker.counts.delivered == 60)
    #expect(try await outbox.backlog() == [OutputBacklog(output: "soc", pending: 0, dead: 0)])
    #expect(try outbox.store.segmentCount() == 0)
    await outbox.close()
  }

  @Test func `A single alert is delivered without any time passing`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput()
    let worker = try world.worker(output, world.settings(batch: 100), outbox)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await worker.run() }
      try await world.commit(0..<1, in: outbox)
      _ = await worker.drained(until: Timestamp(seconds: 4_000_000_000))
      await worker.stop(within: .zero)
      try await group.waitForAll()
    }
    #expect(output.record.accepted == ["0"])
    #expect(world.clock.now == ManualClock.epoch)
    await outbox.close()
  }

  @Test func `Small segments are put together into one batch`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    for number in 0..<30 { try await world.commit(number..<number + 1, in: outbox) }
    await outbox.close()
    let again = try world.open()
    let output = ScriptedOutput()
    await world.drain(try world.worker(output, world.settings(batch: 10), again))
    #expect(output.record.calls == [ids(0..<10), ids(10..<20), ids(20..<30)])
    await again.close()
  }

  @Test func `Three failures and then success is exactly one success, and order is kept`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { call, batch throws(DeliveryError) in if call < 3 { throw .retryAll(batch) } }
    let worker = try world.worker(output, world.settings(), outbox)
    try await world.commit(0..<25, in: outbox)
    await world.drain(worker)
    #expect(output.record.accepted == ids(0..<25))
    #expect(output.record.repeats.prefix(5) == [false, true, true, true, false])
    #expect(await worker.counts.delivered == 25)
    await outbox.close()
  }

  @Test func `A refused alert is a dead letter at once, and the next one goes`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      let bad = (0..<batch.count).filter { batch[$0].id == "3" }
      if !bad.isEmpty { throw DeliveryError([bad[0]: .reject(reason: "400 invalid_payload")]) }
    }
    let dead = Mutex<[UndeliverableAlert]>([])
    let worker = try world.worker(
      output, world.settings(), outbox, hooks: DeliveryHooks { letter in dead.withLock { $0.append(letter) } })
    try await world.commit(0..<8, in: outbox)
    await world.drain(worker)
    #expect(output.record.accepted == ids([0, 1, 2, 4, 5, 6, 7]))
    #expect(dead.withLock { $0.map(\.reason) } == ["400 invalid_payload"])
    #expect(dead.withLock { $0.map(\.attempts) } == [1])
    #expect(try await outbox.backlog() == [OutputBacklog(output: "soc", pending: 0, dead: 1)])
    let counts = await worker.counts
    #expect(counts.delivered == 7 && counts.deadLettered == 1 && counts.pending == 0)
    await outbox.close()
  }

  @Test func `An alert that fails alone is overtaken and retried by index`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      if call == 0 { throw DeliveryError([1: .retry(reason: "busy", after: nil)]) }
    }
    let worker = try world.worker(output, world.settings(batch: 3), outbox)
    try await world.commit(0..<6, in: outbox)
    await world.drain(worker)
    #expect(Set(output.record.accepted) == Set(ids(0..<6)))
    #expect(output.record.accepted.count == 6)
    #expect(output.record.calls.first == ["0", "1", "2"])
    #expect(output.record.calls.contains(["1"]))
    await outbox.close()
  }

  @Test func `Retry-After is waited for`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let times = Mutex<[Timestamp]>([])
    let clock = world.clock
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      times.withLock { $0.append(clock.now) }
      if call == 0 { throw .retryAll(batch, "429", after: .seconds(120)) }
    }
    try await world.commit(0..<1, in: outbox)
    await world.drain(try world.worker(output, world.settings(), outbox))
    let seen = times.withLock { $0 }
    #expect(seen.count == 2)
    #expect(seen[1].nanoseconds - seen[0].nanoseconds >= 120_000_000_000)
    #expect(seen[1].nanoseconds - seen[0].nanoseconds <= 900_000_000_000)
    await outbox.close()
  }

  @Test func `A destination that is down for hours is asked seldom, one alert at a time, and drained in order`()
    async throws
  {
    let world = try TestWorld()
    let outbox = try world.open()
    let back = Timestamp(nanoseconds: world.clock.now.nanoseconds + 3 * 3600 * 1_000_000_000)
    let clock = world.clock
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      if clock.now < back { throw .retryAll(batch, "connection refused") }
    }
    var settings = world.settings(batch: 50)
    settings.setAsideAfter = .seconds(24 * 3600)
    let worker = try world.worker(output, settings, outbox)
    try await world.commit(0..<300, in: outbox)
    await world.drain(worker, step: .seconds(10))
    #expect(output.record.accepted == ids(0..<300))
    let failed = output.record.calls.prefix { _ in true }.count - 8
    #expect(failed < 1200)
    #expect(output.record.calls[6].count == 1)
    #expect(world.log.messages.contains { $0.hasPrefix("notice: output 'soc' accepts alerts again after") })
    await outbox.close()
  }

  @Test func `401 keeps the alerts, is shouted about, and resumes when it is mended`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      if call < 4 { throw DeliveryError(all: batch.count, .unauthorized(reason: "401 invalid_token")) }
    }
    let worker = try world.worker(output, world.settings(), outbox)
    try await world.commit(0..<12, in: outbox)
    await world.drain(worker, step: .seconds(5))
    #expect(output.record.accepted == ids(0..<12))
    #expect(
      world.log.messages.contains(
        "critical: output 'soc' cannot work until it is mended: 401 invalid_token; its alerts are kept until then"
      ))
    await outbox.close()
  }

  @Test func `Alerts past the maximum age become dead letters with the last failure`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { _, batch throws(DeliveryError) in throw .retryAll(batch, "connection refused") }
    var settings = world.settings()
    settings.options.maxAge = .seconds(600)
    let dead = Mutex<[UndeliverableAlert]>([])
    let worker = try world.worker(
      output, settings, outbox, hooks: DeliveryHooks { letter in dead.withLock { $0.append(letter) } })
    try await world.commit(0..<15, in: outbox)
    await world.drain(worker, step: .seconds(20))
    #expect(dead.withLock { $0.count } == 15)
    #expect(
      dead.withLock { $0.first?.reason }
        == "not delivered within 600.0 seconds; last failure: connection refused")
    #expect(try await outbox.backlog() == [OutputBacklog(output: "soc", pending: 0, dead: 15)])
    #expect(try outbox.store.segmentCount() == 0)
    await outbox.close()
  }

  @Test func `A single alert is one in what is logged`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      if call < 6 { throw .retryAll(batch) }
      throw DeliveryError([0: .reject(reason: "400")])
    }
    try await world.commit(0..<1, in: outbox)
    await world.drain(try world.worker(output, world.settings(), outbox))
    let failing = "error: output 'soc' failed 5 times in a row: down; 1 alert is kept for it"
    #expect(world.log.messages.contains(failing), "\(world.log.messages)")
    let dead = "error: 1 alert for output 'soc' became a dead letter: 400"
    #expect(world.log.messages.contains(dead), "\(world.log.messages)")
    await outbox.close()
  }

  @Test func `A rate limit spreads alerts evenly`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let times = Mutex<[Int64]>([])
    let clock = world.clock
    let output = ScriptedOutput { _, _ throws(DeliveryError) in times.withLock { $0.append(clock.now.nanoseconds) } }
    let worker = try world.worker(output, world.settings(rate: Rate(30, per: .seconds(60))), outbox)
    try await world.commit(0..<10, in: outbox)
    await world.drain(worker, step: .milliseconds(100))
    let seen = times.withLock { $0 }
    #expect(output.record.calls.allSatisfy { $0.count == 1 })
    for (number, time) in seen.enumerated() { #expect(time - seen[0] >= Int64(number) * 2_000_000_000) }
    #expect((seen.last ?? 0) - seen[0] < 60_000_000_000)
    await outbox.close()
  }

  @Test func `A hanging output is cut off, and others are not held up`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let clock = world.clock
    let slow = ScriptedOutput { call, batch throws(DeliveryError) in
      guard call == 0 else { return }
      do { try await clock.sleep(for: .seconds(100_000)) } catch { throw .retryAll(batch, "cancelled") }
    }
    let quick = ScriptedOutput()
    let slowWorker = try world.worker(slow, name: "slow", world.settings(), outbox)
    let quickWorker = try world.worker(quick, name: "quick", world.settings(), outbox)
    try await world.commit(0..<20, to: ["slow", "quick"], in: outbox)
    await withTaskGroup { group in
      group.addTask { await slowWorker.run() }
      await world.drain(quickWorker)
      #expect(quick.record.accepted == ids(0..<20))
      await slowWorker.stop(within: .zero)
    }
    await world.drain(try world.worker(slow, name: "slow", world.settings(), outbox))
    #expect(slow.record.accepted == ids(0..<20))
    await outbox.close()
  }

  @Test func `An alert that fails alone for long lets later ones pass`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      if (0..<batch.count).contains(where: { batch[$0].id == "2" }) { throw .retryAll(batch, "500") }
    }
    var settings = world.settings(batch: 4)
    settings.options.maxAge = .seconds(4 * 3600)
    let worker = try world.worker(output, settings, outbox)
    try await world.commit(0..<12, in: outbox)
    await world.drain(worker, step: .seconds(30))
    #expect(Set(output.record.accepted) == Set(ids(0..<12)).subtracting(["2"]))
    #expect(try await outbox.backlog() == [OutputBacklog(output: "soc", pending: 0, dead: 1)])
    await outbox.close()
  }

  @Test func `A storm becomes a digest, tried again under the same id`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let documents = Mutex<[String]>([])
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      documents.withLock { $0.append(batch[0].withJSON { String(decoding: $0, as: UTF8.self) }) }
      if call == 0 { throw .retryAll(batch) }
    }
    var settings = world.settings(batch: 1, rate: Rate(1, per: .seconds(1)))
    settings.digestAfter = .seconds(60)
    let kept = Mutex<[String]>([])
    let worker = try world.worker(
      output, settings, outbox,
      hooks: DeliveryHooks(keepDigested: { alerts in
        kept.withLock { kept in kept += (0..<alerts.batch.count).map { "\(alerts.id) \(alerts.batch[$0].id)" } }
        return "a file"
      }))
    try await world.commit(0..<200, in: outbox)
    await world.drain(worker)
    let seen = documents.withLock { $0 }
    #expect(seen.count == 2 && seen[0] == seen[1])
    #expect(
      seen[0].contains(
        #""by_rule":[{"name":"rule 0","count":67},{"name":"rule 1","count":67},{"name":"rule 2","count":66}]"#))
    #expect(seen[0].contains(#""count":200,"first":"2026-11-21T03:19:47.000Z""#))
    let counts = await worker.counts
    #expect(counts.deliveredByDigest == 200 && counts.delivered == 0 && counts.pending == 0)
    let id = try #require(seen[0].firstMatch(of: /"alert_id":"(digest-[0-9a-f]{32})"/)).1
    #expect(kept.withLock { $0 } == (0..<200).map { "\(id) \($0)" })
    #expect(seen[0].contains(#""where":"a file"}}}"#))
    #expect(try outbox.store.segmentCount() == 0)
    await outbox.close()
  }

  @Test func `Where a digest is refused, the alerts go out one by one`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      if batch[0].id.hasPrefix("digest-") { throw DeliveryError([0: .reject(reason: "400")]) }
    }
    var settings = world.settings(batch: 1, rate: Rate(1, per: .seconds(1)))
    settings.digestAfter = .seconds(10)
    let worker = try world.worker(output, settings, outbox, hooks: DeliveryHooks(keepDigested: { _ in "a file" }))
    try await world.commit(0..<40, in: outbox)
    await world.drain(worker)
    #expect(output.record.accepted == ids(0..<40))
    await outbox.close()
  }

  @Test func `Where the alerts of a digest cannot be kept, they go out one by one, and later a digest is tried again`()
    async throws
  {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput()
    var settings = world.settings(batch: 1, rate: Rate(1, per: .seconds(1)))
    settings.digestAfter = .seconds(10)
    let calls = Mutex(0)
    let worker = try world.worker(
      output, settings, outbox,
      hooks: DeliveryHooks(keepDigested: { _ in
        calls.withLock { calls in
          calls += 1
          return calls == 1 ? nil : "a file"
        }
      }))
    try await world.commit(0..<200, in: outbox)
    await world.drain(worker)
    let single = output.record.accepted.filter { !$0.hasPrefix("digest-") }
    #expect(single == ids(0..<single.count) && (1..<150).contains(single.count))
    #expect(output.record.accepted.count == single.count + 1)
    let counts = await worker.counts
    #expect(counts.delivered == single.count && counts.deliveredByDigest == 200 - single.count, "\(counts)")
    await outbox.close()
  }

  @Test func `A clock that is set back does not make anything wait for the time that it had`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      if call < 7 { throw .retryAll(batch) }
    }
    let worker = try world.worker(output, world.settings(rate: Rate(1, per: .seconds(1))), outbox)
    try await world.commit(0..<10, in: outbox)
    await withTaskGroup { group in
      group.addTask { await worker.run() }
      while output.record.calls.count < 6, !Task.isCancelled {
        world.clock.advance(by: .seconds(1))
        for _ in 0..<20 { await Task.yield() }
        try? await Task.sleep(for: .microseconds(200))
      }
      world.clock.advance(by: .seconds(-7200))
      try? await world.commit(10..<12, in: outbox)
      await world.finish(worker, limit: 3000)
    }
    #expect(output.record.accepted == ids(0..<12))
    await outbox.close()
  }
}
