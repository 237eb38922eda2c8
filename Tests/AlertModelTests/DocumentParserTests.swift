import Foundation
import Testing

@testable import AlertModel

@Suite("Parsing JSON documents")
struct DocumentParserTests {
  private func parse(_ bytes: [UInt8]) -> Result<String, JSONError> {
    let parser = DocumentParser()
    return bytes.withUnsafeBytes { bytes in
      do throws(JSONError) {
        return .success(String(decoding: try parser.parse(bytes).source, as: UTF8.self))
      } catch {
        return .failure(error)
      }
    }
  }

  private func parse(_ text: String) -> Result<String, JSONError> { parse(Array(text.utf8)) }

  @Test(
    "a value comes out as it went in",
    arguments: [
      "{}", "[]", #""""#, "0", "-0", "true", "false", "null", "12345678901234567890123456789", "1e400", "-1E+2",
      "0.000000000000000000000000000001", #"{"a":1,"a":2}"#, #"["\ud800"]"#, "[\"\u{2028}\"]", #"["\u0000"]"#,
      #"{"a":{"b":[1,{"c":null}]}}"#, #"{"k\"ey":"\\"}"#, "{ \"a\" : [ 1 , 2 ] }",
    ])
  func accepts(text: String) {
    #expect(parse(text) == .success(text))
    #expect(parse(" \n\t" + text + "\r\n ") == .success(text))
  }

  @Test(
    "a mistake is refused with its reason and place",
    arguments: [
      ("", JSONError(.empty, offset: 0)),
      ("   ", JSONError(.empty, offset: 0)),
      (#"{"a":1"#, JSONError(.unclosedContainer, offset: 6)),
      (#"{"a":"b"#, JSONError(.unclosedString, offset: 5)),
      (#"{"a" 1}"#, JSONError(.expectedColon, offset: 5)),
      (#"{"a":1 "b":2}"#, JSONError(.expectedCommaOrBrace, offset: 7)),
      (#"[1 2]"#, JSONError(.expectedCommaOrBracket, offset: 3)),
      (#"[1,]"#, JSONError(.expectedValue, offset: 3)),
      (#"{"a":1,}"#, JSONError(.expectedKey, offset: 7)),
      (#"{1:1}"#, JSONError(.expectedKey, offset: 1)),
      ("01", JSONError(.badNumber, offset: 0)),
      ("[1.]", JSONError(.badNumber, offset: 1)),
      ("[tru]", JSONError(.badLiteral, offset: 1)),
      ("[nulll]", JSONError(.badLiteral, offset: 1)),
      (#"["\x"]"#, JSONError(.badEscape, offset: 2)),
      (#"["\u12g4"]"#, JSONError(.badEscape, offset: 2)),
      ("[\"a\tb\"]", JSONError(.controlCharacter, offset: 3)),
      ("{} {}", JSONError(.trailingContent, offset: 3)),
      ("{}x", JSONError(.trailingContent, offset: 2)),
    ])
  func refuses(text: String, error: JSONError) {
    #expect(parse(text) == .failure(error))
  }

  @Test("bytes that are not UTF-8 are refused where they stand")
  func refusesInvalidUTF8() {
    #expect(
      parse(Array(#"{"a":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)) == .failure(JSONError(.invalidUTF8, offset: 6)))
  }

  @Test("an error says what is wrong and where")
  func describesErrors() {
    let description = JSONError(.badNumber, offset: 12).description
    #expect(description == "a number is not well formed at byte 12")
  }

  @Test("nesting is bounded", arguments: [1024, 1025, 100_000])
  func boundsNesting(depth: Int) {
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let expected: Result<String, JSONError> =
      depth <= DocumentParser.maximumDepth ? .success(text) : .failure(JSONError(.tooDeep, offset: 1024))
    #expect(parse(text) == expected)
  }

  @Test("no byte behind the document is read as part of it", arguments: 1...130)
  func respectsLength(length: Int) {
    // A digit behind the number would make it another number, a backslash behind the string another string.
    var bytes = Array(repeating: UInt8(ascii: "7"), count: length)
    bytes += Array(#"7"\"#.utf8)
    let parser = DocumentParser()
    bytes.withUnsafeBytes { bytes in
      let document = UnsafeRawBufferPointer(rebasing: bytes[..<length])
      #expect((try? parser.parse(document))?.source.count == length)
    }
  }

  @Test(
    "the public JSON parsing suite: every y_ accepted, every n_ refused, no crash on any i_",
    .enabled(if: SharedMaterial.folder != nil, "../shared is not here"))
  func conformsToPublicSuite() throws {
    let folder = try #require(SharedMaterial.folder) + "/conformance/json/test_parsing"
    var accepted = 0
    var refused = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasSuffix(".json") {
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + name)))
      switch (name.first, parse(bytes)) {
      case ("y", .success): accepted += 1
      case ("n", .failure): refused += 1
      case ("i", _): break
      case (_, let result): Issue.record("\(name): \(result)")
      }
    }
    #expect(accepted == 95)
    #expect(refused == 188)
  }
}
