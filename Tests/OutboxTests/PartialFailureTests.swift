internal import AlertModel
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Synchronization
internal import Testing

/// Batches of which some alerts are accepted and others are not.
@Suite(.timeLimit(.minutes(5)))
struct PartialFailureTests {
  @Test func `One bad alert of a batch that was accepted in part does not take those behind it along`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    // As outputs do that send alerts one by one: what comes after a failure is not tried.
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      guard let bad = (0..<batch.count).first(where: { batch[$0].id == "2" }) else { return }
      throw DeliveryError(
        Dictionary(uniqueKeysWithValues: (bad..<batch.count).map { ($0, .retry(reason: "500", after: nil)) }))
    }
    var settings = world.settings()
    settings.options.maxAge = .seconds(120)
    let worker = try world.worker(output, settings, outbox)
    try await world.commit(0..<10, in: outbox)
    await world.drain(worker)
    #expect(Set(output.record.accepted) == Set(ids(0..<10)).subtracting(["2"]))
    #expect(output.record.accepted.count == 9)
    #expect(try await outbox.backlog() == [OutputBacklog(output: "soc", pending: 0, dead: 1)])
    #expect(
      world.log.messages.first == "warning: output 'soc' did not accept alerts and will be tried again: 500")
    await outbox.close()
  }

  /// When each call came, in seconds since the first, where the first says that one alert of three has to wait for 25 s
  /// and another alert comes after it.
  private func callTimes(pause: Duration?) async throws -> [Int64] {
    let world = try TestWorld()
    let outbox = try world.open()
    let clock = world.clock
    let times = Mutex<[Timestamp]>([])
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      times.withLock { $0.append(clock.now) }
      if call == 0 { throw DeliveryError([1: .retry(reason: "busy", after: .seconds(25))], pause: pause) }
    }
    try await world.commit(0..<4, in: outbox)
    await world.drain(try world.worker(output, world.settings(batch: 3), outbox))
    #expect(Set(output.record.accepted) == Set(ids(0..<4)))
    await outbox.close()
    let seen = times.withLock { $0 }
    return seen.map { ($0 - seen[0]).components.seconds }
  }

  @Test func `An alert that has to wait does not hold up others, unless the destination asks for that`() async throws {
    let alone = try await callTimes(pause: nil)
    #expect(alone.count == 3 && alone[1] < 25 && alone[2] >= 25, "\(alone)")
    let together = try await callTimes(pause: .seconds(25))
    #expect(together.dropFirst().allSatisfy { $0 >= 25 }, "\(together)")
  }

  @Test func `What was accepted before a batch was cut off is not delivered again`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let (arrived, started) = AsyncStream<Void>.makeStream()
    let output = ScriptedOutput { call, batch throws(DeliveryError) in
      guard call == 0 else { return }
      started.yield()
      // Until the worker is stopped.
      for await _ in AsyncStream<Void>.makeStream().stream {}
      throw DeliveryError(
        Dictionary(uniqueKeysWithValues: (4..<batch.count).map { ($0, .retry(reason: "cancelled", after: nil)) }))
    }
    try await world.commit(0..<10, in: outbox)
    let worker = try world.worker(output, world.settings(), outbox)
    await withTaskGroup { group in
      group.addTask { await worker.run() }
      for await _ in arrived { break }
      await worker.stop(within: .zero)
    }
    let counts = await worker.counts
    #expect(counts.delivered == 4 && counts.pending == 6)
    await outbox.close()

    let again = try world.open()
    await world.drain(try world.worker(output, world.settings(), again))
    #expect(output.record.accepted == ids(0..<10))
    await again.close()
  }

  @Test func `An output that sends one alert after the other has the time of a request for each`() async throws {
    let world = try TestWorld()
    let outbox = try world.open()
    let clock = world.clock
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      for index in 0..<batch.count {
        do { try await clock.sleep(for: .seconds(9)) } catch {
          throw DeliveryError(
            Dictionary(uniqueKeysWithValues: (index..<batch.count).map { ($0, .retry(reason: "late", after: nil)) }))
        }
      }
    }
    try await world.commit(0..<10, in: outbox)
    await world.drain(try world.worker(output, world.settings(), outbox))
    #expect(output.record.calls == [ids(0..<10)])
    await outbox.close()
  }
}
