import AlertModel
import Formats
import PluginKit
import Testing

@Suite("Recognising")
struct FormatSetTests {
  let formats = FormatSet(BundledFormats.all)

  @Test("each document is given to its format", arguments: [
    (#"{"eventSource":"s3.amazonaws.com","eventName":"CreateBucket","eventTime":"2026-01-01T00:00:00Z"}"#, "cloudtrail"),
    (#"{"kibana.alert.rule.name":"x","kibana":{"alert":{"severity":"high"}}}"#, "elastic"),
    (#"{"event.action":"x"}"#, "ecs"),
    (#"{"a":1}"#, "generic"),
  ])
  func recognises(json: String, name: String) throws {
    let parser = DocumentParser()
    var json = json
    try json.withUTF8 { bytes in
      let root = try parser.parse(UnsafeRawBufferPointer(bytes))
      #expect(formats.formats[formats.recognise(root)].name == name)
    }
  }
}
