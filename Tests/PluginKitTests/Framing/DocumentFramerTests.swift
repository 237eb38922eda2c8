import PluginKit
import Testing

@Suite("The document framer")
struct DocumentFramerTests {
  // MARK: Layouts

  @Test(
    "finds each document, whatever the layout",
    arguments: [
      ("{\"a\":1}\n{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]),
      ("{\"a\":1}\n{\"b\":2}", ["{\"a\":1}", "{\"b\":2}"]),
      ("{\"a\":1}\r\n{\"b\":2}\r\n", ["{\"a\":1}", "{\"b\":2}"]),
      ("\n\n  {\"a\":1}  \n\t\n{\"b\":2}\n\n", ["{\"a\":1}", "{\"b\":2}"]),
      ("\u{FEFF}{\"a\":1}\n{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]),
      ("{\"a\":1}\n\u{FEFF}{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]),
      ("{\"a\":1}{\"b\":2} {\"c\":3}\n{\"d\":4}", ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}"]),
      ("{\n  \"a\": {\n    \"b\": 1\n  }\n}\n{\n}\n", ["{\n  \"a\": {\n    \"b\": 1\n  }\n}", "{\n}"]),
      ("{\"a\":{\"b\":1}\n,\"c\":2}\n{}\n", ["{\"a\":{\"b\":1}\n,\"c\":2}", "{}"]),
      ("{\"a\":{\"b\":1}\n\n }\n{}\n", ["{\"a\":{\"b\":1}\n\n }", "{}"]),
      ("{\"a\":\"}\\\"\\\\\"}\n{\"b\":\"{[\"}\n", ["{\"a\":\"}\\\"\\\\\"}", "{\"b\":\"{[\"}"]),
      ("[{\"a\":1},{\"b\":2}]\n", ["{\"a\":1}", "{\"b\":2}"]),
      ("[\n{\"a\":1},\n{\"b\":2}\n]\n{\"c\":3}\n", ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]),
      (
        "[\n  {\n    \"a\": 1\n  }\n  , {\"b\": [1, 2]}, 3, \"x\", null\n]",
        ["{\n    \"a\": 1\n  }", "{\"b\": [1, 2]}", "3", "\"x\"", "null"]
      ),
      ("[]\n[ \n ]\n{\"a\":1}", ["{\"a\":1}"]),
      ("[{\"a\":1}][{\"b\":2}]{\"c\":3}\n", ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]),
      ("{\"Records\":[{\"a\":1},{\"b\":2}]}\n{\"c\":3}\n", ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]),
      (
        "{ \"Records\" : [\n {\"a\":1}\n, {\"b\":2} ], \"x\": {\"y\": [1]} }{\"c\":3}",
        ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]
      ),
      (
        "{\"Records\":[]}\n{\"Records\":[1]}\n{\"RecordsX\":[{}]}\n",
        ["{\"Records\":[]}", "{\"Records\":[1]}", "{\"RecordsX\":[{}]}"]
      ),
      ("{\"hits\":{\"hits\":[{\"a\":1}]}}", ["{\"hits\":{\"hits\":[{\"a\":1}]}}"]),
      ("", []), ("\n \r\n", []), ("{}", ["{}"]), ("{\n}", ["{\n}"]),
    ])
  func layouts(input: String, documents: [String]) {
    for size in [1, 2, 3, 7, 4096] {
      let result = frame(input, readSize: size)
      #expect(result.flattened == documents, "read \(size) bytes at once")
      #expect(result.unreadable.isEmpty, "read \(size) bytes at once")
    }
  }

  @Test("knows the line and the offset of each document")
  func places() {
    let input =
      "{\"a\":1}\n\n{\"b\":\n2}{\"c\":3}\n[{\"d\":4},\n {\"e\":5}]\n{\"f\":6}\n{\"Records\":[\n{\"g\":7}\n]\n}\n{\"h\":8}\n"
    for size in [1, 5, 4096] {
      let result = frame(input, readSize: size)
      #expect(result.places.map(\.line) == [1, 3, 4, 5, 6, 7, 9, 12])
      for (place, document) in zip(result.places, result.documents) {
        let start = input.utf8.index(input.utf8.startIndex, offsetBy: Int(place.offset))
        #expect(input.utf8[start...].starts(with: document.utf8))
      }
    }
  }

  // MARK: Mistakes

  @Test(
    "lets a mistake cost only itself",
    arguments: [
      // A line that is cut short, before lines that could belong to it.
      ("{\"a\": [1, \n{\"b\":2}\n{\"c\":3}\n", ["{\"a\": [1,", "{\"b\":2}", "{\"c\":3}"]),
      ("{\"a\":\n{\"b\":2}\n{\"c\":3}\n", ["{\"a\":", "{\"b\":2}", "{\"c\":3}"]),
      ("{\"a\":\n{\"b\":2}", ["{\"a\":", "{\"b\":2}"]),
      ("{\"a\":1,\n{\"b\":2}\n", ["{\"a\":1,", "{\"b\":2}"]),
      ("{\"a\":\"cut\n{\"b\":2}\n", ["{\"a\":\"cut", "{\"b\":2}"]),
      ("{\"a\":1}}\n{\"b\":2}\n", ["{\"a\":1}}", "{\"b\":2}"]),
      ("{\"a\":1} x\n{\"b\":2}\n", ["{\"a\":1} x", "{\"b\":2}"]),
      ("{\"a\":1},\n{\"b\":2},\n", ["{\"a\":1},", "{\"b\":2},"]),
      ("{\"a\" 1}\n{\"b\":2}\n", ["{\"a\" 1}", "{\"b\":2}"]),
      ("{\n{\"b\":2}\n{\"c\":3}\n", ["{", "{\"b\":2}", "{\"c\":3}"]),
      ("[2026-11-21] started\n{\"b\":2}\n", ["[2026-11-21] started", "{\"b\":2}"]),
      ("hello\n123\n{\"b\":2}\ntrue", ["hello", "123", "{\"b\":2}", "true"]),
      ("]\n}\n{\"b\":2}\n", ["]", "}", "{\"b\":2}"]),
      // A document over several lines with a mistake is one dead letter.
      (
        "{\n  \"a\": 1\n  \"b\": {\n  }\n}\n{\n  \"c\": 3\n}\n",
        ["{\n  \"a\": 1\n  \"b\": {\n  }\n}", "{\n  \"c\": 3\n}"]
      ),
      ("{\n  \"a\": 1,\n{\n  \"c\": 3\n}\n", ["{\n  \"a\": 1,", "{\n  \"c\": 3\n}"]),
      ("{\n  \"a\": [\n    {\"x\": 1}\n", ["{\n  \"a\": [\n    {\"x\": 1}"]),
      // In arrays.
      ("[{\"a\":1},{\"b\" 2},{\"c\":3}]\n{\"d\":4}", ["{\"a\":1}", "{\"b\" 2}", "{\"c\":3}", "{\"d\":4}"]),
      (
        "[\n{\"a\":1},\n{\"b\":2\n{\"c\":3},\n{\"d\":4}\n]\n{\"e\":5}\n",
        ["{\"a\":1}", "{\"b\":2", "{\"c\":3}", "{\"d\":4}", "{\"e\":5}"]
      ),
      (
        "[\n  {\n    \"a\": 1,\n  },\n  {\n    \"b\": 2\n  }\n]\n",
        ["{\n    \"a\": 1,\n  },", "{\n    \"b\": 2\n  }"]
      ),
      ("[\n  {\n    \"a\" 1\n  }\n]\n{\"b\":2}\n", ["{\n    \"a\" 1\n  }", "{\"b\":2}"]),
      ("[{\"a\":1},{\"b\":2", ["{\"a\":1}", "{\"b\":2"]),
      ("[{\"a\":1},,{\"b\":2}]\n{\"c\":3}", ["{\"a\":1}", ",{\"b\":2}]", "{\"c\":3}"]),
    ])
  func mistakes(input: String, pieces: [String]) {
    for size in [1, 2, 3, 7, 4096] {
      let result = frame(input, readSize: size)
      #expect(result.documents == pieces, "read \(size) bytes at once")
      #expect(result.unreadable.filter(\.countsAsAlert).isEmpty)
    }
  }

  @Test(
    "says when an array does not end as it must",
    arguments: [
      ("[{\"a\":1},\n", "the array that begins on line 1 is not closed; the input may have been cut short", 1),
      (
        "\n[{\"a\":1}\n{\"b\":2}", "the array that begins on line 2 is not closed; the input may have been cut short", 2
      ),
      ("[{\"a\":1},]", "a comma stands before the end of the array that begins on line 1", 1),
      (
        "{\"Records\":[{\"a\":1}\n", "the array that begins on line 1 is not closed; the input may have been cut short",
        1
      ),
      (
        "{\"Records\":[{\"a\":1}]\n",
        "the array that begins on line 1 is not closed; the input may have been cut short", 1
      ),
      (
        "{\"Records\":[{\"a\":1}]]\n{\"b\":2}",
        "the object with 'Records' that begins on line 1 does not end as JSON must", 3
      ),
      (
        "{\"Records\":[{\"a\":1}]\n{\"b\":2}",
        "the object with 'Records' that begins on line 1 does not end as JSON must", 2
      ),
      (
        "{\"Records\":[{\"a\":1}] {\"b\":2} {\"c\":3}\n",
        "the object with 'Records' that begins on line 1 does not end as JSON must", 3
      ),
      (
        "{\"Records\":[{\"a\":1}],\"x\":1,\"Records\":[{\"c\":2}]}",
        "behind the array 'Records' that begins on line 1 comes another 'Records', which is not read; give each an object "
          + "of its own", 1
      ),
    ])
  func openArrays(input: String, reason: String, documents: Int) {
    for size in [1, 3, 4096] {
      let result = frame(input, readSize: size)
      #expect(result.unreadable.map(\.reason) == [reason])
      #expect(result.unreadable.allSatisfy { !$0.countsAsAlert })
      #expect(result.documents.count == documents)
    }
  }

  @Test("refuses UTF-16 and gzip with a remedy")
  func signatures() {
    let utf16 = frame(bytes: [0xFF, 0xFE, 0x7B, 0, 0x7D, 0, 0x0A, 0], readSize: 3)
    #expect(
      utf16.unreadable.map(\.reason) == [
        "the text is UTF-16 and Weir reads UTF-8; convert it first, for example with 'iconv -f UTF-16 -t UTF-8'"
      ])
    let gzip = frame(bytes: [0x1F, 0x8B, 8, 0, 0x0A, 0x7B, 0x7D], readSize: 2)
    #expect(
      gzip.unreadable.map(\.reason) == [
        "the bytes are gzip; give the file's name instead, or decompress it first with 'zcat'"
      ])
    #expect(utf16.documents.isEmpty && gzip.documents.isEmpty)
  }

  // MARK: Limits

  @Test("passes over a document that is too large, and keeps memory bounded")
  func oversize() {
    var framer = DocumentFramer(limit: 100_000, readSize: 1 << 20)
    var result = Framed()
    var lines = 0
    func feed(_ text: String) {
      let bytes = Array(text.utf8)
      framer.fill { room in
        room.copyBytes(from: bytes)
        return bytes.count
      }
      result.take(framer.take())
    }
    feed("{\"a\":1}\n{\"b\":\"")
    while lines < 50 << 20 {
      feed(String(repeating: "x", count: 1 << 20))
      lines += 1 << 20
    }
    feed("\"}\n{\"c\":3}\n")
    result.take(framer.take(isFinal: true))
    #expect(result.documents == ["{\"a\":1}", "{\"c\":3}"])
    #expect(result.places.map(\.line) == [1, 3])
    #expect(
      result.unreadable.map(\.reason) == [
        "a document of 52428808 bytes is larger than 'max_document' allows (100000 bytes); "
          + "only its first 65536 bytes are kept"
      ])
    #expect(result.unreadable.first?.line == 2)
    #expect(result.unreadable.first?.offset == 8)
    #expect(result.unreadable.first?.countsAsAlert == true)
    #expect(result.unreadable.first?.bytes.count == 65536)
  }

  @Test(
    "takes a limit for one document, not for what holds it",
    arguments: [
      ("[{\"a\":1},{\"b\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"},{\"c\":3}]\n{\"d\":4}\n", 3),
      ("{\"Records\":[{\"a\":1},{\"b\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"},{\"c\":3}]}\n{\"d\":4}\n", 3),
      ("{\"a\":1}\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n{\"c\":3}\n{\"d\":4}\n", 3),
      ("{\"a\":1}\n{\n \"b\": 1,\n \"c\": 2,\n \"d\": 3,\n \"e\": 4\n}\n{\"c\":3}\n{\"d\":4}\n", 3),
      // A broken line that swallows what follows gives it back at the limit.
      ("{\"a\":1}\n{\"x\":[\n{\"b\":2},\n{\"b\":3},\n{\"b\":4},\n{\"b\":5},\n", 1),
    ])
  func limit(input: String, sound: Int) {
    for size in [1, 3, 7, 4096] {
      let result = frame(input, readSize: size, limit: 20)
      #expect(result.documents.filter { $0.hasSuffix("}") && $0.hasPrefix("{") }.count == sound, "\(result.documents)")
    }
  }

  @Test("does not wait for more than the line's end")
  func latency() {
    var framer = DocumentFramer()
    var result = Framed()
    for line in ["{\"a\":1}\n", "{\"b\":2}\n", "{\"c\":", "3}", "\n"] {
      framer.fill { room in
        room.copyBytes(from: line.utf8)
        return line.utf8.count
      }
      result.take(framer.take())
      if line.hasPrefix("{\"b") { #expect(result.documents.count == 2) }
    }
    #expect(result.documents == ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"])
  }

  @Test("looks at a file of nothing but beginnings only a few times")
  func retryBudget() {
    let input = String(repeating: "{\"a\":\n", count: 20_000)
    let result = frame(input, readSize: 1 << 16)
    #expect(result.documents.count == 20_000)
  }

  @Test("takes apart a line with several documents, and leaves a broken one whole")
  func documentsInFrame() {
    func pieces(_ text: String) -> [String] {
      let bytes = Array(text.utf8)
      return bytes.withUnsafeBytes { DocumentFramer.documents(in: $0) }.map {
        String(decoding: bytes[$0], as: UTF8.self)
      }
    }
    #expect(pieces("{\"a\":1}{\"b\":2} {}") == ["{\"a\":1}", "{\"b\":2}", "{}"])
    #expect(pieces("{\"a\":1}}") == ["{\"a\":1}}"])
    for whole in [
      "{\"a\":1} x", "{\"a\":1} [{\"b\":2}", "{\"a\":1} {\"Records\":[{\"b\":2}] {\"c\":3}",
      "{\"a\":1} {\"Records\":[{\"b\":2}],\"Records\":[{\"c\":3}]}",
    ] {
      #expect(pieces(whole) == [whole])
    }
  }

  // MARK: Going on elsewhere

  @Test("goes on from any position as if it had never stopped")
  func resume() {
    let input = Array(
      "{\"a\":1}\n[{\"b\":2},\n{\"c\":3}\n]\n{\"Records\":[{\"d\":4},{\"e\":5}],\"x\":{\"y\":1}}\n{\n\"f\":6}\n{\"g\":7}\n"
        .utf8)
    let whole = frame(bytes: input, readSize: 1)
    for cut in 0...input.count {
      var first = DocumentFramer(readSize: 4096)
      var result = Framed()
      first.fill { room in
        room.copyBytes(from: input[..<cut])
        return cut
      }
      result.take(first.take())
      guard let position = FramePosition(first.position.description) else {
        Issue.record("cannot read \(first.position)")
        return
      }
      #expect(position == first.position)
      var second = DocumentFramer(from: position, readSize: 4096)
      let rest = input[Int(position.offset)...]
      second.fill { room in
        room.copyBytes(from: rest)
        return rest.count
      }
      result.take(second.take(isFinal: true))
      #expect(result == whole, "cut at \(cut)")
    }
  }

  @Test("finds the same documents in any layout and however the bytes come", arguments: 0..<60 as Range<UInt64>)
  func randomLayouts(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var writer = LayoutWriter(random: random)
    let (input, documents) = writer.write(count: Int.random(in: 1...12, using: &random))
    let whole = frame(bytes: input, readSize: 1 << 16)
    #expect(whole.flattened == documents, "\(String(decoding: input, as: UTF8.self))")
    for size in [1, 2, 3, 5, 17, 64] {
      let parts = frame(bytes: input, readSize: size)
      #expect(parts.flattened == documents, "read \(size) bytes at once")
      #expect(parts.unreadable.isEmpty)
    }
  }

  @Test(
    "survives any damage, hands out every sound line behind it, and does not depend on how the bytes come",
    arguments: 0..<60 as Range<UInt64>)
  func randomDamage(seed: UInt64) {
    var random = SeededRandom(seed: seed &+ 1_000)
    var writer = LayoutWriter(random: random)
    var (input, _) = writer.write(count: 8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0..<input.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: input.remove(at: place)
      case 1: input[place] = Array("{}[]\",:\n\\x".utf8).randomElement(using: &random) ?? 0
      default: input.insert(Array("{}[]\",:\n\\x".utf8).randomElement(using: &random) ?? 0, at: place)
      }
    }
    let whole = frame(bytes: input, readSize: 1 << 16)
    for size in [1, 4, 33] {
      let parts = frame(bytes: input, readSize: size)
      #expect(parts.flattened == whole.flattened, "read \(size) bytes at once")
    }
  }
}
