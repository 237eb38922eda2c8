internal import AlertModel
internal import Foundation
@testable internal import Outbox
internal import PluginKit
internal import Testing

/// The write-ahead log as a killed process leaves it, cut and damaged.
@Suite(.timeLimit(.minutes(2)))
struct LogFileTests {
  private static let perCommit = 10
  private static let commits = 8
  /// Random places that are tried; others where `WEIR_FIRST_SEED` says so.
  private static let seeds: Range<UInt64> = {
    let first = ProcessInfo.processInfo.environment["WEIR_FIRST_SEED"].flatMap(UInt64.init) ?? 0
    return first..<first + 40
  }()

  /// What lies in the folder of a process that is killed after `commits` commits.
  private func killed() async throws -> (database: Data, log: Data) {
    let world = try TestWorld()
    let outbox = try world.open()
    for number in 0..<Self.commits {
      try await world.commit(number * Self.perCommit..<(number + 1) * Self.perCommit, in: outbox)
    }
    let files = (
      try Data(contentsOf: URL(fileURLWithPath: world.database)),
      try Data(contentsOf: URL(fileURLWithPath: world.database + "-wal"))
    )
    await outbox.close()
    return files
  }

  private func world(_ files: (database: Data, log: Data)) throws -> TestWorld {
    let world = try TestWorld()
    try files.database.write(to: URL(fileURLWithPath: world.database))
    try files.log.write(to: URL(fileURLWithPath: world.database + "-wal"))
    return world
  }

  @Test func `What a kill cuts off is no damage`() async throws {
    var files = try await killed()
    let whole = files.log
    var random = SeededRandom(seed: 1)
    for length in [0, 20, 32, 40, whole.count] + (0..<20).map({ _ in Int.random(in: 0..<whole.count, using: &random) })
    {
      files.log = whole.prefix(length)
      let world = try world(files)
      #expect(LogFile(path: world.database + "-wal").damage() == nil, "cut at \(length)")
      let outbox = try world.open()
      #expect(outbox.recovery == nil)
      await outbox.close()
    }
  }

  @Test(arguments: seeds)
  func `A flipped bit in the log is found, and what it did not hit is delivered`(seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    var files = try await killed()
    let last = lastCommit(of: files.log)
    let at = Int.random(in: 0..<last, using: &random)
    files.log[at] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
    let world = try world(files)
    let outbox = try world.open()
    let recovery = try #require(outbox.recovery, "flipped at \(at)")
    let output = ScriptedOutput()
    let worker = try world.worker(output, world.settings(), outbox)
    await world.drain(worker)
    let all = Set(ids(0..<Self.perCommit * Self.commits))
    #expect(Set(output.record.accepted).isSubset(of: all))
    let missing = all.subtracting(output.record.accepted)
    #expect(missing.count <= recovery.lostDeliveries, "flipped at \(at): \(missing.count) are missing; \(recovery)")
    #expect(missing.count <= 2 * Self.perCommit, "flipped at \(at)")
    await outbox.close()
  }

  @Test func `A flipped bit in what the log says of the tables loses nothing`() async throws {
    let whole = try await killed()
    let frame = Connection.pageSize + 24
    let first = stride(from: 32, to: lastCommit(of: whole.log), by: frame).filter { at in
      whole.log[at..<at + 4].elementsEqual([0, 0, 0, 1])
    }
    #expect(!first.isEmpty)
    for at in first {
      // The descriptions stand at the page's end, and the list of where they are at its beginning.
      for offset in [24 + 103, 24 + 110, frame - 2000, frame - 1000, frame - 300, frame - 20] {
        var files = whole
        files.log[at + offset] ^= 0x10
        let world = try world(files)
        let outbox = try world.open()
        let recovery = try #require(outbox.recovery)
        #expect(recovery.lostDeliveries == 0, "flipped at \(at) + \(offset)")
        #expect(recovery.savedDeliveries == Self.perCommit * Self.commits, "flipped at \(at) + \(offset)")
        await outbox.close()
      }
    }
  }

  @Test func `A repair that was cut off is done again by the next start, and loses no more`() async throws {
    var files = try await killed()
    // A page of the last transaction but one.
    files.log[lastCommit(of: files.log) - 5] ^= 1
    let whole = try world(files)
    let saved = try #require(try whole.open().recovery).savedDeliveries
    let world = try world(files)
    // The damaged database cannot be set aside.
    let aside = world.folder + "/outbox-damaged-20261121T031947000Z.sqlite"
    try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: true)
    #expect(throws: OutboxError.self) { try world.open() }
    world.clock.advance(by: .seconds(1))
    let outbox = try world.open()
    let recovery = try #require(outbox.recovery)
    #expect(recovery.savedDeliveries == saved)
    #expect(recovery.reason.hasSuffix("a part of its log does not have its checksum"), "\(recovery.reason)")
    await outbox.close()
  }

  /// Where the last transaction but one ends: damage behind it looks like a transaction that a kill cut off.
  private func lastCommit(of log: Data) -> Int {
    let frame = Connection.pageSize + 24
    let ends = stride(from: 32, to: log.count - frame + 1, by: frame).filter { at in
      log[at + 4..<at + 8].contains { $0 != 0 }
    }
    return ends.dropLast().last.map { $0 + frame } ?? 0
  }
}
