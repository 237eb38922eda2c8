internal import AlertModel
internal import Foundation
internal import Glibc
@testable internal import Outbox
internal import PluginKit
internal import PluginTesting
internal import Testing

/// On a real small file system, which only root can mount. Whoever is not root sees the same from outside, in the
/// EndToEndTests.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: getuid() == 0, "only root can mount a small file system"))
final class FullDiskTests {
  private let folder = NSTemporaryDirectory() + "weir-small-" + UUID().uuidString

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try #require(mount("weir", folder, "tmpfs", 0, "size=12m") == 0)
  }

  deinit {
    umount2(folder, Int32(MNT_DETACH))
    rmdir(folder)
  }

  @Test func `A full disk is an error, keeps what was accepted, and recovers when the destination is back`()
    async throws
  {
    let world = try TestWorld()
    let outbox = try Outbox.open(folder: folder, clock: world.clock, logger: world.log.logger)
    var accepted = 0
    var refusals = 0
    while refusals < 3 {
      do throws(OutboxError) {
        let block: AlertBlock
        do { block = try world.block(accepted..<accepted + 100, padding: 2000) } catch { return }
        try await outbox.commit(block, wants: [("soc", Array(0..<100))], checkpoints: [])
        accepted += 100
      } catch {
        guard case .diskFull = error else { throw error }
        #expect(error.isTemporary)
        refusals += 1
      }
    }
    #expect(accepted > 1000)
    let output = ScriptedOutput()
    await world.drain(try world.worker(output, world.settings(batch: 100), outbox))
    #expect(output.record.accepted == ids(0..<accepted), "\(world.log.messages.suffix(5))")
    try await outbox.commit(
      try world.block(accepted..<accepted + 100, padding: 2000), wants: [("soc", Array(0..<100))], checkpoints: [])
    await world.drain(try world.worker(output, world.settings(batch: 100), outbox))
    #expect(output.record.accepted == ids(0..<accepted + 100))
    await outbox.close()
  }

  @Test func `A disk that others fill stops commits and settlements, and both go on when there is room`() async throws {
    let world = try TestWorld()
    let outbox = try Outbox.open(folder: folder, clock: world.clock, logger: world.log.logger)
    try await outbox.commit(try world.block(0..<50, padding: 2000), wants: [("soc", Array(0..<50))], checkpoints: [])
    let filler = folder + "/filler"
    #expect(FileManager.default.createFile(atPath: filler, contents: nil))
    let handle = try #require(FileHandle(forWritingAtPath: filler))
    while (try? handle.write(contentsOf: Data(count: 4096))) != nil {}
    try? handle.close()
    await #expect(throws: OutboxError.self) {
      try await outbox.commit(try world.block(50..<90, padding: 2000), wants: [("soc", Array(0..<40))], checkpoints: [])
    }
    try FileManager.default.removeItem(atPath: filler)
    // A child that another test has just forked may hold the file open for a moment.
    while (FreeSpace.available(in: folder) ?? 0) < 8 * 1024 * 1024 { await Task.yield() }
    try await outbox.commit(try world.block(50..<90, padding: 2000), wants: [("soc", Array(0..<40))], checkpoints: [])
    let output = ScriptedOutput()
    await world.drain(try world.worker(output, world.settings(batch: 100), outbox))
    #expect(output.record.accepted == ids(0..<90))
    await outbox.close()
  }
}
