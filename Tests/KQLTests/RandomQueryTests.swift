import AlertModel
import Foundation
import KQL
import Testing

/// Random queries over random documents: the compiled evaluation against another one that shares nothing with it.
struct RandomQueryTests {
  @Test(arguments: 1...8)
  func `compiled queries answer as a naive evaluator does`(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    for _ in 0..<20 {
      let document = Naive.document(&random)
      let json = String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self)
      for _ in 0..<20 {
        let query = Naive.query(&random, depth: 3)
        let text = query.text
        let expected = query.holds(document)
        #expect(try Documents.matches(text, json) == expected, "\(text) on \(json)")
        let condition = try Condition(text, vocabulary: Documents.vocabulary)
        let explained = try Documents.withAlert(json) { condition.explain($0, now: Documents.now).isTrue }
        #expect(explained == expected, "explained: \(text) on \(json)")
        let printed = condition.expression.description
        #expect(try Documents.matches(printed, json) == expected, "\(text) printed as \(printed) on \(json)")
        let normal = condition.expression.normalised.description
        #expect(try Documents.matches(normal, json) == expected, "\(text) normalised to \(normal) on \(json)")
        let required = condition.requiredTerms.allSatisfy { term in
          Naive.values(term.field, document).contains { term.values.contains(Naive.text($0)) }
        }
        #expect(!expected || required, "required terms of \(text) on \(json)")
      }
    }
  }

  @Test(arguments: 1...8)
  func `what surely implies another query is met by no document that the other one is not`(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let documents = try (0..<60).map { _ in
      String(decoding: try JSONSerialization.data(withJSONObject: Naive.document(&random)), as: UTF8.self)
    }
    var found = 0
    for _ in 0..<60 {
      let queries = try (0..<12).map { _ in
        try Condition(Naive.query(&random, depth: 1).text, vocabulary: Documents.vocabulary)
      }
      for query in queries {
        for other in queries where query.source != other.source {
          guard query.expression.surelyImplies(other.expression) else { continue }
          found += 1
          for document in documents where try Documents.matches(query.source, document) {
            #expect(
              try Documents.matches(other.source, document),
              "\(query.source) was taken to imply \(other.source), but not on \(document)")
          }
        }
      }
    }
    #expect(found > 20)
  }

  @Test(arguments: 1...4)
  func `random text is read or refused, never more`(seed: UInt64) {
    var random = SplitMix(state: seed)
    let pieces = [
      "a", "b.c", ":", " ", "(", ")", "{", "}", "\"", "\\", "*", "<", ">=", " and ", " or ", "not ", "\\n", "\\u00e",
      "é", "{{", "}}", "\n", "1",
    ]
    for _ in 0..<1500 {
      let text = (0..<Int.random(in: 0..<12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      do {
        let expression = try KQLExpression(parsing: text)
        let printed = expression.description
        #expect(throws: Never.self, "\(text.debugDescription) was printed as \(printed.debugDescription)") {
          try KQLExpression(parsing: printed)
        }
      } catch {
        #expect(error.offset <= text.utf8.count && !error.message.isEmpty)
      }
    }
  }
}

/// Sebastiano Vigna's SplitMix64: the same numbers for the same seed, everywhere.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

