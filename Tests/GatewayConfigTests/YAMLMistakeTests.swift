@testable internal import GatewayConfig
internal import PluginKit
internal import Testing

@Suite("YAML that is not right")
struct YAMLMistakeTests {
  /// What is wrong, with the place marked, and what is said about it.
  static let mistakes: [(String, String)] = [
    (
      "a:\n  when: 1️⃣event.action: CreateTrail",
      "a value with ': ' in it must be in quotes: when: 'event.action: CreateTrail'"
    ),
    (
      "- {name: x, when: 1️⃣rule.id: abc, to: y}",
      "a value with ': ' in it must be in quotes: when: 'rule.id: abc'"
    ),
    ("a:\n  url: 1️⃣hunter2: secret", "a value with ': ' in it must be in quotes"),
    ("a:\n1️⃣\tb: 1", "a tab is used for indentation; YAML takes only spaces there"),
    ("a:\n  b: 1\n  path1️⃣:x\n", "write a space after the colon of 'path'"),
    ("a:\n  path1️⃣:x\n  b: 1\n", "write a space after the colon of 'path'"),
    ("a:\n  b: 1\n  path1️⃣:{c: {d: e}}\n", "write a space after the colon of 'path'"),
    ("a: 1️⃣*:x y", "a value that begins with '*' must be in quotes"),
    ("a: 1️⃣*\n", "a value that begins with '*' must be in quotes"),
    ("a: 1️⃣@timestamp >= now", "a value that begins with '@' must be in quotes"),
    ("a: {b: 1️⃣${X}}", "between braces or brackets, a value with ${…} must be in quotes: \"${NAME}\""),
    (
      "a: \"x\" 1️⃣or y",
      "the value goes on after its closing quote; put all of it in single quotes, with double quotes inside"
    ),
    ("a: 1️⃣'x\nb: 1", "the quote that opens here is never closed"),
    ("a: \"1️⃣\\d\"", "in double quotes a backslash begins an escape; write two of them, or use single quotes"),
    ("a: b\n  c1️⃣: d", "the line above has a value already, so it cannot have settings below it; check the indentation"),
    ("a:\n    b: 1\n  1️⃣c: 2", "this does not fit the mapping that begins on line 1; check the indentation"),
    ("a: [1, 2\nb1️⃣: 3", "the '[' of line 1 is not closed, or a ',' is missing"),
    ("a: 1️⃣- b", "a list begins on the line below its name"),
    ("a: 1\nb: 2\n1️⃣a: 3", "the key 'a' is on line 1 already; remove one of the two"),
    ("a: 1\n1️⃣---\nb: 2", "a second document begins here; write everything into one, without '---' between"),
    ("a: 1️⃣!!int 5", "the tag '!!int' is not used here; remove it"),
    ("a: 1️⃣!secret x", "the tag '!secret' is not used here; remove it"),
    ("1️⃣[a]: 1", "a key must be text; found a list"),
    ("a: 1️⃣*b", "'*b' refers to '&b', which is not above; text that begins with '*' must be in quotes"),
    ("a: &a [1️⃣*a]", "'*a' stands inside the value that it refers to"),
    ("<<: 1️⃣x", "'<<' takes a mapping or a list of mappings; found a single value"),
  ]

  @Test("is explained at its place", arguments: mistakes)
  func explanation(marked: String, message: String) throws {
    let marked = MarkedText(marked)
    let place = try #require(marked.places["1️⃣"])
    let error = #expect(throws: ConfigurationError.self) { try YAMLTree.read(marked.bytes, file: "c.yaml") }
    #expect(error?.description == "c.yaml:\(place): error: \(message)")
  }

  @Test("that would grow without end is refused by name")
  func billionLaughs() throws {
    var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for level in 1...9 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    let error = #expect(throws: ConfigurationError.self) { try YAMLTree.read(Array(text.utf8), file: "c.yaml") }
    #expect(
      error?.description
        == "c.yaml:5:45: error: the aliases ('*name') of this file stand for more than 100000 values, as in a "
        + "'billion laughs' attack; write the values out")
  }

  @Test("by nesting or size is refused")
  func limits() throws {
    let deep = #expect(throws: ConfigurationError.self) {
      try YAMLTree.read(Array(String(repeating: "[", count: 100_000).utf8), file: "c.yaml")
    }
    #expect(deep?.description == "c.yaml:1:65: error: lists and mappings are nested more than 64 deep")
    let large = #expect(throws: ConfigurationError.self) {
      try YAMLTree.read([UInt8](repeating: 0x20, count: (4 << 20) + 1), file: "c.yaml")
    }
    #expect(large?.description == "c.yaml: error: the file is larger than 4MiB")
    let aliases = "a: &a 1\nb: [" + String(repeating: "*a ,", count: 1001) + "]"
    let many = #expect(throws: ConfigurationError.self) { try YAMLTree.read(Array(aliases.utf8), file: "c.yaml") }
    #expect(many?.description == "c.yaml:2:4005: error: there are more than 1000 aliases ('*name') in this file")
  }

  @Test("because it is no text is refused at the byte")
  func invalidUTF8() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try YAMLTree.read(Array("a: é\nb: ".utf8) + [0xFF], file: "c.yaml")
    }
    #expect(error?.description == "c.yaml:2:4: error: the file is not text in UTF-8: invalid leading UTF-8 octet")
  }
}
