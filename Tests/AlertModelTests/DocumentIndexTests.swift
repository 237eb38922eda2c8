import Testing

@testable import AlertModel

@Suite("Finding all fields in one pass")
struct DocumentIndexTests {
  private static let names = [
    "a", "b", "a.b", "a.b.c", "a.c", "b.a", "b.c.a", "a.b.c.d", "a..b", "a.b.", "kibana.alert.rule.name",
    "kibana.alert.rule.parameters.threat.technique.id",
  ]
  private static let keys = [
    "a", "b", "c", "d", "a.b", "b.c", "a.b.c", "c.d", "", ".b", "a.", "kibana.alert.rule", "kibana.alert.rule.name",
    "parameters.threat.technique", "id", "name", "k\\u0061",
    "kibana.alert.rule.parameters.threat.technique.subtechnique", "kibana.alert.rule.parameters.threat.id",
    "kibana.alert.rule.parameters.threat.no",
  ]

  /// A document of random keys, with `#` for each value; short, so that keys repeat and cross often.
  private static func document(_ random: inout some RandomNumberGenerator, depth: Int = 0) -> String {
    switch Int.random(in: 0..<(depth == 0 ? 1 : depth > 4 ? 7 : 5), using: &random) {
    case 0, 1:
      let members = (0..<Int.random(in: 0...5, using: &random)).map { _ in
        "\"\(keys.randomElement(using: &random) ?? "")\":\(document(&random, depth: depth + 1))"
      }
      return "{" + members.joined(separator: ",") + "}"
    case 2:
      let elements = (0..<Int.random(in: 0...3, using: &random)).map { _ in document(&random, depth: depth + 1) }
      return "[" + elements.joined(separator: ",") + "]"
    default: return "#"
    }
  }

