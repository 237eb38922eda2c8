import Testing

@testable import PluginKit

@Suite("Reading plain lists")
struct TextListTests {
  @Test(
    "comments, CRLF, trailing space, a byte order mark and a last line without a break are read right",
    arguments: [
      "alice\nbob\n", "alice\nbob", "alice\r\nbob\r\n", "\u{FEFF}alice\nbob",
      "# admins\n\nalice  # on call\n\t bob \t\n",
      "alice\nbob ", "alice\r\nbob\r",
    ])
  func readsLists(text: String) throws {
    let list = try TextList(bytes: Array(text.utf8), file: "admins.txt")
    #expect((0..<list.texts.count).map { list.texts.text($0) } == ["alice", "bob"])
    #expect(list.repeated.isEmpty)
  }

  @Test("a '#' inside a text is no comment")
  func keepsHashes() throws {
    let list = try TextList(bytes: Array("a#b\n".utf8), file: "l")
    #expect(list.texts.text(0) == "a#b")
  }

  @Test("a text that comes again is known by both lines")
  func knowsRepeats() throws {
    let list = try TextList(bytes: Array("a\nb\na\n".utf8), file: "l")
    #expect(list.repeated.map(\.number) == [0] && list.repeated.map(\.line) == [3])
    #expect(list.place(of: 0) == SourcePlace(file: "l", line: 1, column: 1))
  }

  @Test("an empty list is refused", arguments: ["", "\n", "# none\n"])
  func refusesEmpty(text: String) {
    #expect(
      throws: ConfigurationError("the list is empty; was it cut short while being written?", at: SourcePlace(file: "l"))
    ) {
      try TextList(bytes: Array(text.utf8), file: "l")
    }
  }
}
