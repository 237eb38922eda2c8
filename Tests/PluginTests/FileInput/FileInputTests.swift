import Foundation
import PluginKit
import PluginTesting
import Testing

@testable import FileInput

@Suite("file input")
struct FileInputTests {
  let folder = TestFolder()

  // MARK: Which files

  @Test("reads files in the order of the patterns, and each pattern's matches in the order of their names")
  func order() async throws {
    for name in ["b/2.json", "b/10.json", "a/x/1.json", "a/.hidden.json", "b/skip.json", "c.json", "[odd].json"] {
      folder.write("{\"file\":\"\(name)\"}\n", to: name)
    }
    let paths = ["c.json", "[odd].json", "**/*.json"]
    let run = try await folder.read(paths, exclude: ["**/skip*"])
    #expect(run.sources == ["c.json", "[odd].json", "a/x/1.json", "b/10.json", "b/2.json"])
    #expect(run.problems.isEmpty)
  }

  @Test(
    "knows patterns",
    arguments: [
      ("*.json", "a.json", true), ("*.json", "a/b.json", false), ("**/*.json", "a.json", true),
      ("**/*.json", "a/b/c.json", true), ("a/**", "a/b/c", true), ("a/**", "b/c", false), ("a/**/d", "a/d", true),
      ("*", ".hidden", false), ("?[ab]", "xa", true), ("?[ab]", "xc", false), ("/a/*", "/a/b", true),
      ("/a/*", "a/b", false),
    ])
  func patterns(pattern: String, path: String, matches: Bool) {
    #expect(PathPattern(pattern).matches(path) == matches)
  }

