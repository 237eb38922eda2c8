import AlertModel
import Formats
import PluginKit
import Testing

@Suite("Recognising and unwrapping")
struct FormatSetTests {
  @Test("an alert of many envelopes is found, with the innermost as its envelope")
  func nested() throws {
    let record = #"{"eventSource":"s3.amazonaws.com","eventName":"CreateBucket"}"#
    let document = #"[[{"hits":{"hits":[{"_index":"i","_id":"1","_source":{"Records":[\#(record),\#(record)]}}]}}]]"#
    var formats: [String] = []
    let count = try Sample.forEach(in: document) { _, format in formats.append(format) }
    #expect(count == 2)
    #expect(formats == ["cloudtrail", "cloudtrail"])
  }

  @Test(
    "an envelope without alerts has none, and says so",
    arguments: [
      "[]", #"{"Records":[]}"#, #"{"hits":{"hits":[]}}"#, #"{"receiver":"x","alerts":[]}"#, "[[],[]]",
    ])
  func empty(json: String) throws {
    #expect(try Sample.forEach(in: json) { _, _ in } == 0)
  }

  @Test(
    "what is no object is handed over as it is, for the caller to refuse", arguments: ["1", #""x""#, "[null]", "true"])
  func noObject(json: String) throws {
    var isObject = true
    #expect(try Sample.forEach(in: json) { alert, _ in isObject = alert.root.kind == .object } == 1)
    #expect(!isObject)
  }

  @Test("arrays nested without end are an alert that is no object")
  func deep() throws {
    let json = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    var isArray = false
    #expect(try Sample.forEach(in: json) { alert, _ in isArray = alert.root.kind == .array } == 1)
    #expect(isArray)
  }

  @Test("formats of one's own come first, wherever the key stands and however it is written")
  func priority() throws {
    let mine = Format(
      name: "mine", title: "Mine", shape: .all([.has("event.action"), .not(.has("no"))]),
      severity: .words("sev", ["P1": .critical], otherwise: .fixed(.low)), fields: FieldTable([:]))
    let formats = FormatSet([mine] + BundledFormats.all)
    for (json, name, severity) in [
      (#"{"event.action":"x","sev":"p1"}"#, "mine", Severity.critical),
      (#"{"\u0065vent":{"action":"x"}}"#, "mine", .low),
      (#"{"event":{"action":"x"},"no":1}"#, "ecs", .informational),
    ] {
      try Sample.forEach(in: json, formats: formats) { alert, format in
        #expect(format == name)
        #expect(alert.severity == severity)
      }
    }
  }

  @Test("S3's notifications are no CloudTrail records")
  func notifications() throws {
    let json =
      #"{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"2026-01-01T00:00:00Z"}]}"#
    try Sample.forEach(in: json) { _, format in #expect(format == "generic") }
  }

  @Test("the view of an ECS document is the document, with what its format adds")
  func ecsView() throws {
    let view = try Sample.views(of: #"{"ecs.version":"8","event":{"action":"a","id":12345678901234567890}}"#)
    #expect(
      view == [
        #"{"ecs.version":"8","event":{"action":"a","id":12345678901234567890},"severity":"informational","rule":{"id":"a","name":"a"},"message":"a"}"#
      ])
  }

  @Test("numbers and escapes keep their bytes in a view")
  func exactView() throws {
    let view = try Sample.views(
      of: #"{"eventSource":"s.x","eventName":"A\u0041","requestParameters":{"n":1.50e3,"e":"","s":"\/"}}"#)
    #expect(view.count == 1)
    #expect(view[0].contains(#""action":"A\u0041""#))
    #expect(view[0].contains(#""flattened":{"request_parameters":{"n":1.50e3,"s":"\/"}}"#))
  }
}
