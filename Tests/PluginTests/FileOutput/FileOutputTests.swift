import AlertModel
import CZlib
import Foundation
import PluginKit
import PluginTesting
import Testing

@testable import FileOutput

@Suite("file output")
struct FileOutputTests {
  let folder = OutputFolder()
  let fixtures = AlertFixtures()
  let clock = ManualClock()

  private func output(_ path: String, _ change: (inout FileOutputOptions) -> Void = { _ in }) throws -> FileOutput {
    try output(path, on: AppendingFile.systemWrite, change)
  }

  private func output(
    _ path: String, on write: @escaping AppendingFile.Write, _ change: (inout FileOutputOptions) -> Void = { _ in }
  ) throws -> FileOutput {
    var options = FileOutputOptions()
    options.path = FilePath(path, in: folder.root)
    change(&options)
    return try FileOutput(options: options, context: .testing(clock: clock), write: write)
  }

  private func batch(_ ids: ClosedRange<Int>) throws -> DeliveryBatch {
    DeliveryBatch(try fixtures.block(ids.map { "{\"id\":\($0)}" }))
  }

  @Test("appends each alert as one line, in order, whatever part of the block it is")
  func lines() async throws {
    let output = try output("a/b/alerts.ndjson")
    try await output.start()
    let block = try fixtures.block((1...6).map { "{\"id\":\($0)}" })
    try await output.deliver(DeliveryBatch(block: block, places: [0, 1, 3, 5]))
    try await output.deliver(DeliveryBatch(block: block, places: [4]))
    await output.stop()
    #expect(folder.ids("a/b/alerts.ndjson") == [1, 2, 4, 6, 5])
    #expect(folder.permissions("a/b/alerts.ndjson") == 0o640)
    #expect(folder.permissions("a/b") & ~0o750 == 0)
  }

  @Test(
    "is told what keeps it from being opened before it is",
    arguments: [("folder", true), ("file/x", true), ("new/x", false), ("file", false)])
  func obstacles(path: String, isWrong: Bool) async throws {
    let taken = try output("folder/x.ndjson")
    try await taken.start()
    try Data().write(to: URL(fileURLWithPath: folder.root + "/file"))
    let setting = LocatedNode.Entry(key: "path", value: LocatedNode(stringLiteral: folder.root + "/" + path))
    let options = try FileOutputOptions(LocatedNode(.mapping([setting]), at: LocatedNode.nowhere))
    let given = try FileOutput(options: options, context: .testing(clock: clock))
    #expect(given.lint(now: clock.now).contains { $0.severity == .error } == isWrong)
    #expect(!FileManager.default.fileExists(atPath: folder.root + "/new"))
  }

  @Test("sets the permissions that are asked for", arguments: [0o600, 0o644, 0o664] as [UInt32])
  func permissions(bits: UInt32) async throws {
    let output = try output("x.ndjson") { $0.permissions = FilePermissions(bits) }
    try await output.start()
    #expect(folder.permissions("x.ndjson") == bits)
  }

  @Test("reads permissions", arguments: [("0640", 0o640), ("600", 0o600), ("444", nil), ("0888", nil), ("rw", nil)])
  func permissionTexts(text: String, bits: UInt32?) {
    #expect(FilePermissions(settingText: text)?.bits == bits)
  }

  // MARK: Names

