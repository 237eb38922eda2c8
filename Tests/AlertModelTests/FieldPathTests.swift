import Testing

@testable import AlertModel

@Suite("Finding fields in documents")
struct FieldPathTests {
  private func values(_ path: String, in json: String) throws -> [String] {
    let parser = DocumentParser()
    let vocabulary = Vocabulary()
    let path = vocabulary.path(path)
    let index = DocumentIndex(vocabulary)
    var json = json
    return try json.withUTF8 { bytes in
      let root = try parser.parse(UnsafeRawBufferPointer(bytes))
      let found = [Document(root), index.document(root)].map { document in
        var found: [String] = []
        path.forEachValue(in: document) { node in
          found.append(node.value.text)
          return false
        }
        return found
      }
      #expect(found[0] == found[1], "an index finds what a search finds")
      return found[1]
    }
  }

  @Test(
    "nested objects, dotted keys, mixtures and arrays are all on the way",
    arguments: [
      ("a.b.c", #"{"a":{"b":{"c":1}}}"#, ["1"]),
      ("a.b.c", #"{"a.b.c":1}"#, ["1"]),
      ("a.b.c", #"{"a":{"b.c":1}}"#, ["1"]),
      ("a.b.c", #"{"a.b":{"c":1}}"#, ["1"]),
      ("a.b.c", #"{"a.b":{"c":1},"a":{"b":{"c":2}}}"#, ["1", "2"]),
      ("a.b", #"{"a":[{"b":1},{"c":2},{"b":[3,4]}]}"#, ["1", "3", "4"]),
      ("a", #"{"a":[]}"#, []),
      ("a", #"{"a":null}"#, ["null"]),
      ("a.b", #"{"a":{"bc":1},"ab":2,"a.bc":3}"#, []),
      ("output_fields.proc.aname[2]", #"{"output_fields":{"proc.aname[2]":"bash"}}"#, ["bash"]),
      ("kéy", #"{"k\u00e9y":1}"#, ["1"]),
      ("a.b", #"{"a\u002eb":1}"#, ["1"]),
      ("", #"{"":1}"#, ["{\"\":1}"]),
    ])
  func finds(path: String, json: String, expected: [String]) throws {
    #expect(try values(path, in: json) == expected)
  }

  @Test(
    "of a repeated key the last value counts",
    arguments: [
      ("a", #"{"a":1,"a":2}"#, ["2"]),
      ("a.b", #"{"a":{"b":1},"a":{"b":2}}"#, ["2"]),
      ("a.b", #"{"a":{"b":1},"a":{"c":2}}"#, []),
      ("a.b", #"{"a.b":1,"a":{"b":2}}"#, ["1", "2"]),
    ])
  func countsLast(path: String, json: String, expected: [String]) throws {
    #expect(try values(path, in: json) == expected)
  }

  @Test("text comes without its escapes")
  func unescapes() throws {
    #expect(
      try values("a", in: #"{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud800x"}"#) == ["\"\\/\u{8}\u{c}\n\r\té😀\u{FFFD}x"]
    )
  }
}
