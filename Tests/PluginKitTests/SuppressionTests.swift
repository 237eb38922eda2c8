import AlertModel
import Testing

@testable import PluginKit

@Suite("Records of what is held back")
struct SuppressionTests {
  private let source = Suppression.Source(entry: "e \"1\"", owner: "team", reason: "CHG-1", expires: "2027-03-31")

  @Test("a record is written, and read again, whatever is in its texts")
  func recordsAnyText() {
    let texts = [
      "", "a", "1234567", "12345678", "123456789", "a \"quoted\" text", "C:\\dir", "line\nline and more", "tab\there",
      "naïve", "arn:aws:iam::111122223333:role/Ä", "\u{1}", "\u{7F}", "👍", "long enough text with a quote at its end\"",
    ]
    let matches = texts.map { Suppression.Match(field: "user.name", value: $0, pattern: $0) }
    let suppression = Suppression(source, matched: matches)
    #expect(suppression.matched == matches)
    var expected = #"{"entry":"e \"1\"","owner":"team","reason":"CHG-1","expires":"2027-03-31","matched":["#
    expected += texts.map { text in
      #"{"field":"user.name","value":\#(JSONEscapes.quoted(text)),"pattern":\#(JSONEscapes.quoted(text))}"#
    }.joined(separator: ",")
    var json: [UInt8] = []
    suppression.appendJSON(to: &json)
    #expect(String(decoding: json, as: UTF8.self) == expected + "]}")
  }

  @Test("without a match the list is empty")
  func recordsNothing() {
    let suppression = Suppression(source, matched: [])
    var json: [UInt8] = []
    suppression.appendJSON(to: &json)
    #expect(suppression.matched.isEmpty)
    #expect(String(decoding: json, as: UTF8.self).hasSuffix(#""expires":"2027-03-31","matched":[]}"#))
  }

  @Test("bytes that are not UTF-8 become U+FFFD")
  func repairsText() {
    var matches = Suppression.Matches()
    let bytes: [UInt8] = [0x61, 0xC3, 0x22]
    bytes.withUnsafeBytes { matches.append(Suppression.FieldName("user.name"), value: $0, pattern: $0) }
    #expect(matches.all == [Suppression.Match(field: "user.name", value: "a\u{FFFD}\"", pattern: "a\u{FFFD}\"")])
  }
}
