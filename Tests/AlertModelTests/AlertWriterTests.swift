import Testing

@testable import AlertModel

@Suite("Writing alerts")
struct AlertWriterTests {
  private func written(_ json: String, _ fields: [(String, String)]) throws -> String {
    let parser = DocumentParser()
    let vocabulary = Vocabulary()
    let added = try fields.map { try AddedField(vocabulary.path($0.0), json: Array($0.1.utf8)) }
    let index = DocumentIndex(vocabulary)
    var writer = AlertWriter()
    var json = json
    let written = try json.withUTF8 { bytes in
      let root = try parser.parse(UnsafeRawBufferPointer(bytes))
      return [Document(root), index.document(root)].map { document in
        var output: [UInt8] = []
        writer.begin()
        for field in added { writer.add(field) }
        writer.write(document, to: &output)
        return String(decoding: output, as: UTF8.self)
      }
    }
    #expect(written[0] == written[1], "an index changes nothing but the time it takes")
    return written[1]
  }

  @Test("what an index remembers of the documents before changes nothing of what is written")
  func inSequence() throws {
    let vocabulary = Vocabulary()
    let added = try ["weir.s", "b.c.d"].map { try AddedField(vocabulary.path($0), json: Array("1".utf8)) }
    let index = DocumentIndex(vocabulary)
    var writer = AlertWriter()
    let documents = [
      #"{"a":1}"#, #"{"weir.x":1}"#, #"{"a":1}"#, #"{"b.x":1,"weir.x":1}"#, #"{"a.weir.x":1,"weirs.x":1}"#,
      #"{"weir":{},"b.c.x":2}"#, #"{"":1,".":2,"weir.":3}"#, #"{"a":{"weir.x":1}}"#, #"{"b":{"c.x":1}}"#,
    ]
    // Every document behind every other.
    for json in documents.flatMap({ first in documents.flatMap { [first, $0] } }) {
      try Array(json.utf8).withUnsafeBytes { bytes in
        let root = try index.parse(bytes)
        let written = [Document(root), index.document(root)].map { document in
          var output: [UInt8] = []
          writer.begin()
          writer.add(added)
          writer.write(document, to: &output)
          return String(decoding: output, as: UTF8.self)
        }
        #expect(written[0] == written[1])
      }
    }
  }

  @Test("what enrichers add under the name of Weir's word, or below it, gives way as well")
  func givesWayToLater() throws {
    var writer = AlertWriter()
    writer.begin()
    writer.add(try AddedField("weir.s.e", json: Array("1".utf8)))
    writer.add(try AddedField("weir.s", json: Array("2".utf8)))
    writer.add(try AddedField("weir.st", json: Array("3".utf8)))
    writer.add(FieldPath("weir.s"), existing: .givesWay) { $0.append(contentsOf: "4".utf8) }
    let parser = DocumentParser()
    let output = try Array("{}".utf8).withUnsafeBytes { bytes in
      var output: [UInt8] = []
      writer.write(Document(try parser.parse(bytes)), to: &output)
      return String(decoding: output, as: UTF8.self)
    }
    #expect(output == #"{"weir":{"st":3,"s":4}}"#)
  }