  @Test("names what cannot be read, with what to do, and reads the others")
  func unreadableFiles() async throws {
    folder.write("{\"a\":1}\n", to: "good.json")
    folder.write("", to: "empty.json")
    folder.make("folder")
    mkfifo(folder.path("pipe"), 0o600)
    let run = try await folder.read(["missing.json", "none*.json", "folder", "pipe", "empty.json", "good.json"])
    #expect(run.documents == ["{\"a\":1}"])
    #expect(
      run.problems == [
        "missing.json: it cannot be opened: No such file or directory; check the name",
        "none*.json: no file matches this pattern; check 'paths'",
        "folder: it is a folder; to read the files below it, write '\(folder.path("folder"))/**' under 'paths'",
        "pipe: it is a pipe; hand it over as standard input: < \(folder.path("pipe"))",
      ])
    #expect(!run.hasLostAlerts)
  }

  @Test("warns where a pattern matches a folder, and reads what else it matches")
  func matchedFolders() async throws {
    for name in ["logs/1.json", "logs/old/2.json", "logs/older/3.json", "logs/read/4.json", "logs/skip/5.json"] {
      folder.write("{\"file\":\"\(name)\"}\n", to: name)
    }
    let log = RecordingLog()
    let run = try await folder.read(
      ["logs/*", "logs/read/*.json"], exclude: ["logs/skip"], context: .testing(logger: log.logger))
    #expect(run.sources == ["logs/1.json", "logs/read/4.json"])
    #expect(run.problems.isEmpty)
    let (pattern, old) = (folder.path("logs/*"), folder.path("logs/old"))
    #expect(
      log.messages == [
        "warning: '\(pattern)' matches the folder '\(old)' and 1 more, of which nothing is read; to read the files in it, "
          + "add '\(old)/*.ndjson' to 'paths'"
      ])
    let deep = RecordingLog()
    #expect(try await folder.read(["logs/**"], context: .testing(logger: deep.logger)).documents.count == 5)
    #expect(deep.messages.isEmpty)
  }

  @Test("opens a file once, however often it is looked into")
  func opensOnce() throws {
    folder.write("{}\n", to: "a.json")
    let input = try folder.input(["a.json"])
    let file = try OpenFile(folder.path("a.json"))
    let contents = (0..<3).map { _ in input.settings.content(file) }
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter { name in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")) == folder.path("a.json")
    }
    #expect(open.count == 1)
    #expect(contents.map { $0.head(2) } == [Array("{}".utf8), Array("{}".utf8), Array("{}".utf8)])
  }

  @Test("refuses to be without paths")
  func noPaths() throws {
    var options = FileOptions()
    options.paths = []
    #expect(throws: ConfigurationError.self) { try FileInput(options: options, context: .testing()) }
  }

  // MARK: Gzip

  @Test("tells gzip by its first bytes and reads several members, with zeros behind")
  func members() async throws {
    let bytes = gzip("{\"a\":1}\n{\"b\":") + gzip("2}\n") + gzip("") + gzip("{\"c\":3}") + [0, 0, 0]
    folder.write(bytes, to: "plain.json")
    folder.write("{\"d\":4}\n", to: "not.gz")
    let run = try await folder.read(["plain.json", "not.gz"])
    #expect(run.documents == ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}"])
    #expect(run.problems.isEmpty)
  }

  @Test("hands on what can be read of gzip that is cut short or damaged")
  func brokenGzip() async throws {
    let lines = (0..<5000).map { "{\"id\":\($0),\"x\":\"\($0 &* 2_654_435_761 % 1_000_003)\"}" }
    let whole = gzip(lines.joined(separator: "\n") + "\n")
    folder.write(Array(whole[..<(whole.count / 2)]), to: "cut.gz")
    folder.write(Array(whole[..<(whole.count - 3)]), to: "trailer.gz")
    folder.write(whole + Array("tail".utf8), to: "tail.gz")
    folder.write("{\"after\":1}\n", to: "z.json")
    var run = try await folder.read(["cut.gz", "z.json"])
    #expect(run.documents.count > 1000 && run.documents.last == "{\"after\":1}")
    #expect(run.documents.dropLast() == lines[..<(run.documents.count - 1)])
    #expect(run.problems == ["cut.gz: the gzip data ends too early: the file was cut short; what comes before goes on"])
    #expect(!run.hasLostAlerts)

    run = try await folder.read(["trailer.gz"])
    #expect(run.documents == lines)
    #expect(
      run.problems == ["trailer.gz: the gzip data ends too early: the file was cut short; what comes before goes on"])

    run = try await folder.read(["tail.gz"])
    #expect(run.documents == lines)
    #expect(
      run.problems == [
        "tail.gz: the gzip data cannot be decompressed further: something that is not gzip follows; "
          + "what comes before goes on"
      ])

    // A wrong checksum shows only at the end: what was decompressed before is handed on all the same.
    var checksum = whole
    checksum[whole.count - 8] ^= 0xFF
    folder.write(checksum, to: "checksum.gz")
    run = try await folder.read(["checksum.gz"])
    #expect(run.documents == lines)
    #expect(
      run.problems == [
        "checksum.gz: the gzip data cannot be decompressed further: incorrect data check; what comes before goes on"
      ])

    var flipped = whole
    flipped[whole.count / 2] ^= 0xFF
    folder.write(flipped, to: "flipped.gz")
    run = try await folder.read(["flipped.gz"])
    #expect(run.problems.count == 1)
    #expect(run.problems.first?.hasPrefix("flipped.gz: the gzip data cannot be decompressed further: ") == true)
  }

  @Test("caps what a small file may become")
  func bombs() async throws {
    folder.write(gzip(String(repeating: "{}\n", count: 100_000)), to: "large.gz")
    var run = try await folder.read(["large.gz"]) { $0.maxDecompressed = ByteCount(bytes: 30_000) }
    #expect(run.documents.count < 100_000)
    #expect(
      run.problems == [
        "large.gz: the gzip data cannot be decompressed further: it becomes larger than 'max_decompressed' allows "
          + "(30000 bytes); what comes before goes on"
      ])
    folder.write(gzip(String(repeating: "x", count: 80 << 20)), to: "bomb.gz")
    run = try await folder.read(["bomb.gz"])
    #expect(
      run.problems == [
        "bomb.gz: the gzip data cannot be decompressed further: it becomes more than 600 times as large, "
          + "which no file of alerts does; what comes before goes on"
      ])
  }

  // MARK: Memory

  @Test("reads a file once, then only what was appended, and new files")
  func goesOn() async throws {
    folder.write("{\"a\":1}\n{\"b\":2}\n", to: "one.json")
    folder.write(gzip("{\"z\":1}\n"), to: "old.json.gz")
    var run = try await folder.read(["*.json*"])
    #expect(run.documents == ["{\"z\":1}", "{\"a\":1}", "{\"b\":2}"])
    run = try await folder.read(["*.json*"], from: run.checkpoints)
    #expect(run.documents.isEmpty)
    folder.append("{\"c\":3}\n", to: "one.json")
    folder.write("{\"d\":4}\n", to: "two.json")
    run = try await folder.read(["*.json*"], from: run.checkpoints)
    #expect(run.documents == ["{\"c\":3}", "{\"d\":4}"])
    #expect(run.lines == [3, 1])
  }

  @Test("a line that is still being written is told of, and read whole once it is")
  func readsHalfLinesAgain() async throws {
    folder.write("{\"a\":1}\n{\"b\":", to: "one.json")
    var run = try await folder.read(["*.json"])
    #expect(run.documents == ["{\"a\":1}", "{\"b\":"])
    // Told of once, as long as nothing changes.
    run = try await folder.read(["*.json"], from: run.checkpoints)
    #expect(run.documents.isEmpty && run.problems.isEmpty)
    folder.append("2}\n{\"c\":3}", to: "one.json")
    run = try await folder.read(["*.json"], from: run.checkpoints)
    #expect(run.documents == ["{\"b\":2}", "{\"c\":3}"])
    #expect(run.lines == [2, 3])
    // A whole document needs no line feed behind it.
    folder.append("\n{\"d\":4}\n", to: "one.json")
    run = try await folder.read(["*.json"], from: run.checkpoints)
    #expect(run.documents == ["{\"d\":4}"])
  }

  @Test("reads two files whose names Unicode takes for the same")
  func tellsNamesApart() async throws {
    folder.write("{\"a\":1}\n", to: "e\u{301}.json")
    folder.write("{\"a\":2}\n", to: "\u{E9}.json")
    let run = try await folder.read(["*.json"])
    #expect(run.documents.sorted() == ["{\"a\":1}", "{\"a\":2}"])
  }

  @Test("knows a file again that was renamed or compressed, and reads one anew that was replaced")
  func knowsAgain() async throws {
    folder.write("{\"a\":1}\n", to: "a.json")
    folder.write("{\"b\":1}\n", to: "b.json")
    folder.write("{\"c\":1}\n", to: "c.json")
    var run = try await folder.read(["*"])
    folder.rename("a.json", to: "a.json.1")
    folder.write("{\"a\":2}\n", to: "a.json")
    folder.write(gzip("{\"b\":1}\n{\"b\":2}\n"), to: "b.json.1.gz")
    folder.remove("b.json")
    folder.write("{\"c\":2}\n{\"c\":3}\n", to: "c.json")
    run = try await folder.read(["*"], from: run.checkpoints)
    #expect(run.documents == ["{\"a\":2}", "{\"b\":2}", "{\"c\":2}", "{\"c\":3}"])
    for name in ["b.json.2.gz", "b.json.3.gz", "b.json.4.gz"] {
      run = try await folder.read(["*"], from: run.checkpoints)
      #expect(run.documents.isEmpty, "before it was called \(name)")
      let before = name.replacing(/\d/) { "\((Int($0.output) ?? 0) - 1)" }
      folder.rename(before, to: name)
    }
  }

  @Test("keeps files with the same beginning apart")
  func sameBeginning() async throws {
    let start = String(repeating: "{\"same\":1}\n", count: 200)
    folder.write(start, to: "a.json")
    var run = try await folder.read(["*"])
    #expect(run.documents.count == 200)
    folder.write(start + "{\"b\":2}\n", to: "b.json")
    run = try await folder.read(["*"], from: run.checkpoints)
    #expect(run.documents.count == 201)
  }

  @Test("forgets files that are gone")
  func forgets() async throws {
    folder.write("{\"a\":1}\n", to: "a.json")
    folder.write("{\"b\":1}\n", to: "b.json")
    var run = try await folder.read(["*"])
    #expect(run.checkpoints.count == 2)
    folder.remove("a.json")
    run = try await folder.read(["*"], from: run.checkpoints)
    #expect(run.checkpoints.count == 1)
  }

  @Test("reads from the beginning, and says so, where a checkpoint is damaged")
  func damagedCheckpoint() async throws {
    folder.write("{\"a\":1}\n", to: "a.json")
    var run = try await folder.read(["*"])
    let good = try #require(run.checkpoints.first)
    for bad in [Array(good.value.dropLast(3)), Array("garbage".utf8), [0xFF, 0]] {
      let log = RecordingLog()
      run = try await folder.read(
        ["*"], from: [InputCheckpoint(key: good.key, value: bad)], context: .testing(logger: log.logger))
      #expect(run.documents == ["{\"a\":1}"])
      #expect(
        log.messages == [
          "warning: a checkpoint is damaged; the file that it was for is read from its beginning key=\(good.key)"
        ])
    }
  }

  @Test("reads the files of a command line whole, every time, under the names that were given")
  func commandLine() async throws {
    folder.write("{\"a\":1}\n", to: "[a]*.json")
    let input = FileInput.commandLine(paths: [folder.path("[a]*.json"), folder.path("x?")], context: .testing())
    for _ in 0..<2 {
      let run = try await folder.collect(input, from: [])
      #expect(run.documents == ["{\"a\":1}"])
      #expect(run.problems == ["x?: it cannot be opened: No such file or directory; check the name"])
      #expect(run.checkpoints.isEmpty)
    }
  }

  @Test("reads a file of many chunks in order, with a line longer than one")
  func manyChunks() async throws {
    var lines = (0..<120_000).map { "{\"number\":\($0),\"text\":\"some words\"}" }
    lines[70_000] = "{\"text\":\"" + String(repeating: "long ", count: 400_000) + "\"}"
    folder.write(lines.joined(separator: "\n") + "\n", to: "a.json")
    let run = try await folder.read(["a.json"])
    #expect(run.documents == lines)
    #expect(run.problems.isEmpty)
    #expect(run.chunks.count > 4)
  }

  @Test("says how much is read")
  func progress() async throws {
    folder.write("{\"a\":1}\n", to: "a.json")
    folder.write("{\"b\":1}\n{}\n", to: "b.json")
    let run = try await folder.read(["*"])
    #expect(
      run.chunks.compactMap(\.progress).filter { $0.bytesRead > 0 } == [
        .init(bytesRead: 8, total: 19), .init(bytesRead: 19, total: 19),
      ])
  }

  @Test("embeds its example in its README")
  func readme() throws {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("../../../Plugins/Inputs/File").standardized
    let example = try String(contentsOf: folder.appendingPathComponent("example.yaml"), encoding: .utf8)
    let readme = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("```yaml\n\(example)```"))
    #expect(FileInput.manual.example == example)
  }
}