  @Test(
    "confines fields to their part of the name",
    arguments: [
      ("111122223333", "111122223333"), ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"), (".", "%2E"), ("..", "%2E."),
      ("", "%"), ("/abs", "%2Fabs"), ("a\u{0}b", "a%00b"), ("a%2Fb", "a%252Fb"), ("ü", "%C3%BC"),
      ("_missing", "%5Fmissing"), ("a_b.c", "a_b.c"), ("a b\n", "a%20b%0A"), ("C:\\x", "C:%5Cx"),
      (String(repeating: "x", count: 300), String(repeating: "x", count: 100) + "%~ac20dcdec3f79f8d"),
    ])
  func encoding(value: String, name: String) throws {
    let encoded = PathComponent.encode(value)
    if value.utf8.count < 200 { #expect(encoded == name) }
    #expect(encoded.utf8.count < 130 && !encoded.contains("/") && !encoded.hasPrefix("."))
    #expect(PathComponent.encode(nil) == "_missing")
  }

  @Test("gives each value a file of its own, and keeps few open")
  func fields() async throws {
    let output = try output("by/{account}/{%Y/%m-%d}.ndjson")
    try await output.start()
    let documents = (1...300).map { "{\"id\":\($0),\"account\":\"../\($0 % 100)\"}" } + ["{\"id\":301}"]
    try await output.deliver(DeliveryBatch(try fixtures.block(documents)))
    #expect(folder.ids("by/%2E.%2F7/2026/11-21.ndjson") == [7, 107, 207])
    #expect(folder.ids("by/_missing/2026/11-21.ndjson") == [301])
    #expect(folder.names("by").count == 101)
  }

  @Test("does not follow a symbolic link that a field's value names")
  func symbolicLinks() async throws {
    let output = try output("by/{account}.ndjson")
    try await output.start()
    try await output.deliver(DeliveryBatch(try fixtures.block(["{\"id\":1,\"account\":\"a\"}"])))
    let outside = folder.path("outside.ndjson")
    #expect(symlink(outside, folder.path("by/b.ndjson")) == 0)
    let error = await #expect(throws: DeliveryError.self) {
      try await output.deliver(
        DeliveryBatch(try fixtures.block(["{\"id\":2,\"account\":\"b\"}", "{\"id\":3,\"account\":\"a\"}"])))
    }
    let reason =
      "'\(folder.path("by/b.ndjson"))' is a symbolic link, and a field in 'path' must not lead out of "
      + "'\(folder.path("by/"))'; put a folder in its place"
    #expect(error?.outcomes == [0: .reject(reason: reason)])
    #expect(folder.ids("by/a.ndjson") == [1, 3])
    #expect(access(outside, F_OK) != 0)
  }

