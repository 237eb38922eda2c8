import Foundation
import PluginKit
import PluginTesting
import Testing

@testable import FileInput

/// Every kind of rotation; the oracle is sequential ids: each must arrive, and where it is said so, once.
@Suite("following files")
struct FollowingTests {
  let folder = TestFolder()

  @Test("reads what is appended, line by line, and files that come later")
  func appended() throws {
    let follower = try Follower(folder, ["*.log"])
    folder.write(lines(1...2), to: "a.log")
    #expect(follower.ids() == [1, 2])
    folder.append("{\"id\":3}\n{\"id\":", to: "a.log")
    #expect(follower.ids() == [3])
    folder.append("4}\n", to: "a.log")
    #expect(follower.ids() == [4])
    folder.write(lines(5...6), to: "b.log")
    #expect(follower.ids() == [5, 6])
    #expect(follower.run.problems.isEmpty)
  }

  @Test("warns once where a pattern matches folders")
  func matchedFolders() throws {
    folder.write(lines(1...1), to: "a.log")
    folder.make("old.log")
    let log = RecordingLog()
    let follower = try Follower(folder, ["*.log"], log: log)
    #expect(follower.ids() == [1])
    folder.make("older.log")
    folder.write(lines(2...2), to: "b.log")
    #expect(follower.ids() == [2])
    #expect(log.messages.count == 1, "\(log.messages)")
    #expect(log.messages.first?.contains(" matches the folder '\(folder.path("old.log"))', of which") == true)
    #expect(follower.run.problems.isEmpty)
  }

