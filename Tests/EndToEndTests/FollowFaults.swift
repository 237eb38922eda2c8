import Foundation
import Glibc
import Logging
import Outbox
import PluginKit
import Testing

/// The matrix' numbers 18 to 23: files that are followed while somebody rotates, cuts and replaces them.
@Suite(.timeLimit(.minutes(3)))
struct FollowFaults {
  @Test func `18: a file that is renamed and made anew is read to its end, and so is the new one`() async throws {
    let world = try followWorld()
    try world.write(alerts(0..<100), "logs/app.ndjson")
    try await following(world) {
      try await expect(0..<100, in: world)
      #expect(rename(world.folder + "/logs/app.ndjson", world.folder + "/logs/app.ndjson.1") == 0)
      // Its writer has not noticed yet.
      try world.append(alerts(100..<110), to: "logs/app.ndjson.1")
      try world.write(alerts(110..<200), "logs/app.ndjson")
      try await expect(0..<200, in: world)
    }
    try world.append(alerts(200..<210), to: "logs/app.ndjson")
    try await following(world) { try await expect(0..<210, in: world) }
  }

  @Test func `19: copytruncate loses nothing and reads nothing twice`() async throws {
    let world = try followWorld()
    try world.write(alerts(0..<100), "logs/app.ndjson")
    try await following(world) {
      try await expect(0..<100, in: world)
      try FileManager.default.copyItem(
        atPath: world.folder + "/logs/app.ndjson", toPath: world.folder + "/logs/app.ndjson.1")
      #expect(truncate(world.folder + "/logs/app.ndjson", 0) == 0)
      try world.append(alerts(100..<150), to: "logs/app.ndjson")
      try await expect(0..<150, in: world)
    }
    try await following(world) { try await expect(0..<150, in: world) }
  }

  @Test(arguments: [true, false]) func `20: a file that is cut and grows past the old place is read from its beginning`(
    isRunning: Bool
  ) async throws {
    let world = try followWorld()
    try world.write(alerts(0..<50), "logs/app.ndjson")
    func cut() throws {
      #expect(truncate(world.folder + "/logs/app.ndjson", 0) == 0)
      try world.append(alerts(50..<300), to: "logs/app.ndjson")
    }
    try await following(world) {
      try await expect(0..<50, in: world)
      if isRunning {
        try cut()
        try await expect(0..<300, in: world)
      }
    }
    if !isRunning { try cut() }
    try await following(world) { try await expect(0..<300, in: world) }
  }

  @Test func `21: another file under the same inode is read from its beginning`() async throws {
    let world = try followWorld()
    try world.write(alerts(0..<50), "logs/app.ndjson")
    try await following(world) { try await expect(0..<50, in: world) }
    // Written in place: the inode stays, whatever the file system.
    let handle = try #require(FileHandle(forWritingAtPath: world.folder + "/logs/app.ndjson"))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data(alerts(50..<120).utf8))
    try handle.close()
    try await following(world) { try await expect(0..<120, in: world) }
  }

  @Test func `22: two files with the same beginning are two files`() async throws {
    let world = try followWorld()
    let same = alerts(0..<30)
    try world.write(same + alerts(100..<110), "logs/a.ndjson")
    try world.write(same + alerts(200..<220), "logs/b.ndjson")
    let expected = [Int](0..<30) + [Int](0..<30) + [Int](100..<110) + [Int](200..<220)
    try await following(world) {
      let isThere = try await eventually { world.numbers("out.ndjson").count == expected.count }
      #expect(isThere)
    }
    try await following(world) {}
    #expect(world.numbers("out.ndjson").compactMap { $0 }.sorted() == expected.sorted())
  }

  @Test(arguments: [[], [0xFF], [UInt8](repeating: 0x7B, count: 40)] as [[UInt8]])
  func `23: a checkpoint that is garbage means reading again, not losing or failing`(garbage: [UInt8]) async throws {
    let world = try followWorld()
    try world.write(alerts(0..<50), "logs/app.ndjson")
    try await following(world) { try await expect(0..<50, in: world) }
    let outbox = try Outbox.open(folder: world.folder + "/state", logger: Logger(label: "test"))
    let checkpoints = try await outbox.checkpoints()
    #expect(!checkpoints.isEmpty)
    try await outbox.commit(
      AlertBlock(bytes: [], entries: []), wants: [],
      checkpoints: checkpoints.map { InputCheckpoint(key: $0.key, value: garbage) })
    await outbox.close()
    try world.append(alerts(50..<60), to: "logs/app.ndjson")
    try await following(world) {
      let isThere = try await eventually { world.numbers("out.ndjson").contains(59) }
      #expect(isThere)
    }
    #expect(Set(world.numbers("out.ndjson")) == Set(0..<60))
  }

  @Test func `17: a line that was cut holds back the next one until another comes, and loses none`() async throws {
    let world = try followWorld()
    // What was cut could be the beginning of a longer document.
    try world.write(alerts(0..<5) + "{\"cut\":\n" + alerts(5..<6), "logs/app.ndjson")
    try await following(world) { try await expect(0..<5, in: world) }
    try world.append(alerts(6..<8), to: "logs/app.ndjson")
    try await following(world, exitCode: 65) { try await expect(0..<8, in: world) }
    #expect(world.deadLetters.count == 1)
  }

  private func followWorld() throws -> World {
    try World(World.configuration(input: "file: {paths: [logs/*.ndjson], follow: true}"))
  }

  /// Runs `weir` while `body` does something, and ends it by SIGTERM.
  private func following(
    _ world: borrowing World, exitCode: Int32 = 0, _ body: () async throws -> Void
  ) async throws {
    let process = try world.start()
    let isReady = try await eventually { process.takesSignals }
    #expect(isReady)
    try await body()
    process.send(SIGTERM)
    let end = await process.end()
    #expect(end.exitCode == exitCode, "\(end)")
  }

  /// Waits for these alerts; each has come once.
  private func expect(_ numbers: Range<Int>, in world: borrowing World) async throws {
    let all = Set(numbers)
    _ = try await eventually { Set(world.numbers("out.ndjson").compactMap { $0 }).isSuperset(of: all) }
    #expect(world.numbers("out.ndjson").compactMap { $0 }.sorted() == Array(numbers))
  }
}
