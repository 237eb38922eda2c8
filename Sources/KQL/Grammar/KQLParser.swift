/// Reads queries by Kibana's grammar (`kbn-es-query/grammar/grammar.peggy`), written out by hand.
///
/// One method a rule. Like the generated parser it goes back where an alternative fails, and reports the furthest place
/// where anything was expected. The one addition, `{{field}}` in a value, stands where Kibana's grammar allows nothing.
struct KQLParser {
  /// The longest query in UTF-8 bytes.
  static let maximumLength = 256 * 1024

  /// How deeply parentheses and braces may be nested.
  static let maximumDepth = 250

  private let query: String
  private let scanner: LiteralScanner
  private var at = 0
  private var depth = 0
  private var furthest: FurthestFailure
  /// What stops the parse at once, whatever other alternatives there are.
  private var refusal: KQLError?

  init(_ query: String) throws(KQLError) {
    self.query = query
    scanner = LiteralScanner(bytes: Array(query.utf8))
    furthest = FurthestFailure(length: scanner.bytes.count)
    guard scanner.bytes.count <= Self.maximumLength else {
      throw KQLError(
        "the query is \(scanner.bytes.count) bytes long, more than \(Self.maximumLength)", in: query,
        at: Self.maximumLength, remedy: "Put long lists of values in a table or an allowlist.")
    }
  }

  mutating func parseQuery() throws(KQLError) -> KQLExpression {
    skipSpace()
    let parsed = orQuery()
    skipSpace()
    if let refusal { throw refusal }
    guard at == scanner.bytes.count else {
      fail(.endOfInput)
      throw furthest.error(in: query, scanner)
    }
    let everything = KQLLiteral.wildcard(KQLPattern(segments: ["", ""]))
    return parsed ?? KQLExpression(.is(field: everything, everything), range: 0..<at)
  }

  // MARK: Queries

  private mutating func orQuery() -> KQLExpression? {
    guard let head = andQuery() else { return nil }
    var parts = [head]
    while case let start = at, keyword("or", .or) {
      guard let part = andQuery() else {
        at = start
        break
      }
      parts.append(part)
    }
    return Self.group(parts, KQLExpression.Kind.or)
  }

  private mutating func andQuery() -> KQLExpression? {
    guard let head = notQuery() else { return nil }
    var parts = [head]
    while case let start = at, keyword("and", .and) {
      guard let part = notQuery() else {
        at = start
        break
      }
      parts.append(part)
    }
    return Self.group(parts, KQLExpression.Kind.and)
  }

  private mutating func notQuery() -> KQLExpression? {
    let start = at
    guard not() else { return subQuery() }
    // Where `not ` stands, neither a literal nor a parenthesis does: there is no other way to read it.
    guard let part = subQuery() else {
      at = start
      return nil
    }
    return KQLExpression(.not(part), range: start..<at)
  }

  private mutating func subQuery() -> KQLExpression? {
    let start = at
    if token("(", .openParenthesis) {
      if let part = enclosed(by: ")", .closeParenthesis, { $0.orQuery() }) {
        return KQLExpression(part.kind, range: start..<at)
      }
      at = start
    }
    return expression()
  }

  /// What stands inside parentheses or braces, the opening one being behind us.
  private mutating func enclosed<Part>(
    by close: Unicode.Scalar, _ expectation: Expectation, _ parse: (inout KQLParser) -> Part?
  ) -> Part? {
    guard refusal == nil else { return nil }
    guard depth < Self.maximumDepth else {
      refusal = KQLError(
        "parentheses and braces are nested more than \(Self.maximumDepth) deep", in: query, at: at - 1,
        remedy: "Leave out the parentheses that are not needed.")
      return nil
    }
    depth += 1
    defer { depth -= 1 }
    skipSpace()
    guard let part = parse(&self) else { return nil }
    skipSpace()
    return token(close, expectation) ? part : nil
  }

  /// `NestedQuery`, `FieldRangeExpression`, `FieldValueExpression` and `ValueExpression`: all begin with a literal.
  private mutating func expression() -> KQLExpression? {
    let start = at
    guard let literal = scanner.literal(at: start) else {
      fail(.fieldName)
      fail(.value)
      return nil
    }
    at = literal.end
    if let expression = fieldExpression(literal.literal, from: start) { return expression }
    at = literal.end
    return KQLExpression(.is(field: nil, literal.literal), range: start..<at)
  }

  private mutating func fieldExpression(_ field: KQLLiteral, from start: Int) -> KQLExpression? {
    skipSpace()
    let operatorStart = at
    if token(":", .colon) {
      skipSpace()
      let valueStart = at
      if !scanner.isReference(at: at), token("{", .openBrace) {
        if let part = enclosed(by: "}", .closeBrace, { $0.orQuery() }) {
          return KQLExpression(.nested(field: field, part), range: start..<at)
        }
        at = valueStart
      }
      rangeTokensMissing(at: operatorStart)
      guard let values = listOfValues() else { return nil }
      let expression = values.expression(of: field == .null ? nil : field)
      return KQLExpression(expression.kind, range: start..<at)
    }
    guard let comparison = rangeOperator() else { return nil }
    skipSpace()
    guard let value = scanner.literal(at: at, references: true) else {
      if !refuseBadReference() { fail(.literal) }
      return nil
    }
    at = value.end
    return KQLExpression(.range(field: field, comparison, value.literal), range: start..<at)
  }

