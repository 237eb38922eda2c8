@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Testing

@Suite struct DeliveryWatchTests {
  private let world: TestWorld
  private let watch = DeliveryWatch()

  init() throws { world = try TestWorld() }

  private func deliver(_ answer: @escaping ScriptedOutput.Answer) async throws -> DeliveryError? {
    let batch = DeliveryBatch(block: try world.block(1...2), places: [0, 1], isRetry: false)
    return await watch.deliver(batch, to: ScriptedOutput(answer), within: .seconds(12))
  }

  /// Two hours: what waits for them is cancelled before.
  private static let ever = Duration.seconds(7200)

  @Test func `A delivery that hangs is cancelled once its time is over, and says so`() async throws {
    let watching = Task { await watch.run(world.clock) }
    let clock = world.clock
    async let failure = deliver { _, batch throws(DeliveryError) in
      do { try await clock.sleep(for: Self.ever) } catch { throw .retryAll(batch, "cut off") }
    }
    // The output, and the task that looks after it. It looks the first time at 5 seconds, and may have begun before.
    for _ in 1...4 {
      await clock.waitForSleepers(2)
      clock.advance(by: .seconds(5))
    }
    let outcome = DeliveryError.Outcome.retry(reason: "no answer within 12.0 seconds", after: nil)
    #expect(try await failure?.outcomes == [0: outcome, 1: outcome])
    watching.cancel()
    await watching.value
  }

  @Test func `A delivery that takes its time is let be`() async throws {
    let watching = Task { await watch.run(world.clock) }
    let clock = world.clock
    async let failure = deliver { _, batch throws(DeliveryError) in
      do { try await clock.sleep(for: .seconds(11)) } catch { throw .retryAll(batch, "cut off") }
    }
    for _ in 1...3 {
      await clock.waitForSleepers(2)
      clock.advance(by: .seconds(4))
      clock.advance(by: .seconds(1))
    }
    #expect(try await failure == nil)
    watching.cancel()
    await watching.value
  }

  @Test func `Deliveries that are over at once set no timer of their own`() async throws {
    let watching = Task { await watch.run(world.clock) }
    for _ in 1...100 { #expect(try await deliver { _, _ in } == nil) }
    #expect(world.clock.sleeps.count <= 1)
    watching.cancel()
    await watching.value
  }

  @Test func `Whoever is cancelled cancels the delivery, under its own reason`() async throws {
    let clock = world.clock
    let delivering = Task {
      try await deliver { _, batch throws(DeliveryError) in
        do { try await clock.sleep(for: Self.ever) } catch { throw .retryAll(batch, "cut off") }
      }
    }
    await clock.waitForSleepers(1)
    delivering.cancel()
    let outcome = DeliveryError.Outcome.retry(reason: "cut off", after: nil)
    #expect(try await delivering.value?.outcomes == [0: outcome, 1: outcome])
  }
}
