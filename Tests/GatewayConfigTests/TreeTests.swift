internal import Foundation
@testable internal import GatewayConfig
internal import PluginKit
internal import PluginTesting
internal import Testing

@Suite("Trees of files")
struct TreeTests {
  @Test(
    "know where each character of a text stands",
    arguments: [
      "k: 1️⃣a2️⃣b",
      "k: '1️⃣a''2️⃣b'",
      "k: \"1️⃣a\\\"\\u0020\\n2️⃣b\"",
      "k: \"é1️⃣a\\u00e92️⃣b\"",
      "k: |\n\n  1️⃣a\n\n  2️⃣b\n",
      "{x: \"\\u00e9é\", y: 'it''s', z: \"\\t\", k: \"é1️⃣a\\u00e92️⃣b\"}",
      "k: >-\n  1️⃣a\n  x\n  2️⃣b\n",
      "k: 1️⃣a\n   x\n   2️⃣b",
      "\u{FEFF}k: 1️⃣a2️⃣b",
      "l: 1\r\nk: |\r\n  1️⃣a\r\n  2️⃣b\r\n",
    ])
  func places(marked: String) throws {
    let marked = MarkedText(marked)
    let tree = try YAMLTree.read(marked.bytes, file: "c.yaml")
    let text = try #require(tree["k"]?.scalar?.text)
    for (mark, letter) in [("1️⃣", "a"), ("2️⃣", "b")] {
      let index = try #require(text.text.firstIndex(of: Character(letter)))
      let place = text.place(at: text.text.utf8.distance(from: text.text.startIndex, to: index))
      var expected = try #require(marked.places[mark])
      // The byte order mark is no character of the first line.
      if marked.text.hasPrefix("\u{FEFF}") { expected = mark == "1️⃣" ? "1:4" : "1:5" }
      #expect("\(place.line):\(place.column)" == expected)
    }
  }

  @Test("take aliases and merge keys, own entries first")
  func merging() throws {
    let yaml = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 0}\nd: *a"
    let tree = try YAMLTree.read(Array(yaml.utf8), file: "c.yaml")
    let entries = tree["c"]?.entries?.map { "\($0.key.text)=\($0.value.scalar?.text.text ?? "")" }
    #expect(entries == ["x=0", "y=2", "z=4"])
    #expect(tree["d"]?["x"]?.scalar?.text.text == "1")
  }

  @Test("are empty for empty files", arguments: ["", "# nothing\n", "---\n", "~"])
  func empty(yaml: String) throws {
    #expect(try YAMLTree.read(Array(yaml.utf8), file: "c.yaml").isNull)
  }

  /// What is handed over of a list, and how reading it ends.
  private func elements(_ yaml: String) -> (handed: [String], end: String) {
    var handed: [String] = []
    do throws(ConfigurationError) {
      let rest = try YAMLTree.readElements(Array(yaml.utf8), file: "c.yaml", limits: .data) {
        handed.append("\($0.place.line):\($0.place.column) \($0.signature)")
      }
      return (handed, rest?.signature ?? "the end of the list")
    } catch {
      return (handed, error.description)
    }
  }

  @Test("hand over the elements of a list one by one, and everything else whole")
  func handingOver() {
    let list = elements("# two\n- &a {x: 1}\n- *a\n- [b, 'c']\n")
    let first = #"{"x":plain"1"}"#
    #expect(list.handed == ["2:3 \(first)", "2:3 \(first)", #"4:3 [plain"b",quoted"c"]"#])
    #expect(list.end == "the end of the list")
    #expect(elements("[]").end == "the end of the list")
    #expect(elements("entries: [a]") == ([], #"{"entries":[plain"a"]}"#))
    #expect(elements("") == ([], #"plain"""#))
  }

  @Test("say what is wrong with a list after what stands above it was handed over")
  func handingOverMistakes() {
    let twice = elements("- a\n- {b: 1, b: 2}\n- c\n")
    #expect(twice.handed.count == 3)
    #expect(twice.end == "c.yaml:2:10: error: the key 'b' is on line 2 already; remove one of the two")
    let broken = elements("- a\n- b: c: d\n- e\n- f: g: h\n")
    #expect(broken.handed == [#"1:3 plain"a""#])
    #expect(broken.end.split(separator: "\n").map { $0.prefix(9) } == ["c.yaml:2:", "c.yaml:4:"])
    #expect(elements("- a\n--- \n- b\n").end.contains("a second document begins here"))
  }

  @Test("of JSON follow JSON's rules")
  func json() throws {
    let text = "{\"name\":\t\"\\ud83d\\ude00\",\n \"id\": 012345}"
    let bad = #expect(throws: ConfigurationError.self) { try JSONTree.read(Array(text.utf8), file: "a.json") }
    #expect(bad?.diagnostics.first?.place.description == "a.json:2:8")
    let tree = try JSONTree.read(Array(text.replacing("0123", with: "123").utf8), file: "a.json")
    #expect(tree["name"]?.scalar?.text.text == "😀")
    #expect(tree["id"]?.place.description == "a.json:2:8")
    #expect(tree["id"]?.scalar?.style == .plain)
    let twice = #expect(throws: ConfigurationError.self) {
      try JSONTree.read(Array("{\"a\": 1,\n\"a\": 2}".utf8), file: "a.json")
    }
    #expect(twice?.description == "a.json:2:1: error: the key 'a' is on line 1 already; remove one of the two")
  }

  @Test("of files that cannot be read are errors at the setting")
  func unreadable() {
    let place = SourcePlace(file: "config.yaml", line: 4, column: 9)
    let error = #expect(throws: ConfigurationError.self) {
      try LocalFiles().tree(of: FilePath("nowhere.yaml", in: "/nowhere", at: place))
    }
    #expect(
      error?.description == "config.yaml:4:9: error: cannot read '/nowhere/nowhere.yaml': No such file or directory")
    let folder = #expect(throws: ConfigurationError.self) { try LocalFiles().tree(of: FilePath("/tmp", at: place)) }
    #expect(folder?.description == "config.yaml:4:9: error: cannot read '/tmp': it is a folder")
  }

  @Test("are not waited for where a named pipe may never have a writer; other pipes are read", .timeLimit(.minutes(1)))
  func pipes() throws {
    let place = SourcePlace(file: "config.yaml", line: 4, column: 9)
    let named = NSTemporaryDirectory() + "weir-pipe-\(UUID().uuidString).yaml"
    try #require(mkfifo(named, 0o600) == 0)
    defer { unlink(named) }
    let error = #expect(throws: ConfigurationError.self) { try LocalFiles().tree(of: FilePath(named, at: place)) }
    #expect(
      error?.description == "config.yaml:4:9: error: cannot read '\(named)': it is a named pipe, which may never "
        + "have a writer; name a file, or hand over '<(command)'")
    // As the shell makes them for `<(echo a: b)`.
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data("a: b".utf8))
    try pipe.fileHandleForWriting.close()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    #expect(try LocalFiles().tree(of: FilePath(path, at: place))["a"]?.scalar?.text.text == "b")
  }
}
