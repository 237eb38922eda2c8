/// What the grammar may expect at some place. The raw values are in the order in which messages list them.
enum Expectation: UInt32, CaseIterable {
  case openParenthesis, closeParenthesis, colon, less, lessOrEqual, greater, greaterOrEqual, openBrace, closeBrace
  case and, not, or, endOfInput, fieldName, literal, value, whitespace

  var name: String {
    switch self {
    case .openParenthesis: "\"(\""
    case .closeParenthesis: "\")\""
    case .colon: "\":\""
    case .less: "\"<\""
    case .lessOrEqual: "\"<=\""
    case .greater: "\">\""
    case .greaterOrEqual: "\">=\""
    case .openBrace: "\"{\""
    case .closeBrace: "\"}\""
    case .and: "AND"
    case .not: "NOT"
    case .or: "OR"
    case .endOfInput: "end of input"
    case .fieldName: "field name"
    case .literal: "literal"
    case .value: "value"
    case .whitespace: "whitespace"
    }
  }
}

/// The furthest place that the parser reached, and what it expected there.
///
/// Kibana's parser remembers where it looked for white space. Where it did so while it looked for an operator, it does not
/// name white space among what it expected; so neither does this.
struct FurthestFailure {
  private(set) var offset = 0
  private var expected: UInt32 = 0
  private var spaceTried: [Bool]

  init(length: Int) {
    spaceTried = Array(repeating: false, count: length + 1)
  }

  mutating func note(_ expectation: Expectation, at place: Int) {
    guard place >= offset else { return }
    if place > offset {
      offset = place
      expected = 0
    }
    expected |= 1 << expectation.rawValue
  }

  mutating func noteSpace(at place: Int) {
    guard !spaceTried[place] else { return }
    spaceTried[place] = true
    note(.whitespace, at: place)
  }

  mutating func spaceWasTried(at place: Int) {
    spaceTried[place] = true
  }

  /// What was expected at `offset`, in the order of `Expectation`.
  var expectations: [Expectation] { Expectation.allCases.filter { expected & 1 << $0.rawValue != 0 } }

  func error(in query: String, _ scanner: LiteralScanner) -> KQLError {
    let found = String(decoding: scanner.bytes[offset...], as: UTF8.self).first.map { "\"\(Self.visible($0))\"" }
    return KQLError(
      "Expected \(Self.list(expectations.map(\.name))) but \(found ?? "end of input") found.", in: query, at: offset,
      remedy: SyntaxRemedy(scanner, offset: offset, expected: expectations).text)
  }

  private static func list(_ names: [String]) -> String {
    switch names.count {
    case 0...1: names.joined()
    case 2: names.joined(separator: " or ")
    default: names.dropLast().joined(separator: ", ") + ", or " + (names.last ?? "")
    }
  }

  private static func visible(_ character: Character) -> String {
    switch character {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\n", "\r\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: String(character)
    }
  }
}