  @Test("names what is not there yet, once")
  func absent() throws {
    let log = RecordingLog()
    let follower = try Follower(folder, ["a.log", "*.ndjson"], log: log)
    #expect(follower.ids() == [])
    #expect(
      log.messages == [
        "notice: \(folder.path("a.log")): there is no such file yet; it is read when it comes",
        "notice: \(folder.path("*.ndjson")): there is no such file yet; it is read when it comes",
      ])
  }

  @Test("goes on where it was after a restart, with what was appended meanwhile")
  func restart() throws {
    folder.write(lines(1...3), to: "a.log")
    var follower = try Follower(folder, ["*.log"])
    #expect(follower.ids() == [1, 2, 3])
    folder.append(lines(4...5), to: "a.log")
    follower = try follower.restarted()
    #expect(follower.ids() == [4, 5])
    #expect(try follower.restarted().ids() == [])
  }

  @Test("does not follow a file whose path was taken away, and goes on where it was when the path is back")
  func pathTakenAway() throws {
    folder.write(lines(1...2), to: "a.log")
    folder.write(lines(11...12), to: "b.log")
    var follower = try Follower(folder, ["a.log", "b.log"])
    #expect(follower.ids().sorted() == [1, 2, 11, 12])
    follower = try Follower(folder, ["a.log"], from: follower.run.checkpoints)
    folder.append(lines(3...3), to: "a.log")
    folder.append(lines(13...13), to: "b.log")
    #expect(follower.ids() == [3])
    folder.rename("a.log", to: "a.log.1")
    folder.append(lines(4...4), to: "a.log.1")
    folder.rename("b.log", to: "b.log.1")
    follower = try Follower(folder, ["./a.log"], from: follower.run.checkpoints)
    #expect(follower.ids() == [4])
    folder.rename("b.log.1", to: "b.log")
    follower = try Follower(folder, ["a.log", "b.log"], from: follower.run.checkpoints)
    #expect(follower.ids() == [13])
  }

  @Test("reads a renamed file to its end, and the new one from its beginning", arguments: ["*.log", "*.log*"])
  func renameAndCreate(pattern: String) throws {
    folder.write(lines(1...2), to: "a.log")
    let follower = try Follower(folder, [pattern])
    #expect(follower.ids() == [1, 2])
    folder.rename("a.log", to: "a.log.1")
    folder.append(lines(3...4), to: "a.log.1")
    folder.write(lines(5...6), to: "a.log")
    folder.append(lines(7...7), to: "a.log.1")
    #expect(follower.ids().sorted() == [3, 4, 5, 6, 7])
    #expect(follower.ids() == [])
  }

  @Test("finds what was not read of a file that was renamed while nobody was looking", arguments: ["*.log", "*.log*"])
  func renamedMeanwhile(pattern: String) throws {
    folder.write(lines(1...2), to: "a.log")
    var follower = try Follower(folder, [pattern])
    #expect(follower.ids() == [1, 2])
    folder.append(lines(3...4), to: "a.log")
    folder.rename("a.log", to: "a.log.1")
    folder.write(lines(5...6), to: "a.log")
    follower = try follower.restarted()
    #expect(follower.ids().sorted() == [3, 4, 5, 6])
  }

  @Test(
    "reads a file that was copied and cut from its copy to the end, then from the beginning",
    arguments: ["*.log", "*.log*"])
  func copyTruncate(pattern: String) throws {
    folder.write(lines(1...4), to: "a.log")
    let follower = try Follower(folder, [pattern])
    #expect(follower.ids() == [1, 2, 3, 4])
    folder.append("{\"id\":5}\n{\"id\":6", to: "a.log")
    #expect(follower.ids() == [5])
    folder.append("}\n{\"id\":7}\n", to: "a.log")
    folder.copy("a.log", to: "a.log.1")
    folder.write("", to: "a.log")
    folder.append(lines(8...8), to: "a.log")
    #expect(follower.ids(looks: 6) == [6, 7, 8])
    #expect(follower.run.problems.isEmpty)
  }

  @Test("waits with a copy until the original was cut")
  func copyFirst() throws {
    folder.write(lines(1...4), to: "a.log")
    let follower = try Follower(folder, ["*.log*"])
    #expect(follower.ids() == [1, 2, 3, 4])
    folder.copy("a.log", to: "a.log.1")
    #expect(follower.ids() == [])
    folder.write("", to: "a.log")
    #expect(follower.ids() == [])
    folder.append(lines(5...5), to: "a.log")
    #expect(follower.ids(looks: 6) == [5])
  }

  @Test("looks at a file that comes into being empty only once it has something to tell what it is")
  func emptyFirst() throws {
    folder.write(lines(1...4), to: "a.log")
    let follower = try Follower(folder, ["*"])
    #expect(follower.ids() == [1, 2, 3, 4])
    folder.write("", to: "b.json.gz")
    folder.write("", to: "a.log.1")
    #expect(follower.ids() == [])
    folder.write(gzip(lines(11...12)), to: "b.json.gz")
    folder.append(lines(1...4), to: "a.log.1")
    folder.write("", to: "a.log")
    #expect(follower.ids(looks: 6) == [11, 12])
    #expect(follower.run.problems.isEmpty)
  }

  @Test("sees by its content that a file was cut and has grown past the old end", arguments: [true, false])
  func truncateAndRegrow(afterRestart: Bool) throws {
    folder.write(lines(1...3), to: "a.log")
    var follower = try Follower(folder, ["*.log"])
    #expect(follower.ids() == [1, 2, 3])
    folder.write(lines(101...140), to: "a.log")
    if afterRestart { follower = try follower.restarted() }
    #expect(follower.ids() == Array(101...140))
  }

  @Test("takes a file with a used inode for a new one")
  func inodeReuse() throws {
    folder.write(lines(1...3), to: "a.log")
    var follower = try Follower(folder, ["*"])
    #expect(follower.ids() == [1, 2, 3])
    // Written in place: the same inode, other content, under another name.
    folder.rename("a.log", to: "b.log")
    folder.write(lines(11...19), to: "b.log")
    follower = try follower.restarted()
    #expect(follower.ids() == Array(11...19))
  }

  @Test("keeps two files with the same beginning apart")
  func sameBeginning() throws {
    let start = String(repeating: "{\"id\":0}\n", count: 300)
    folder.write(start + lines(1...1), to: "a.log")
    folder.write(start + lines(2...2), to: "b.log")
    var follower = try Follower(folder, ["*.log"])
    let first = follower.ids(looks: 6)
    #expect(first.count == 602 && first.contains(1) && first.contains(2))
    folder.append(lines(3...3), to: "b.log")
    folder.append(lines(4...4), to: "a.log")
    follower = try follower.restarted()
    #expect(follower.ids().sorted() == [3, 4])
  }

  @Test("does not read again what was compressed after it was read, and reads the rest", arguments: [false, true])
  func compressed(afterRestart: Bool) throws {
    folder.write(lines(1...3), to: "a.log")
    var follower = try Follower(folder, ["a.log*"])
    #expect(follower.ids() == [1, 2, 3])
    folder.rename("a.log", to: "a.log.1")
    folder.write(lines(6...6), to: "a.log")
    #expect(follower.ids() == [6])
    folder.write(gzip(lines(1...5)), to: "a.log.1.gz")
    folder.remove("a.log.1")
    if afterRestart { follower = try follower.restarted() }
    // While the file is held open, it is the one that is read; its rest is looked for when it is given up.
    follower.clock.advance(by: .seconds(61))
    #expect(follower.ids(looks: 6) == [4, 5])
    folder.rename("a.log.1.gz", to: "a.log.2.gz")
    #expect(follower.ids(looks: 6) == [])
    #expect(try follower.restarted().ids(looks: 6) == [])
  }

  @Test("reads a compressed file when it has stopped growing, and one that stays cut short once")
  func growingGzip() throws {
    let whole = gzip(lines(1...500))
    let follower = try Follower(folder, ["*.gz"])
    folder.write(Array(whole.prefix(whole.count / 2)), to: "a.gz")
    #expect(follower.ids(looks: 1) == [])
    folder.write(whole, to: "a.gz")
    #expect(follower.ids(looks: 4) == Array(1...500))
    folder.write(Array(gzip(lines(501...900)).dropLast(20)), to: "b.gz")
    let part = follower.ids(looks: 5)
    #expect(part == Array(501..<501 + part.count))
    #expect(
      follower.run.problems == ["b.gz: the gzip data ends too early: the file was cut short; what comes before goes on"]
    )
    folder.write(gzip(lines(501...900)), to: "b.gz")
    #expect(part + follower.ids(looks: 5) == Array(501...900))
  }

  @Test("starts over and says so when a checkpoint is damaged")
  func damagedCheckpoint() throws {
    folder.write(lines(1...3), to: "a.log")
    let follower = try Follower(folder, ["*.log"])
    #expect(follower.ids() == [1, 2, 3])
    let log = RecordingLog()
    let damaged = follower.run.checkpoints.map { InputCheckpoint(key: $0.key, value: Array($0.value.dropLast(2))) }
    let next = try Follower(folder, ["*.log"], from: damaged, log: log)
    #expect(next.ids() == [1, 2, 3])
    #expect(log.messages.contains { $0.hasPrefix("warning: a checkpoint is damaged") })
    // The damaged one is replaced or forgotten.
    #expect(try next.restarted().ids() == [])
  }

  @Test("forgets a file a day after it has gone")
  func forgets() throws {
    folder.write(lines(1...3), to: "a.log")
    let follower = try Follower(folder, ["*.log"])
    #expect(follower.ids() == [1, 2, 3])
    folder.remove("a.log")
    follower.clock.advance(by: .seconds(61))
    #expect(follower.ids() == [])
    #expect(follower.run.checkpoints.count == 1)
    follower.clock.advance(by: .seconds(25 * 3600))
    #expect(follower.ids() == [])
    #expect(follower.run.checkpoints.isEmpty)
  }

  @Test("loses nothing through many rotations of every kind, with restarts", arguments: 0..<20 as Range<UInt64>)
  func soak(seed: UInt64) throws {
    var random = SeededNumbers(seed: seed)
    var follower = try Follower(folder, ["a.log*"])
    var next = 1
    var seen: [Int] = []
    var generation = 0
    for _ in 0..<40 {
      let count = Int.random(in: 0...5, using: &random)
      if count > 0 {
        folder.append(lines(next...next + count - 1), to: "a.log")
        next += count
      }
      seen += follower.ids(looks: Int.random(in: 0...3, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        generation += 1
        folder.rename("a.log", to: "a.log.\(generation)")
      case 1:
        generation += 1
        folder.copy("a.log", to: "a.log.\(generation)")
        folder.write("", to: "a.log")
      case 2:
        follower = try follower.restarted()
      default: break
      }
    }
    seen += follower.ids(looks: 80)
    #expect(Set(seen) == Set(1..<next))
  }

  @Test("notices a change at once, and stops when it is cancelled")
  func wakes() async throws {
    folder.write(lines(1...1), to: "a.log")
    let input = try folder.input(["*.log"], context: .testing()) { $0.follow = true }
    let chunks = AsyncStream<InputChunk>.makeStream()
    let task = Task { try await input.run(from: []) { chunks.continuation.yield($0) } }
    var received = chunks.stream.makeAsyncIterator()
    #expect(await received.next()?.frames.count == 1)
    // The clock stands still: only the system's notice can wake it.
    folder.append(lines(2...3), to: "a.log")
    #expect(await received.next()?.frames.count == 2)
    task.cancel()
    try? await task.value
  }
}

