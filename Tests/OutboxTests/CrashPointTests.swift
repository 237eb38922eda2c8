internal import AlertModel
internal import Foundation
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Testing

/// A process that is killed at each write point: what it had been told is kept is delivered by the next one. One after
/// the other, since the child finds its folder in the environment.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CrashPointTests {
  @Test(arguments: CrashPoint.allCases)
  func `What was accepted before SIGKILL is delivered after it`(point: CrashPoint) async throws {
    let world = try TestWorld()
    setenv("WEIR_TEST_FOLDER", world.folder, 1)
    setenv("WEIR_TEST_POINT", point.rawValue + ":2", 1)
    await #expect(processExitsWith: .signal(SIGKILL)) {
      let environment = ProcessInfo.processInfo.environment
      guard let folder = environment["WEIR_TEST_FOLDER"], let point = environment["WEIR_TEST_POINT"] else { return }
      // Only here: other tests of the parent open outboxes at the same time.
      setenv(CrashPoint.variable, point, 1)
      try await Victim(folder: folder).run()
    }
    let accepted = try Victim.numbers(in: world.folder + "/accepted")
    let before = try Victim.numbers(in: world.folder + "/delivered")
    // What is delivered was accepted, though the child may have been killed before it noted that.
    #expect(!accepted.isEmpty || !before.isEmpty)
    let outbox = try world.open()
    #expect(outbox.recovery == nil)
    let output = ScriptedOutput()
    await world.drain(try world.worker(output, world.settings(batch: Victim.batch), outbox))
    let after = output.record.accepted.compactMap { Int($0) }
    #expect(Set(accepted).subtracting(before).subtracting(after) == [])
    // At the most one batch of one slot may have been delivered without the outbox knowing.
    #expect(Set(before).intersection(after).count <= Victim.batch)
    #expect(after == after.sorted())
    #expect(try outbox.store.segmentCount() == 0)
    await outbox.close()
    #expect(world.segmentFiles == [])
  }
}

/// What the child does until it is killed: commits batches, noting each that was accepted, while a worker delivers them.
private struct Victim {
  let folder: String

  static let batch = 8
  private static let perCommit = 20

  func run() async throws {
    let fixtures = AlertFixtures()
    // A file for each large segment that comes while others are there, so that files are removed too. The others fill the
    // log, which is moved into the database twice.
    let limits = SegmentLimits(file: 1_000_000, row: 500_000)
    let outbox = try Outbox.open(folder: folder, limits: limits, clock: SystemClock(), logger: RecordingLog().logger)
    let path = folder
    let output = ScriptedOutput { _, batch throws(DeliveryError) in
      Self.note((0..<batch.count).compactMap { Int(batch[$0].id) }, in: path + "/delivered")
    }
    let worker = try DeliveryWorker(
      output: output, name: "soc", settings: DeliverySettings(DeliveryDefaults(batch: Self.batch)), outbox: outbox,
      vocabulary: fixtures.vocabulary, clock: SystemClock(), logger: RecordingLog().logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for start in stride(from: 0, to: 4000, by: Self.perCommit) {
        let numbers = start..<start + Self.perCommit
        let isLarge = start / Self.perCommit % 2 == 0
        let padding = String(repeating: "x", count: isLarge ? 40_000 : 20_000)
        let block = try fixtures.block(
          numbers.map { #"{"weir":{"alert_id":"\#($0)"},"padding":"\#(padding)"}"# })
        try await outbox.commit(
          block, wants: [("soc", Array(0..<Int32(Self.perCommit)))],
          checkpoints: [InputCheckpoint(key: "input", value: Array("\(start)".utf8))])
        Self.note(Array(numbers), in: path + "/accepted")
        if start == 4 * Self.perCommit { group.addTask { await worker.run() } }
      }
      _ = await worker.drained(until: Timestamp(seconds: 4_000_000_000))
      await worker.stop(within: .zero)
      try await group.waitForAll()
    }
  }

  /// Adds numbers to a file in one write, so that SIGKILL leaves all of them or none.
  private static func note(_ numbers: [Int], in path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let text = Array(numbers.map { "\($0)\n" }.joined().utf8)
    _ = write(file, text, text.count)
    close(file)
  }

  static func numbers(in path: String) throws -> [Int] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").compactMap { Int($0) }
  }
}
