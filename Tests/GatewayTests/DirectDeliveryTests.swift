internal import AlertModel
@testable internal import Gateway
internal import PluginKit
internal import PluginTesting
internal import Synchronization
internal import Testing

struct DirectDeliveryTests {
  /// Takes nothing until it is told to.
  private final class StandingStill: Output {
    struct Options: PluginOptions {}
    static let delivery = DeliveryMode.direct
    static let manual = Manual(name: "still", summary: "Stands still.", example: "")

    let calls = Mutex(0)
    let takes = Mutex(false)
    let hasReader: Bool

    init(hasReader: Bool) { self.hasReader = hasReader }
    convenience init(options: Options, context: PluginContext) { self.init(hasReader: false) }

    func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {
      calls.withLock { $0 += 1 }
      guard takes.withLock({ $0 }) else {
        throw DeliveryError(all: batch.count, .retry(reason: "it stands still", after: nil))
      }
    }
  }

  private let log = RecordingLog()

  private func delivery(_ output: StandingStill, isOnly: Bool) -> DirectDelivery {
    DirectDelivery(name: "screen", output: output, isOnly: isOnly, clock: SystemClock(), logger: log.logger)
  }

  @Test func `Others wait once for a reader that stands still, not for each batch, until it goes on`() async throws {
    let output = StandingStill(hasReader: true)
    let delivery = delivery(output, isOnly: false)
    let batch = try AlertFixtures().batch("{}", "{}")
    #expect(await delivery.deliver(batch, patience: .milliseconds(100)) { false }.rejected.count == 2)
    let calls = output.calls.withLock { $0 }
    #expect(calls > 1)
    #expect(await delivery.deliver(batch, patience: .seconds(3600)) { false }.rejected.count == 2)
    #expect(output.calls.withLock { $0 } == calls + 1)
    output.takes.withLock { $0 = true }
    #expect(await delivery.deliver(batch, patience: .seconds(3600)) { false }.delivered == 2)
    #expect(
      log.messages == [
        "error: output 'screen': it stands still; gave up after 0.15 seconds: what it does not take becomes dead letters, "
          + "others go on", "notice: output 'screen' takes alerts again",
      ])
  }

  @Test func `A disk that is full is waited for with every batch, and what it does not take is pending`() async throws {
    let output = StandingStill(hasReader: false)
    let delivery = delivery(output, isOnly: false)
    let batch = try AlertFixtures().batch("{}", "{}")
    for _ in 0..<2 {
      let before = output.calls.withLock { $0 }
      #expect(await delivery.deliver(batch, patience: .milliseconds(100)) { false }.pending == 2)
      #expect(output.calls.withLock { $0 } > before + 1)
    }
    #expect(
      log.messages == Array(repeating: "error: output 'screen': it stands still; gave up after 0.15 seconds", count: 2))
  }

  @Test func `The only output waits for its reader as long as something is read, and no longer`() async throws {
    let output = StandingStill(hasReader: true)
    let delivery = delivery(output, isOnly: true)
    let batch = try AlertFixtures().batch("{}")
    let result = await delivery.deliver(batch, patience: .zero) { output.calls.withLock { $0 } > 3 }
    #expect(result.rejected.map(\.reason) == ["it stands still"] && result.pending == 0)
    #expect(output.calls.withLock { $0 } == 4)
    #expect(
      log.messages == [
        "error: output 'screen': it stands still; gave up after 0.35 seconds: what it does not take becomes dead letters, "
          + "others go on"
      ])
  }

  @Test func `The only output does not wait for ever for a disk, which nobody reads`() async throws {
    let output = StandingStill(hasReader: false)
    #expect(
      await delivery(output, isOnly: true).deliver(try AlertFixtures().batch("{}"), patience: .zero) { false }.pending
        == 1)
    #expect(output.calls.withLock { $0 } == 1)
  }
}
