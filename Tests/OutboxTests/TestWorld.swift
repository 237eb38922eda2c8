internal import AlertModel
internal import Foundation
internal import Logging
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting

/// A state folder that goes away with the test, and what a test needs around an outbox.
final class TestWorld: Sendable {
  let folder: String
  let clock: ManualClock
  let log = RecordingLog()
  let fixtures = AlertFixtures()

  init(clock: ManualClock = ManualClock()) throws {
    self.clock = clock
    folder = NSTemporaryDirectory() + "weir-outbox-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var database: String { folder + "/" + Outbox.fileName }

  func open(_ durability: Durability = .process, _ limits: SegmentLimits = SegmentLimits()) throws -> Outbox {
    try Outbox.open(folder: folder, durability: durability, limits: limits, clock: clock, logger: log.logger)
  }

  /// The segment files' paths, in order.
  var segmentFiles: [String] {
    let segments = SegmentFolder(folder: folder)
    return segments.numbers.map(segments.path)
  }

  /// Alerts with these numbers as ids.
  func block(_ numbers: some Sequence<Int>, padding: Int = 0) throws -> AlertBlock {
    let pad = String(repeating: "x", count: padding)
    return try fixtures.block(
      numbers.map { #"{"weir":{"alert_id":"\#($0)"},"rule":{"name":"rule \#($0 % 3)"},"pad":"\#(pad)"}"# })
  }

  /// Commits alerts with these numbers, all of them for each output.
  func commit(_ numbers: Range<Int>, to outputs: [String] = ["soc"], in outbox: Outbox) async throws {
    let block = try block(numbers)
    try await outbox.commit(
      block, wants: outputs.map { ($0, Array(0..<Int32(numbers.count))) }, checkpoints: [])
  }

  func settings(batch: Int = 10, concurrency: Int = 1, rate: Rate? = nil) -> DeliverySettings {
    DeliverySettings(DeliveryDefaults(rateLimit: rate, batch: batch, concurrency: concurrency))
  }

  func worker(
    _ output: ScriptedOutput, name: String = "soc", _ settings: DeliverySettings, _ outbox: Outbox, seed: UInt64 = 1,
    hooks: DeliveryHooks = DeliveryHooks()
  ) throws -> DeliveryWorker {
    try DeliveryWorker(
      output: output, name: name, settings: settings, outbox: outbox, vocabulary: fixtures.vocabulary, clock: clock,
      random: SeededRandom(seed: seed), logger: log.logger, hooks: hooks)
  }

  /// Runs a worker until its alerts are all delivered or dead, or `isOver`, moving the time on whenever it waits; then stops it.
  ///
  /// - Parameter limit: how far the time may go.
  func drain(
    _ worker: DeliveryWorker, step: Duration = .seconds(1), limit: Int = 100_000,
    until isOver: @escaping @Sendable () -> Bool = { false }
  ) async {
    await withTaskGroup { group in
      group.addTask { await worker.run() }
      group.addTask { await self.finish(worker, step: step, limit: limit, until: isOver) }
    }
  }

  /// Moves the time on until the alerts of a worker that runs are all delivered or dead, or `isOver`; then stops it.
  func finish(
    _ worker: DeliveryWorker, step: Duration = .seconds(1), limit: Int = 100_000, until isOver: () -> Bool = { false }
  ) async {
    for _ in 0..<limit {
      if await worker.counts.pending == 0 || isOver() { break }
      clock.advance(by: step)
      for _ in 0..<20 { await Task.yield() }
      try? await Task.sleep(for: .microseconds(200))
    }
    await worker.stop(within: .zero)
  }
}

/// SplitMix64 (Sebastiano Vigna).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

func ids(_ numbers: some Sequence<Int>) -> [String] { numbers.map(String.init) }
