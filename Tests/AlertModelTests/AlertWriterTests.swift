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
      index.fill(root)
      return [Document(root), Document(root, index: index)].map { document in
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
