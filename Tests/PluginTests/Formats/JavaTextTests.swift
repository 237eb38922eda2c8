import AlertModel
import Testing

@testable import Formats

@Suite("The text of a Java map")
struct JavaTextTests {
  @Test(
    "keys come in the order of a HashMap, and empty parts are left out",
    arguments: [
      (#"{"name":"a","bucket":"b"}"#, "{bucket=b, name=a}"),
      (#"{"b":1,"a":[1,"x",null,{"c":""}],"n":null}"#, "{a=[1, x], b=1}"),
      // Aa and BB have the same hash code: they stay in the order in which they came.
      (#"{"BB":1,"Aa":2}"#, "{BB=1, Aa=2}"),
      (#"{"Aa":2,"BB":1,"Aa":3}"#, "{Aa=3, BB=1}"),
      (#"{"\u00e9":true,"e":12.50}"#, "{e=12.50, é=true}"),
      // The thirteenth key doubles the table.
      (
        #"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"q":1}"#,
        "{a=1, b=1, c=1, d=1, e=1, f=1, g=1, h=1, i=1, j=1, k=1, l=1, q=1}"
      ),
      (#"{"q":1,"a":1}"#, "{q=1, a=1}"),
    ])
  func text(json: String, expected: String) throws {
    var json = json
    let parser = DocumentParser()
    try json.withUTF8 { bytes in
      let root = try parser.parse(UnsafeRawBufferPointer(bytes))
      var text: [UInt8] = []
      #expect(JavaText.append(root, to: &text))
      #expect(String(decoding: text, as: UTF8.self) == expected)
    }
  }

  @Test(
    "nothing is written of what is empty throughout",
    arguments: ["{}", "[]", #"{"a":{"b":[null,""]}}"#, "null", #""""#])
  func nothing(json: String) throws {
    var json = json
    let parser = DocumentParser()
    try json.withUTF8 { bytes in
      let root = try parser.parse(UnsafeRawBufferPointer(bytes))
      var text: [UInt8] = []
      #expect(!JavaText.append(root, to: &text))
      #expect(text.isEmpty)
    }
  }
}
