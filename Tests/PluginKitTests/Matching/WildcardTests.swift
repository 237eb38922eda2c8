import Testing

@testable import PluginKit

@Suite("Wildcards")
struct WildcardTests {
  @Test(
    "a star stands for any bytes, none included",
    arguments: [
      ("a*c", "ac", true), ("a*c", "abc", true), ("a*c", "abcd", false), ("*", "", true), ("*", "x", true),
      ("**", "", true), ("a*a", "a", false), ("a*a", "aa", true), ("*b*", "abc", true), ("*b*", "ac", false),
      ("a*b*c", "aXbYc", true), ("a*b*c", "aXcYb", false), ("*ab*ab*", "ab", false), ("*ab*ab*", "abab", true),
      ("*aab", "aaab", true), ("a*bc*c", "abc", false), ("a*bc*c", "abcc", true), ("abc", "abc", true),
      ("abc", "ABC", false), ("", "", true), ("", "a", false), ("a?c", "abc", false),
      (#"CORP\*"#, #"CORP\alice"#, true),
      ("é*", "éa", true),
    ])
  func matches(pattern: String, value: String, expected: Bool) {
    #expect(Wildcard.matches(pattern, value) == expected)
  }
}
