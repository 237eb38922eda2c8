import AlertModel
import Foundation
import PluginKit
import PluginTesting
import Testing

@testable import ConsoleOutput

/// What the console shows.
@Suite struct ConsoleOutputTests {
  private func line(
    _ document: String, width: Int? = nil, hasColor: Bool = false
  ) throws -> String {
    let fixtures = AlertFixtures()
    let batch = try fixtures.batch(document)
    var text: [UInt8] = []
    try AlertReader(vocabulary: fixtures.vocabulary).read(batch[0]) {
      ConsoleLine(fixtures.vocabulary).append($0, time: batch[0].time, width: width, hasColor: hasColor, to: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static let alert = #"""
    {"@timestamp":"2026-11-20T22:04:05Z","severity":"high","rule":{"name":"Trail created"},"user":{"name":"alice"},
    "cloud":{"account":{"id":"111122223333","name":"Production"}},"source":{"ip":"203.0.113.7"},"message":"It was created"}
    """#

  @Test func `a line says when, how bad, what, who and where`() throws {
    #expect(
      try line(Self.alert)
        == "2026-11-20T22:04:05.000Z  HIGH           Trail created  ·  alice  ·  Production (111122223333)  ·  "
        + "203.0.113.7  ·  It was created\n")
  }

  @Test func `an alert that says nothing is a line too`() throws {
    #expect(try line("{}") == "2026-11-21T03:19:47.000Z  MEDIUM         alert\n")
  }

  @Test func `lines are cut at the terminal's width, and show it`() throws {
    let text = try line(Self.alert, width: 60)
    #expect(text == "2026-11-20T22:04:05.000Z  HIGH           Trail created  ·  …\n")
    #expect(text.dropLast().count == 60)
    #expect(try line(#"{"rule":{"name":"漢字漢字漢字"}}"#, width: 46).hasSuffix("漢字…\n"))
  }

  @Test func `colours surround pieces of the line`() throws {
    let text = try line(Self.alert, hasColor: true)
    #expect(text.contains("\u{1B}[31mHIGH         \u{1B}[0m  \u{1B}[1mTrail created\u{1B}[0m"))
  }

  @Test func `terminal escapes and control characters are shown, not obeyed`() throws {
    let text = try line(#"{"rule":{"name":"a\u001b[2J\nb\u0007\u009b\u202e"}}"#)
    #expect(text.hasSuffix(#"a\u{1b}[2J\nb\u{7}\u{9b}\u{202e}"# + "\n"))
  }

  @Test func `elsewhere alerts are written as they are, those of this output only`() async throws {
    let block = try AlertFixtures().block([#"{"n":0}"#, #"{"n":1}"#, #"{"n":2}"#, #"{"n":3}"#])
    let pipe = Pipe()
    let output = try ConsoleOutput(
      options: ConsoleOptions([:]), context: .testing(), descriptor: pipe.fileHandleForWriting.fileDescriptor)
    try await output.deliver(DeliveryBatch(block: block, places: [0, 1, 3]))
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(
      text == [0, 1, 3].map { #"{"n":\#($0),"weir":{"alert_id":"alert-\#($0 + 1)"}}"# + "\n" }.joined())
  }

  @Test func `a reader that has gone is an error and not the end of the process`() async throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let output = try ConsoleOutput(
      options: ConsoleOptions(["format": "json"]), context: .testing(),
      descriptor: pipe.fileHandleForWriting.fileDescriptor)
    let batch = try AlertFixtures().batch("{}", "{}")
    let error = await #expect(throws: DeliveryError.self) { try await output.deliver(batch) }
    let expected = DeliveryError.Outcome.reject(reason: "cannot write to standard output: Broken pipe")
    #expect(error?.outcomes == [0: expected, 1: expected])
  }

  @Test func `a reader that stands still is an error soon, and gets every line whole and once when it goes on`()
    async throws
  {
    let pipe = Pipe()
    let output = try ConsoleOutput(
      options: ConsoleOptions(["format": "json"]), context: .testing(),
      descriptor: pipe.fileHandleForWriting.fileDescriptor)
    #expect(output.hasReader)
    let block = try AlertFixtures().block(
      (0..<400).map { #"{"n":\#($0),"pad":"\#(String(repeating: "x", count: 1000))"}"# })
    var left = Array(0..<Int32(400))
    var text = Data()
    while !left.isEmpty {
      do throws(DeliveryError) {
        try await output.deliver(DeliveryBatch(block: block, places: left))
        left = []
      } catch {
        let first = try #require(error.outcomes.keys.min())
        let still = "whoever reads standard output does not go on reading"
        #expect(error.outcomes.values.allSatisfy { $0 == .retry(reason: still, after: nil) })
        #expect(error.outcomes.count == left.count - first)
        left.removeFirst(first)
        // More than a page, so that there is room again, and no multiple of a line.
        text += pipe.fileHandleForReading.readData(ofLength: 9999)
      }
    }
    try pipe.fileHandleForWriting.close()
    text += try pipe.fileHandleForReading.readToEnd() ?? Data()
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    #expect(lines.map { String($0.prefix(9)) } == (0..<400).map { String(#"{"n":\#($0),"pad"#.prefix(9)) })
    #expect(lines.allSatisfy { $0.hasSuffix("}}") })
  }

  @Test func `a line that was begun for an alert that was given up is ended before the next`() async throws {
    let pipe = Pipe()
    let output = try ConsoleOutput(
      options: ConsoleOptions(["format": "json"]), context: .testing(),
      descriptor: pipe.fileHandleForWriting.fileDescriptor)
    let fixtures = AlertFixtures()
    let large = try fixtures.batch(#"{"pad":"\#(String(repeating: "x", count: 100_000))"}"#)
    await #expect(throws: DeliveryError.self) { try await output.deliver(large) }
    var text = pipe.fileHandleForReading.readData(ofLength: 60_000)
    try await output.deliver(try fixtures.batch(#"{"n":1}"#))
    try pipe.fileHandleForWriting.close()
    text += try pipe.fileHandleForReading.readToEnd() ?? Data()
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 2 && lines[0].count > 100_000 && lines[1].hasPrefix(#"{"n":1,"#))
  }

  @Test func `odd alerts are one line each`() throws {
    for document in OddAlerts.documents {
      let text = try line(document)
      #expect(text.count { $0.isNewline } == 1)
    }
  }

  @Test func `README and example agree with the manual`() {
    #expect(PluginFolder("Outputs/Console").violations(of: ConsoleOutput.manual) == [])
  }
}
