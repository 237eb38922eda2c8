import Foundation
import Glibc
import Testing

/// The matrix' numbers 1 to 17, on the built binary.
@Suite(.timeLimit(.minutes(3)))
struct InputFaults {
  @Test func `1, 2, 4: BOM, CRLF and a last line without its end are no matter`() async throws {
    let world = try World()
    let end = try await world.run("\u{FEFF}{\"seq\":0}\r\n{\"seq\":1}\r\n{\"seq\":2}")
    #expect(end.exitCode == 0, "\(end.said)")
    #expect(world.numbers("out.ndjson") == [0, 1, 2])
    #expect(!world.text("out.ndjson").unicodeScalars.contains("\r"))
  }

  @Test func `3: nothing at standard input is nothing, and right`() async throws {
    let world = try World()
    #expect(try await world.run("").exitCode == 0)
    #expect(world.ledger.hasPrefix(#"{"read":0,"routed":0,"suppressed":0,"unrouted":0,"dead_lettered":0,"#))
  }

  @Test func `5: one broken line of a thousand is one dead letter with its line, and the others go on`() async throws {
    let world = try World()
    let end = try await world.run(alerts(0..<499) + "{\"seq\":499,\n" + alerts(500..<1000))
    #expect(end.exitCode == 65)
    #expect(world.numbers("out.ndjson") == (0..<1000).filter { $0 != 499 })
    #expect(world.deadLetters.map(\.line) == [500])
    #expect(world.deadLetters.map(\.source) == ["<stdin>"])
    #expect(world.ledger.hasPrefix(#"{"read":1000,"routed":999,"suppressed":0,"unrouted":0,"dead_lettered":1,"#))
  }