/// A query and what it means, in the plainest words: dictionaries, arrays, strings.
private indirect enum Naive {
  case and([Naive]), or([Naive]), not(Naive)
  case equal(String, String), quoted(String, String), like(String, String), exists(String)
  case range(String, String, Int), nested(String, Naive), any(String)

  static let names = ["a", "b", "c.d", "c.e", "n.x", "n.y"]
  static let words = ["x", "y", "xy", "x y", "yx", "1", "2", "10", "true", "false", "", "X"]

  static func document(_ random: inout SplitMix) -> [String: Any] {
    func value(_ random: inout SplitMix, _ depth: Int) -> Any {
      switch Int.random(in: 0..<8, using: &random) {
      case 0: Int.random(in: 0..<12, using: &random)
      case 1: Bool.random(using: &random)
      case 2: NSNull()
      case 3 where depth > 0: (0..<Int.random(in: 0..<3, using: &random)).map { _ in value(&random, depth - 1) }
      default: words.randomElement(using: &random) ?? ""
      }
    }
    var document: [String: Any] = [:]
    for name in ["a", "b"] where Bool.random(using: &random) { document[name] = value(&random, 2) }
    if Bool.random(using: &random) { document["c"] = ["d": value(&random, 1), "e": value(&random, 1)] }
    if Bool.random(using: &random) {
      document["n"] = (0..<Int.random(in: 0..<3, using: &random)).map { _ in
        ["x": value(&random, 1), "y": value(&random, 1)]
      }
    }
    return document
  }

  static func query(_ random: inout SplitMix, depth: Int, names: [String] = names) -> Naive {
    let name = names.randomElement(using: &random) ?? "a"
    let word = words.randomElement(using: &random) ?? "x"
    func parts(_ random: inout SplitMix) -> [Naive] {
      (0..<Int.random(in: 2...4, using: &random)).map { _ in query(&random, depth: depth - 1, names: names) }
    }
    switch Int.random(in: depth > 0 ? 0..<16 : 6..<16, using: &random) {
    case 0, 1: return .and(parts(&random))
    case 2, 3: return .or(parts(&random))
    case 4: return .not(query(&random, depth: depth - 1, names: names))
    case 5:
      guard names.contains("n.x") else { return .exists(name) }
      return .nested("n", query(&random, depth: depth - 1, names: ["x", "y"]))
    case 6: return .exists(name)
    case 7:
      return .range(
        name, ["<", "<=", ">", ">="].randomElement(using: &random) ?? "<", Int.random(in: 0..<12, using: &random))
    case 8, 9: return .like(name, ["x*", "*y", "*x*", "x*y", "1*", "**"].randomElement(using: &random) ?? "*")
    case 10, 11: return .quoted(name, word)
    case 12: return word.isEmpty ? .exists(name) : .any(word)
    default: return word.isEmpty ? .quoted(name, "") : .equal(name, word)
    }
  }

  var text: String {
    switch self {
    case .and(let parts): parts.map { "(\($0.text))" }.joined(separator: " and ")
    case .or(let parts): parts.map { "(\($0.text))" }.joined(separator: " or ")
    case .not(let part): "not (\(part.text))"
    case .equal(let name, let word), .like(let name, let word): "\(name): \(word)"
    case .quoted(let name, let word): "\(name): \"\(word)\""
    case .exists(let name): "\(name): *"
    case .range(let name, let sign, let bound): "\(name) \(sign) \(bound)"
    case .nested(let name, let part): "\(name):{ \(part.text) }"
    case .any(let word): word
    }
  }

  func holds(_ document: Any) -> Bool {
    switch self {
    case .and(let parts): parts.allSatisfy { $0.holds(document) }
    case .or(let parts): parts.contains { $0.holds(document) }
    case .not(let part): !part.holds(document)
    case .equal(let name, let word), .quoted(let name, let word):
      Self.values(name, document).contains { Self.text($0) == word }
    case .any(let word): Self.all(document).contains { Self.text($0) == word }
    case .like(let name, let pattern):
      Self.values(name, document).contains { Self.like(Array(Self.text($0)), Array(pattern)) }
    case .exists(let name): !Self.values(name, document).isEmpty
    case .range(let name, let sign, let bound):
      Self.values(name, document).contains { value in
        if value is Bool, !(value is Int) || Self.isTruth(value) { return false }
        let order: Int
        if let number = value as? Int, !Self.isTruth(value) {
          order = number - bound
        } else {
          let (left, right) = (Self.text(value), String(bound))
          order = left == right ? 0 : left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        }
        return switch sign {
        case "<": order < 0
        case "<=": order <= 0
        case ">": order > 0
        default: order >= 0
        }
      }
    case .nested(let name, let part):
      Self.objects(name, document).contains { part.holds($0) }
    }
  }

  static func values(_ name: String, _ document: Any) -> [Any] {
    var found: [Any] = [document]
    for key in name.split(separator: ".") {
      found = found.flatMap(flat).compactMap { ($0 as? [String: Any])?[String(key)] }
    }
    return found.flatMap(flat).filter { !($0 is NSNull) }
  }

  private static func objects(_ name: String, _ document: Any) -> [Any] {
    values(name, document).filter { $0 is [String: Any] }
  }

  private static func flat(_ value: Any) -> [Any] { (value as? [Any])?.flatMap(flat) ?? [value] }

  private static func all(_ value: Any) -> [Any] {
    if let object = value as? [String: Any] { return object.values.flatMap(all) }
    return flat(value).filter { !($0 is NSNull) }.flatMap { $0 is [String: Any] ? all($0) : [$0] }
  }

  static func isTruth(_ value: Any) -> Bool { type(of: value) == Bool.self }

  static func text(_ value: Any) -> String {
    if isTruth(value) { return value as? Bool == true ? "true" : "false" }
    return "\(value)"
  }

  /// By trying everything.
  private static func like(_ text: [Character], _ pattern: [Character]) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = Array(pattern.dropFirst())
    if first == "*" { return (0...text.count).contains { like(Array(text[$0...]), rest) } }
    return text.first == first && like(Array(text.dropFirst()), rest)
  }
}