  @Test(
    "what is Weir's word takes the place of whatever the document has under that name",
    arguments: [
      (#"{"a":1}"#, #"{"a":1,"weir":{"s":{"e":"real"}}}"#),
      (#"{"weir":{"s":{"e":"forged"}},"a":1}"#, #"{"weir":{"s":{"e":"real"}},"a":1}"#),
      (#"{"weir":{"s":"none","x":2}}"#, #"{"weir":{"s":{"e":"real"},"x":2}}"#),
      (#"{"weir.s":null,"a":1}"#, #"{"weir.s":{"e":"real"},"a":1}"#),
      (#"{"weir":[{"s":[]},{"s":1}]}"#, #"{"weir":[{"s":{"e":"real"}},{"s":{"e":"real"}}]}"#),
      (#"{"weir":{"s.e":"forged"}}"#, #"{"weir":{"s.e":null,"s":{"e":"real"}}}"#),
      (#"{"weir.s.e":"forged","weir.s":{}}"#, #"{"weir.s.e":null,"weir.s":{"e":"real"}}"#),
      (#"{"\u0077eir.s.e":"forged"}"#, #"{"\u0077eir.s.e":null,"weir":{"s":{"e":"real"}}}"#),
      (#"{"weir":"x"}"#, #"{"weir":"x","weir.s":{"e":"real"}}"#),
    ])
  func givesWay(json: String, expected: String) throws {
    let parser = DocumentParser()
    let vocabulary = Vocabulary()
    let path = vocabulary.path("weir.s")
    let index = DocumentIndex(vocabulary)
    var writer = AlertWriter()
    var json = json
    try json.withUTF8 { bytes in
      let root = try parser.parse(UnsafeRawBufferPointer(bytes))
      for document in [Document(root), index.document(root)] {
        var output: [UInt8] = []
        writer.begin()
        writer.add(path, existing: .givesWayWithAllBelow) { $0.append(contentsOf: #"{"e":"real"}"#.utf8) }
        let place = writer.write(document, to: &output, locating: path)
        #expect(String(decoding: output, as: UTF8.self) == expected)
        #expect(place.map { String(decoding: output[$0], as: UTF8.self) } == #"{"e":"real"}"#)
      }
    }
  }

  @Test(
    "a field lands inside the deepest object that exists",
    arguments: [
      (
        #"{"cloud":{"account":{"id":"1"}}}"#, [("cloud.account.name", #""a""#)],
        #"{"cloud":{"account":{"id":"1","name":"a"}}}"#
      ),
      (#"{"cloud":{"account":{}}}"#, [("cloud.account.name", #""a""#)], #"{"cloud":{"account":{"name":"a"}}}"#),
      (#"{"cloud":{"x":1}}"#, [("cloud.account.name", #""a""#)], #"{"cloud":{"x":1,"account":{"name":"a"}}}"#),
      (#"{"x":1}"#, [("cloud.account.name", #""a""#)], #"{"x":1,"cloud":{"account":{"name":"a"}}}"#),
      (
        #"{"cloud.account.id":"1"}"#, [("cloud.account.name", #""a""#)],
        #"{"cloud.account.id":"1","cloud.account.name":"a"}"#
      ),
      (
        #"{"cloud.account":{"id":"1"}}"#, [("cloud.account.name", #""a""#)], #"{"cloud.account":{"id":"1","name":"a"}}"#
      ),
      (#"{"cloud":"aws"}"#, [("cloud.account.name", #""a""#)], #"{"cloud":"aws","cloud.account.name":"a"}"#),
      (
        #"{"cloud":{"account":{"name":"theirs"}}}"#, [("cloud.account.name", #""a""#)],
        #"{"cloud":{"account":{"name":"theirs"}}}"#
      ),
      (
        #"{"cloud":{"account":{"name":null,"team":""}},"cloud.region":"x"}"#,
        [("cloud.account.name", #""a""#), ("cloud.account.team", #""b""#), ("cloud.region", #""y""#)],
        #"{"cloud":{"account":{"name":"a","team":"b"}},"cloud.region":"x"}"#
      ),
      (#"{"a":[{"b":null},{"b":1}]}"#, [("a.b", "2")], #"{"a":[{"b":null},{"b":1}]}"#),
      ("{}", [("a", "1"), ("b.c", "2"), ("b.d", "3"), ("e", "4")], #"{"a":1,"b":{"c":2,"d":3},"e":4}"#),
      (
        #"{"z":{"y":1},"b":{"q":0}}"#, [("b.c", "1"), ("z.k.l", "2"), ("z.k.m", "3"), ("w", "4")],
        #"{"z":{"y":1,"k":{"l":2,"m":3}},"b":{"q":0,"c":1},"w":4}"#
      ),
      ("{\n  \"a\": 1\r\n}", [("b", "2")], #"{  "a": 1,"b":2}"#),
    ])
  func splices(json: String, fields: [(String, String)], expected: String) throws {
    #expect(try written(json, fields) == expected)
  }
}