private func lines(_ ids: ClosedRange<Int>) -> String { ids.map { "{\"id\":\($0)}\n" }.joined() }

/// Follows files step by step, with a clock that a test moves.
private final class Follower {
  let folder: TestFolder
  let paths: [String]
  let clock = ManualClock()
  var run: FileRun
  private let following: FileFollowing

  init(_ folder: TestFolder, _ paths: [String], from checkpoints: [InputCheckpoint] = [], log: RecordingLog = .init())
    throws
  {
    self.folder = folder
    self.paths = paths
    run = FileRun(root: folder.path(""), checkpoints: checkpoints)
    let finder = FileFinder(paths: paths.map(folder.path), exclude: [], isLiteral: false)
    following = FileFollowing(
      settings: FileInput.Settings(finder: finder, index: nil, limit: 1 << 20, maxDecompressed: 1 << 30),
      memory: FileMemory(checkpoints, isKept: true, logger: log.logger), clock: clock, logger: log.logger,
      watcher: FolderWatcher(.writes))
  }

  /// What arrives while it looks so many times, a second after the other.
  func ids(looks: Int = 2) -> [Int] {
    let before = run.documents.count
    for _ in 0..<looks {
      while let chunk = following.next() { run.take(chunk) }
      clock.advance(by: .seconds(1))
    }
    return run.documents[before...].map { Int($0.filter(\.isNumber)) ?? -1 }
  }

  /// A new one that knows the checkpoints of this one.
  func restarted() throws -> Follower { try Follower(folder, paths, from: run.checkpoints) }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct SeededNumbers: RandomNumberGenerator {
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
