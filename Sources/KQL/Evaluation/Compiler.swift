internal import AlertModel

/// Turns a query into a program: fields looked up in the vocabulary, values prepared, alternatives for one field joined.
struct Compiler {
  let query: String
  let vocabulary: Vocabulary

  func program(_ expression: KQLExpression) throws(KQLError) -> Program {
    var program = Program()
    try append(expression, to: &program, isNested: false)
    return program
  }

  private func append(
    _ expression: KQLExpression, to program: inout Program, isNested: Bool
  ) throws(KQLError) {
    switch expression.kind {
    case .and(let parts):
      try program.append(.and) { program throws(KQLError) in
        for part in parts { try append(part, to: &program, isNested: isNested) }
      }
    case .or(let parts):
      let joined = try joined(parts, isNested: isNested)
      if joined.count == 1, case .leaf(let leaf) = joined[0] {
        program.append(leaf)
        return
      }
      try program.append(.or) { program throws(KQLError) in
        for part in joined {
          switch part {
          case .leaf(let leaf): program.append(leaf)
          case .expression(let expression): try append(expression, to: &program, isNested: isNested)
          }
        }
      }
    case .not(let part):
      try program.append(.not) { program throws(KQLError) in try append(part, to: &program, isNested: isNested) }
    case .nested, .is, .range:
      program.append(try leaf(expression, isNested: isNested))
    }
  }

  // MARK: Alternatives

  private enum Alternative {
    case leaf(Leaf)
    case expression(KQLExpression)
  }

  /// The parts of an `or`, with all that ask for one field in one leaf: the field is looked up once, however many values
  /// it may have.
  private func joined(_ parts: [KQLExpression], isNested: Bool) throws(KQLError) -> [Alternative] {
    var names: [String] = []
    var values: [[UInt8]: [KQLLiteral]] = [:]
    var alternatives: [Alternative] = []
    for part in parts.flatMap(\.alternatives) {
      if case .is(let field?, let value) = part.kind, let name = Self.plainName(field), !isSeverity(name, isNested),
        Self.isJoinable(value)
      {
        let written = Array(field.text.utf8)
        if values[written] == nil { names.append(field.text) }
        values[written, default: []].append(value)
      } else {
        alternatives.append(.expression(part))
      }
    }
    let leaves = names.map { name in
      Alternative.leaf(
        Leaf(.field(FieldQuestion(FieldReference(name, vocabulary), test(values[Array(name.utf8)] ?? [])))))
    }
    return leaves + alternatives
  }

  private static func isJoinable(_ value: KQLLiteral) -> Bool {
    switch value {
    case .boolean, .text, .phrase: true
    case .wildcard(let pattern): !pattern.isLone
    case .null, .template: false
    }
  }

  private func test(_ values: [KQLLiteral]) -> ValueTest {
    var literals: [Literal] = []
    var tests: [ValueTest] = []
    for value in values {
      if case .wildcard(let pattern) = value {
        tests.append(.pattern(WildcardPattern(pattern)))
      } else {
        literals.append(Literal(value.text))
      }
    }
    switch literals.count {
    case 0: break
    case 1: tests.insert(.equal(literals[0]), at: 0)
    default: tests.insert(.oneOf(LiteralSet(literals)), at: 0)
    }
    return tests.count == 1 ? tests[0] : .any(tests)
  }

  // MARK: Leaves

  /// A leaf for an expression that is neither `and`, `or` nor `not`.
  func leaf(_ expression: KQLExpression, isNested: Bool) throws(KQLError) -> Leaf {
    switch expression.kind {
    case .nested(let field, let part):
      if case .wildcard = field { throw noWildcard(expression, "braces") }
      var program = Program()
      try append(part, to: &program, isNested: true)
      let inParts = isNested ? nil : part.below(field.text)
      return Leaf(
        .nested(
          FieldReference(field.text, vocabulary), program,
          inParts: try inParts.map { expression throws(KQLError) in try self.program(expression) }))
    case .is(let field, let value):
      return try leaf(expression, field: field, nil, value, isNested)
    case .range(let field, let comparison, let value):
      return try leaf(expression, field: field, comparison, value, isNested)
    case .and, .or, .not:
      return Leaf(.always(false))
    }
  }