  // MARK: Lists of values

  /// The values behind `field:`, before the field is known.
  private indirect enum Values {
    case one(KQLLiteral, Range<Int>)
    case not(Values, Range<Int>)
    case and([Values], Range<Int>)
    case or([Values], Range<Int>)

    func expression(of field: KQLLiteral?) -> KQLExpression {
      switch self {
      case .one(let value, let range): KQLExpression(.is(field: field, value), range: range)
      case .not(let part, let range): KQLExpression(.not(part.expression(of: field)), range: range)
      case .and(let parts, let range): KQLExpression(.and(parts.map { $0.expression(of: field) }), range: range)
      case .or(let parts, let range): KQLExpression(.or(parts.map { $0.expression(of: field) }), range: range)
      }
    }
  }

  private mutating func listOfValues() -> Values? {
    let start = at
    if token("(", .openParenthesis) {
      if let values = enclosed(by: ")", .closeParenthesis, { $0.orListOfValues() }) { return values }
      at = start
    }
    guard let value = scanner.literal(at: at, references: true) else {
      if !refuseBadReference() { fail(.value) }
      return nil
    }
    at = value.end
    return .one(value.literal, start..<at)
  }

  private mutating func orListOfValues() -> Values? {
    let start = at
    guard let head = andListOfValues() else { return nil }
    var parts = [head]
    while case let before = at, keyword("or", .or) {
      guard let part = andListOfValues() else {
        at = before
        break
      }
      parts.append(part)
    }
    return parts.count == 1 ? head : .or(parts, start..<at)
  }

  private mutating func andListOfValues() -> Values? {
    let start = at
    guard let head = notListOfValues() else { return nil }
    var parts = [head]
    while case let before = at, keyword("and", .and) {
      guard let part = notListOfValues() else {
        at = before
        break
      }
      parts.append(part)
    }
    return parts.count == 1 ? head : .and(parts, start..<at)
  }

  private mutating func notListOfValues() -> Values? {
    let start = at
    guard not() else { return listOfValues() }
    guard let values = listOfValues() else {
      at = start
      return nil
    }
    return .not(values, start..<at)
  }

  // MARK: Tokens

  private mutating func token(_ character: Unicode.Scalar, _ expectation: Expectation) -> Bool {
    guard scanner.byte(at: at) == UInt8(ascii: character) else {
      fail(expectation)
      return false
    }
    at += 1
    return true
  }

  private mutating func rangeOperator() -> KQLRangeOperator? {
    let operators: [(KQLRangeOperator, Expectation)] = [
      (.lessOrEqual, .lessOrEqual), (.greaterOrEqual, .greaterOrEqual), (.less, .less), (.greater, .greater),
    ]
    for (comparison, expectation) in operators {
      if scanner.bytes[at...].starts(with: comparison.rawValue.utf8) {
        at += comparison.rawValue.utf8.count
        return comparison
      }
      fail(expectation)
    }
    return nil
  }

  private mutating func rangeTokensMissing(at offset: Int) {
    for expectation: Expectation in [.less, .lessOrEqual, .greater, .greaterOrEqual] {
      furthest.note(expectation, at: offset)
    }
  }

  /// White space, the word, white space.
  private mutating func keyword(_ word: StaticString, _ expectation: Expectation) -> Bool {
    let start = scanner.skipSpace(from: at)
    furthest.spaceWasTried(at: start)
    let end = start + word.utf8CodeUnitCount
    if start > at, scanner.word(word, at: start) {
      let next = scanner.skipSpace(from: end)
      furthest.spaceWasTried(at: next)
      if next > end {
        at = next
        return true
      }
    }
    fail(expectation)
    return false
  }

  private mutating func not() -> Bool {
    if scanner.word("not", at: at) {
      let next = scanner.skipSpace(from: at + 3)
      furthest.spaceWasTried(at: next)
      if next > at + 3 {
        at = next
        return true
      }
    }
    fail(.not)
    return false
  }

  private mutating func skipSpace() {
    at = scanner.skipSpace(from: at)
    furthest.noteSpace(at: at)
  }

  private mutating func fail(_ expectation: Expectation) {
    furthest.note(expectation, at: at)
  }

  /// `{{` can only begin a reference. Where none follows, there is nothing else to try.
  private mutating func refuseBadReference() -> Bool {
    guard scanner.isReference(at: at) else { return false }
    if refusal == nil {
      refusal = KQLError(
        "Expected a field name and \"}}\" after \"{{\".", in: query, at: at,
        remedy: "Write the name of one field between the braces: user.name: {{user.target.name}}")
    }
    return true
  }

  private static func group(
    _ parts: [KQLExpression], _ kind: ([KQLExpression]) -> KQLExpression.Kind
  ) -> KQLExpression {
    guard let first = parts.first, let last = parts.last, parts.count > 1 else { return parts[0] }
    return KQLExpression(kind(parts), range: first.range.lowerBound..<last.range.upperBound)
  }
}