  @Test func `6, 7: bytes that are no text are a dead letter; odd characters survive`() async throws {
    let world = try World()
    let odd = #"{"seq":1,"nul":"\u0000","lone":"\ud800","separator":""# + "\u{2028}\"}"
    var input = Data(alerts(0..<1).utf8) + Data(odd.utf8) + Data("\n{\"seq\":2,\"bad\":\"".utf8)
    input += [0xFF, 0xFE]
    input += Data("\"}\n{\"seq\":3,\"raw\":\"".utf8) + [0] + Data("\"}\n".utf8) + Data(alerts(4..<5).utf8)
    try world.write(input, "stdin")
    let end = try await world.start(input: world.folder + "/stdin").end()
    #expect(end.exitCode == 65)
    #expect(world.numbers("out.ndjson") == [0, 1, 4])
    #expect(world.lines("out.ndjson").contains { $0.hasPrefix(odd.dropLast()) })
    #expect(world.deadLetters.map(\.line) == [3, 4])
    #expect(world.deadLetters.first?.reason == "the text is not valid UTF-8 at byte 16")
    #expect(
      world.deadLetters.last?.reason == "a string holds a control character that is not escaped at byte 16")
  }

  @Test func `8, 9, 10: what the detector wrote comes out as it went in`() async throws {
    let world = try World()
    let odd =
      #"{"seq":1,"seq":2,"n":9007199254740993,"m":1e400,"d":0.123456789012345678901234567890,"a":"012345678901""#
    #expect(try await world.run(odd + "}\n").exitCode == 0)
    #expect(world.text("out.ndjson").hasPrefix(odd))
  }

  @Test func `11: nesting without end is a dead letter, and the next line goes on`() async throws {
    let world = try World()
    let deep = "{\"seq\":1,\"a\":" + String(repeating: "[", count: 100_000)
    let end = try await world.run(alerts(0..<1) + deep + String(repeating: "]", count: 100_000) + "}\n" + alerts(2..<3))
    #expect(end.exitCode == 65)
    #expect(world.numbers("out.ndjson") == [0, 2])
    #expect(world.deadLetters.count == 1)
  }

  @Test func `12: a line of 50 MB is a dead letter within bounded memory, and the next line goes on`() async throws {
    let world = try World()
    let long = "{\"seq\":1,\"a\":\"" + String(repeating: "x", count: 50_000_000) + "\"}\n"
    let end = try await world.run(alerts(0..<1) + long + alerts(2..<3))
    #expect(end.exitCode == 65)
    #expect(world.numbers("out.ndjson") == [0, 2])
    #expect(world.deadLetters.map(\.line) == [2])
    #expect(end.peakMemory < 300 << 20, "\(end.peakMemory >> 20) MiB")
  }

  @Test func `13, 14: of gzip that is cut short, what can be read goes on`() async throws {
    let world = try World()
    var packed = try gzip(alerts(0..<1000))
    packed += try gzip((1000..<3000).map { #"{"seq":\#($0),"id":"\#(UUID().uuidString)"}"# + "\n" }.joined())
    try world.write(packed, "whole.txt")
    try world.write(packed.dropLast(packed.count / 2), "cut.txt")
    #expect(try await world.start(["whole.txt"]).end().exitCode == 0)
    #expect(world.numbers("out.ndjson") == Array(0..<3000))
    try FileManager.default.removeItem(atPath: world.folder + "/out.ndjson")
    let end = try await world.start(["cut.txt"]).end()
    #expect(end.exitCode == 65)
    #expect(end.said.contains("cut.txt"))
    let numbers = world.numbers("out.ndjson").compactMap { $0 }
    #expect(numbers.count > 1000 && numbers == Array(0..<numbers.count))
  }

  @Test func `15: a gzip bomb is capped within bounded memory, and the next file goes on`() async throws {
    let world = try World()
    // 300 MB of one letter is 300 KB of gzip.
    try world.write(try gzip(String(repeating: "x", count: 300_000_000)), "bomb")
    try world.write(alerts(0..<3), "good")
    let end = try await world.start(["bomb", "good"]).end()
    #expect(end.exitCode == 65)
    #expect(end.said.contains("bomb"))
    #expect(world.numbers("out.ndjson") == [0, 1, 2])
    #expect(end.peakMemory < 300 << 20, "\(end.peakMemory >> 20) MiB")
  }

  @Test func `16: the first bytes tell gzip, whatever the name`() async throws {
    let world = try World()
    try world.write(try gzip(alerts(0..<2)), "packed.json")
    try world.write(alerts(2..<4), "plain.json.gz")
    #expect(try await world.start(["packed.json", "plain.json.gz"]).end().exitCode == 0)
    #expect(Set(world.numbers("out.ndjson")) == [0, 1, 2, 3])
  }

  @Test func `17: a producer that dies in the middle of a line leaves one dead letter`() async throws {
    let world = try World()
    let end = try await world.run(alerts(0..<3) + "{\"seq\":3,\"sev")
    #expect(end.exitCode == 65)
    #expect(world.numbers("out.ndjson") == [0, 1, 2])
    #expect(world.deadLetters.map(\.line) == [4])
  }

  @Test func `a missing file, a folder, an empty and an unreadable file are named, and the others go on`() async throws
  {
    let world = try World()
    try world.write("", "empty")
    try world.write(alerts(0..<2), "good")
    try world.write(alerts(5..<6), "secret")
    chmod(world.folder + "/secret", 0)
    try FileManager.default.createDirectory(atPath: world.folder + "/folder", withIntermediateDirectories: false)
    let end = try await world.start(["missing", "folder", "empty", "secret", "good"]).end()
    #expect(end.exitCode == 65)
    #expect(end.said.contains("missing: it cannot be opened: No such file or directory"))
    #expect(end.said.contains("folder: it is a folder"))
    #expect(!end.said.contains("empty"))
    // Root may read everything.
    let isRoot = getuid() == 0
    if !isRoot { #expect(end.said.contains("secret: it cannot be opened: Permission denied")) }
    #expect(Set(world.numbers("out.ndjson")) == (isRoot ? [0, 1, 5] : [0, 1]))
  }
}

/// What `gzip` makes of a text.
func gzip(_ text: String) throws -> Data {
  let place = NSTemporaryDirectory() + "weir-gzip-" + UUID().uuidString
  try Data(text.utf8).write(to: URL(filePath: place))
  defer { try? FileManager.default.removeItem(atPath: place + ".gz") }
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["gzip", "-1", "-f", place]
  try process.run()
  process.waitUntilExit()
  return try Data(contentsOf: URL(filePath: place + ".gz"))
}