  private func leaf(
    _ expression: KQLExpression, field: KQLLiteral?, _ comparison: KQLRangeOperator?, _ value: KQLLiteral,
    _ isNested: Bool
  ) throws(KQLError) -> Leaf {
    let test = Self.test(comparison, value)
    guard let field else {
      if case .exists = test { return Leaf(.always(true)) }
      // Elastic's own tools look for the text where `null` has no field.
      return Leaf(.anyField(value == .null ? .equal(Literal("null")) : test))
    }
    guard let name = Self.plainName(field) else {
      return try leaf(expression, pattern: field, test, value)
    }
    guard !name.isEmpty else { return Leaf(.always(false)) }
    if isSeverity(name, isNested) {
      return Leaf(.severity(try SeverityRule(query, expression.range).accepted(comparison, value)))
    }
    let reference = FieldReference(field.text, vocabulary)
    if case .template(let template) = value {
      guard template.fieldNames.count == 1 else {
        throw KQLError(
          "a value refers to more than one other field", in: query, at: expression.range.lowerBound,
          remedy: "Write one comparison for each, with \"and\" between them.")
      }
      let other = FieldReference(template.fieldNames[0], vocabulary)
      return Leaf(.template(reference, comparison, FieldTemplate(template, field: other)))
    }
    if case .exists = test { return Leaf(.exists(reference)) }
    return Leaf(.field(FieldQuestion(reference, test)))
  }

  private func leaf(
    _ expression: KQLExpression, pattern field: KQLLiteral, _ test: ValueTest, _ value: KQLLiteral
  ) throws(KQLError) -> Leaf {
    guard case .wildcard(let pattern) = field else { return Leaf(.always(false)) }
    if case .template = value { throw noWildcard(expression, "a comparison with another field") }
    if pattern.isLone {
      // Elasticsearch turns `*:*` into a query that matches every document, whatever is in it.
      if case .exists = test { return Leaf(.always(true)) }
      return Leaf(.anyField(test))
    }
    return Leaf(.fields(WildcardPattern(Self.withoutSuffix(pattern)), test))
  }

  private func noWildcard(_ expression: KQLExpression, _ place: String) -> KQLError {
    KQLError(
      "a field name before \(place) cannot have wildcards", in: query, at: expression.range.lowerBound,
      remedy: "Write out the name of one field.")
  }

  static func test(_ comparison: KQLRangeOperator?, _ value: KQLLiteral) -> ValueTest {
    if let comparison { return value == .null ? .never : .compare(comparison, Literal(value.text)) }
    switch value {
    case .null, .template: return .never
    case .boolean, .text, .phrase: return .equal(Literal(value.text))
    case .wildcard(let pattern): return pattern.isLone ? .exists : .pattern(WildcardPattern(pattern))
    }
  }

  // MARK: Names

  /// The name of a field without wildcards, without a `.keyword` or `.text` suffix.
  static func plainName(_ field: KQLLiteral) -> String? {
    if case .wildcard = field { return nil }
    return Field.base(of: field.text)
  }

  private static func withoutSuffix(_ pattern: KQLPattern) -> KQLPattern {
    KQLPattern(
      segments: pattern.segments.dropLast() + [
        pattern.segments.last.map { last in
          last == ".keyword" || last == ".text" ? "" : Field.base(of: last)
        } ?? ""
      ])
  }

  /// Inside `field:{ … }` every name is relative to that object, so `severity` is that object's own.
  private func isSeverity(_ name: String, _ isNested: Bool) -> Bool { name == "severity" && !isNested }
}