  private static let values = ["null", "7", "123456", "true", #""b""#, #""\"\\""#, "{}", "[]"]

  /// The document with other values.
  private static func filled(_ document: String, _ random: inout some RandomNumberGenerator) -> String {
    document.split(separator: "#", omittingEmptySubsequences: false).reduce(into: "") { json, part in
      if !json.isEmpty || part.startIndex != document.startIndex { json += values.randomElement(using: &random) ?? "" }
      json += part
    }
  }

  private static func leaves(of root: JSONNode) -> [String] {
    var leaves: [String] = []
    _ = root.forEachScalar(under: "") { name, value in
      leaves.append("\(name)=\(value.text)")
      return false
    }
    return leaves
  }

  @Test("an index finds what a search finds, in any document, one after the other", arguments: 0..<20)
  func equalsSearch(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let vocabulary = Vocabulary()
    let paths = Self.names.map(vocabulary.path)
    let index = DocumentIndex(vocabulary)
    let (parser, other) = (DocumentParser(), DocumentParser())
    let kept = (0..<4).map { _ in Self.document(&random) }
    for number in 0..<500 {
      if number % 100 == 50 {
        // More keys than are remembered: all of them are forgotten.
        let many = "{" + (0..<4200).map { "\"many\(number).\($0)\":0" }.joined(separator: ",") + "}"
        try Array(many.utf8).withUnsafeBytes { _ = index.document(try index.parse($0)) }
      }
      // Some layouts come again, with other values.
      let json = Self.filled(number % 3 == 0 ? Self.document(&random) : kept[number % kept.count], &random)
      try Array(json.utf8).withUnsafeBytes { bytes in
        // What the index parsed itself it reads with the help of what it remembers; now and then another parses for it.
        let root = number % 5 == 4 ? try other.parse(bytes) : try index.parse(bytes)
        let plain = try parser.parse(bytes)
        #expect(Self.leaves(of: root) == Self.leaves(of: plain), "\(json)")
        // Then the values in it, as those of an envelope, and all of it once more.
        let parts = [root] + root.members.map(\.value) + [root]
        let plainParts = [plain] + plain.members.map(\.value) + [plain]
        for (part, plainPart) in zip(parts, plainParts) {
          for path in paths {
            let found = [Document(plainPart), index.document(part)].map { Self.places(of: path, in: $0) }
            #expect(found[0] == found[1], "\(path.name) in \(json)")
          }
        }
      }
    }
  }

  @Test("bytes of 0 are no key, though a place where no key is remembered holds the same", arguments: [1, 16, 17, 40])
  func refusesZeros(count: Int) {
    let zeros = String(repeating: "\0", count: count)
    let json = "{\(zeros):\"x\",\"b\":\"\(String(repeating: "c", count: 80))\"}"
    Array(json.utf8).withUnsafeBytes { bytes in
      let index = DocumentIndex(Vocabulary())
      #expect(throws: JSONError(.expectedKey, offset: 1)) { _ = try index.parse(bytes) }
    }
  }

  @Test("more keys and layouts than are remembered are found all the same")
  func outgrowsWhatIsRemembered() throws {
    let vocabulary = Vocabulary()
    let path = vocabulary.path("a.b")
    let index = DocumentIndex(vocabulary)
    for number in 0..<4000 {
      // Of two layouts in turn, with two keys that no other document has.
      let others = "\"k\(number)\":{\"l\(number)\":[1,2]}"
      let json = number % 2 == 0 ? "{\(others),\"a\":{\"b\":\(number)}}" : "{\"a\":{\"c\":0,\"b\":\(number)},\(others)}"
      try Array(json.utf8).withUnsafeBytes { bytes in
        let document = index.document(try index.parse(bytes))
        #expect(path.first(in: document)?.value.text == "\(number)")
      }
    }
  }

  @Test("of more names than an index can tell apart, the rest is searched for")
  func outgrowsTheTable() throws {
    let vocabulary = Vocabulary()
    let paths = (0..<22_000).map { vocabulary.path("x.y.n\($0)") }
    let index = DocumentIndex(vocabulary)
    for place in [0, 21_800, 21_842, 21_843, 21_844, 21_845, 21_846, 21_999] {
      for json in ["{\"x.y.n\(place)\":1}", "{\"x\":{\"y.n\(place)\":1}}", "{\"x\":{\"y\":{\"n\(place)\":1}}}"] {
        try Array(json.utf8).withUnsafeBytes { bytes in
          let document = index.document(try index.parse(bytes))
          #expect(paths[place].first(in: document)?.value.text == "1", "\(json)")
        }
      }
    }
  }

  @Test("a layout is told from another with as many keys and values")
  func tellsLayoutsApart() throws {
    let vocabulary = Vocabulary()
    let path = vocabulary.path("a.b")
    let index = DocumentIndex(vocabulary)
    let documents: [(json: String, value: String?)] = [
      (#"{"a":{"b":1},"c":{"d":2}}"#, "1"), (#"{"c":{"d":2},"a":{"b":1}}"#, "1"), (#"{"a":{"d":1},"c":{"b":2}}"#, nil),
      (#"{"c":{"b":1},"a":{"d":2}}"#, nil), (#"{"a":{"b":{}},"c":[2,3]}"#, "{}"), (#"{"a":[{"b":1}],"c":2}"#, "1"),
      (#"{"a":{"b":[1]},"c":2}"#, "1"), (#"{"a.b":1,"c":{"d":2}}"#, "1"), ("{}", nil), ("[]", nil), ("[{}]", nil),
    ]
    for _ in 0..<3 {
      for (json, value) in documents {
        try Array(json.utf8).withUnsafeBytes { bytes in
          let document = index.document(try index.parse(bytes))
          #expect(path.first(in: document)?.value.text == value, "\(json)")
        }
      }
    }
  }

  private static func places(of path: FieldPath, in document: Document) -> [Int] {
    var places: [Int] = []
    path.forEachValue(in: document) {
      places.append($0.offset)
      return false
    }
    path.forEachNode(in: document) {
      places.append($0.offset)
      return false
    }
    return places
  }

  @Test("what is repeated, escaped or not known to the index is searched for", arguments: [true, false])
  func leavesOddDocumentsToTheSearch(isFilledOnTheWay: Bool) throws {
    let vocabulary = Vocabulary()
    let path = vocabulary.path("a.b")
    let index = DocumentIndex(vocabulary)
    let late = vocabulary.path("c")
    let parser = DocumentParser()
    for (json, expected) in [
      (#"{"a":{"b":1},"a":{"b":2}}"#, "2"), (#"{"a":{"b":1},"a":{}}"#, nil), (#"{"\u0061":{"b":3}}"#, "3"),
      (#"[{"a":{"b":5}}]"#, "5"), (#"{"a":{"b":4}}"#, "4"),
    ] {
      try Array(json.utf8).withUnsafeBytes { bytes in
        let root = isFilledOnTheWay ? try index.parse(bytes) : try parser.parse(bytes)
        #expect(path.first(in: index.document(root))?.value.text == expected)
      }
    }
    try Array(#"{"c":5}"#.utf8).withUnsafeBytes { bytes in
      let root = try parser.parse(bytes)
      #expect(late.first(in: index.document(root))?.value.text == "5")
    }
  }
}

/// SplitMix64 (https://prng.di.unimi.it/splitmix64.c, public domain): the same documents in every run.
private struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
