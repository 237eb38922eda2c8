import Testing

@testable import PluginKit

@Suite("Numbering keys")
struct KeyIndexTests {
  @Test("a key is found again by its bytes, among 100,000 and after growing")
  func findsKeys() {
    var keys = KeyIndex()
    for number in 0..<100_000 { #expect(keys.insert("key-\(number)") == (number, true)) }
    #expect(keys.insert("key-77") == (77, false))
    #expect(keys.count == 100_000)
    for number in stride(from: 0, to: 100_000, by: 997) {
      #expect(keys.number(of: "key-\(number)") == number)
      #expect(keys.text(number) == "key-\(number)")
    }
    #expect(keys.number(of: "key-100000") == nil)
    #expect(keys.number(of: "") == nil)
  }

  @Test("the empty key and keys with the same beginning differ")
  func tellsKeysApart() {
    var keys = KeyIndex()
    for key in ["", "a", "aa", "a\u{0}", "aaaaaaaa", "aaaaaaaaa", "A"] { #expect(keys.insert(key).isNew) }
    #expect(keys.number(of: "") == 0)
    #expect(keys.number(of: "aaaaaaaaa") == 5)
    #expect(keys.number(of: "aaaaaaaaaa") == nil)
  }
}
