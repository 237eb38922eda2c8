internal import PluginKit
internal import Testing

@Suite("Suggestions")
struct SuggestionTests {
  @Test(
    "are close, and not a guess between two",
    arguments: [
      ("chanel", "channel"), ("hcannel", "channel"), ("Channel", "channel"), ("timeot", "timeout"), ("xyz", nil),
      ("tim", nil), ("ba", nil),
    ] as [(String, String?)])
  func closest(word: String, expected: String?) {
    #expect(Suggestion.closest(to: word, in: ["channel", "timeout", "bat", "bar"]) == expected)
  }

  @Test("show no control characters")
  func visible() {
    #expect(VisibleText.quoted("a\u{1b}[31m\n\u{202E}") == "'a\\u{1b}[31m\\u{a}\\u{202e}'")
    #expect(VisibleText.quoted(String(repeating: "x", count: 81)).hasSuffix("x…'"))
    let json = Array(#"{"é":"\#u{9b}31m\#u{202e}\#u{e0001}"}"#.utf8)
    #expect(
      String(decoding: VisibleText.escapedBeyondASCII(json), as: UTF8.self) == #"{"é":"\u009b31m\u202e\udb40\udc01"}"#)
  }
}