  @Test(
    "refuses names that mean nothing",
    arguments: [
      ("a{b", "'path' has a brace without its counterpart; write '{field.name}' or '{%Y-%m-%d}'"),
      ("a}b", "'path' has a brace without its counterpart; write '{field.name}' or '{%Y-%m-%d}'"),
      ("a{}", "'path' has '{}', which names no field; write for example '{cloud.account.id}'"),
      ("{%Y-%S}", "'path' has '%S' in a date; known are '%Y', '%m', '%d', '%H' and '%M'"),
      ("/dev/null", "'/dev/null' throws alerts away; name a file that keeps them, or leave the output out"),
      ("//dev/./null", "'/dev/null' throws alerts away; name a file that keeps them, or leave the output out"),
      ("{%Y%}", "'path' has a date that ends with '%'; write for example '{%Y-%m-%d}'"),
    ])
  func badNames(path: String, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try output(path) }
    #expect(error?.diagnostics.map(\.message) == [message])
  }

  @Test("refuses settings that do not fit together")
  func badSettings() throws {
    func message(_ change: (inout FileOutputOptions) -> Void) -> String? {
      do {
        _ = try output("x", change)
        return nil
      } catch { return (error as? ConfigurationError)?.diagnostics.first?.message }
    }
    #expect(
      message { $0.keep = 3 }
        == "'keep' and 'compress' are for rotated files; set 'rotate_size' or 'rotate_every' as well")
    #expect(
      message {
        $0.keep = 0
        $0.rotateSize = ByteCount(bytes: 10)
      } == "'keep' must be at least 1; with none, alerts would be gone with the first rotation")
    #expect(message { $0.rotateEvery = .milliseconds(5) } == "'rotate_every' must be at least 1s")
  }

  // MARK: Rotation

  @Test("begins a new file before the limit is passed, and loses nothing")
  func rotatesBySize() async throws {
    let length = try batch(1...1).block.bytes.count
    let output = try output("r.ndjson") { $0.rotateSize = ByteCount(bytes: length * 4 + 3) }
    try await output.deliver(try batch(1...9))
    try await output.deliver(try batch(10...11))
    await output.stop()
    let names = ["r.ndjson", "r.ndjson.20261121T031947Z", "r.ndjson.20261121T031947Z-2"]
    #expect(folder.names("").sorted() == names)
    #expect(folder.ids(names[1]) + folder.ids(names[2]) + folder.ids(names[0]) == Array(1...11))
    #expect(names.dropFirst().allSatisfy { folder.ids($0).count == 4 })
  }

  @Test("begins a new file when the time comes, also after a restart, and compresses and counts the old ones")
  func rotatesByTime() async throws {
    func run(_ ids: ClosedRange<Int>) async throws {
      let output = try output("t.ndjson") {
        $0.rotateEvery = .seconds(3600)
        $0.keep = 2
        $0.compress = true
      }
      try await output.deliver(try batch(ids))
      await output.stop()
    }
    for hour in 0..<5 {
      try await run(hour * 10 + 1...hour * 10 + 5)
      folder.touch("t.ndjson", clock.now)
      try await run(hour * 10 + 6...hour * 10 + 10)
      folder.touch("t.ndjson", clock.now)
      clock.advance(by: .seconds(3600))
    }
    #expect(folder.ids("t.ndjson") == Array(41...50))
    let old = folder.names("").filter { $0 != "t.ndjson" }.sorted()
    #expect(old == ["t.ndjson.20261121T051947Z.gz", "t.ndjson.20261121T061947Z.gz"])
    #expect(old.flatMap { folder.ids($0) } == Array(21...40))
    #expect(old.allSatisfy { folder.permissions($0) == 0o640 })
  }

  // MARK: Faults

  @Test("makes the file anew when it was moved, removed, or its folder was")
  func moved() async throws {
    let output = try output("d/m.ndjson")
    try await output.deliver(try batch(1...2))
    rename(folder.path("d/m.ndjson"), folder.path("d/old"))
    try await output.deliver(try batch(3...4))
    #expect(folder.ids("d/old") == [1, 2])
    #expect(folder.ids("d/m.ndjson") == [3, 4])
    unlink(folder.path("d/m.ndjson"))
    try await output.deliver(try batch(5...5))
    #expect(folder.ids("d/m.ndjson") == [5])
    rename(folder.path("d"), folder.path("e"))
    try await output.deliver(try batch(6...6))
    #expect(folder.ids("d/m.ndjson") == [6])
  }

  @Test("ends a half line that a crash left behind before it writes the next")
  func halfLine() async throws {
    try Data("{\"id\":1}\n{\"id\":".utf8).write(to: URL(fileURLWithPath: folder.path("h.ndjson")))
    let output = try output("h.ndjson")
    try await output.deliver(try batch(2...2))
    let text = folder.text("h.ndjson")
    #expect(text.hasPrefix("{\"id\":1}\n{\"id\":\n{\"id\":2,"))
    #expect(text.hasSuffix("\n"))
  }

  @Test("writes whole lines only when the disk is full, says which alerts were not written, and recovers")
  func diskFull() async throws {
    let disk = SmallDisk()
    let output = try output("f.ndjson", on: disk.write)
    let length = try batch(1...1).block.bytes.count
    disk.room = length * 4 + length / 2
    try await output.deliver(try batch(1...2))
    let error = await #expect(throws: DeliveryError.self) { try await output.deliver(try batch(3...8)) }
    #expect(folder.ids("f.ndjson") == [1, 2, 3, 4])
    #expect(folder.text("f.ndjson").utf8.count == length * 4)
    let reason = "'\(folder.path("f.ndjson"))' cannot be written: No space left on device; free some space"
    #expect(
      error?.outcomes
        == Dictionary(uniqueKeysWithValues: (2...5).map { ($0, .retry(reason: reason, after: nil)) }))
    disk.room = .max
    try await output.deliver(try batch(5...8))
    #expect(folder.ids("f.ndjson") == Array(1...8))
  }

  @Test("says at the start what is wrong with the file, and what to do")
  func badFiles() async throws {
    mkdir(folder.path("isdir"), 0o700)
    mkfifo(folder.path("fifo"), 0o600)
    for (name, reason) in [
      ("isdir", "cannot be opened: Is a directory"), ("fifo", "cannot be opened: No such device or address"),
      ("\(String(repeating: "x", count: 300))", "cannot be opened: File name too long"),
    ] {
      let output = try output(name)
      let error = await #expect(throws: ConfigurationError.self) { try await output.start() }
      #expect(error?.diagnostics.map(\.message) == ["'\(folder.path(name))' \(reason)"])
    }
  }

  @Test("is durable after a flush where that is asked for")
  func durability() async throws {
    let output = try output("p/{account}.ndjson") { $0.durability = .power }
    let documents = (1...200).map { "{\"id\":\($0),\"account\":\"\($0)\"}" }
    try await output.deliver(DeliveryBatch(try fixtures.block(documents)))
    #expect(folder.openFiles <= FileSet.mostOpen)
    try await output.flush()
    #expect(folder.names("p").count == 200)
  }

  @Test("embeds its example in its README")
  func readme() throws {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("../../../Plugins/Outputs/File").standardized
    let example = try String(contentsOf: folder.appendingPathComponent("example.yaml"), encoding: .utf8)
    let readme = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("```yaml\n\(example)```"))
    #expect(FileOutput.manual.example == example)
  }
}
