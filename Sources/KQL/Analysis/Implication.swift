extension KQLExpression {
  /// True where whatever meets this query meets the other one too, as far as their texts tell. False says nothing.
  ///
  /// What the texts tell: parts and alternatives, values and wildcards, ranges of numbers, severities.
  public func implies(_ other: KQLExpression) -> Bool {
    if let wanted = other.onlySeverities, possibleSeverities.isSubset(of: wanted) { return true }
    switch other.kind {
    case .and(let parts): return parts.allSatisfy(implies)
    case .or(let parts) where parts.contains(where: implies): return true
    default: break
    }
    switch (kind, other.kind) {
    case (.and(let parts), _): return parts.contains { $0.implies(other) }
    case (.or(let parts), _): return parts.allSatisfy { $0.implies(other) }
    case (.not(let part), .not(let otherPart)): return otherPart.implies(part)
    case (.nested(let field, let part), .nested(let otherField, let otherPart)):
      return field == otherField && part.implies(otherPart)
    case (.is(nil, let value), .is(nil, let otherValue)): return value == otherValue
    case (.is(let field?, let value), .is(let otherField?, let otherValue)):
      return Self.isSame(field, otherField) && value.isCovered(by: otherValue)
    case (.range(let field, _, _), .is(let otherField?, .wildcard(let pattern))):
      return Self.isSame(field, otherField) && pattern.isLone
    case (.range(let field, let comparison, let value), .range(let otherField, let otherComparison, let otherValue)):
      guard Self.isSame(field, otherField), comparison.looksUp == otherComparison.looksUp else { return false }
      if value == otherValue { return comparison == otherComparison || otherComparison.includesBound }
      guard let order = Literal(value.text).order(of: Literal(otherValue.text)) else { return false }
      return order == 0 ? otherComparison.includesBound || !comparison.includesBound : (order > 0) == comparison.looksUp
    default: return false
    }
  }

  /// Whether two names mean one field; names with wildcards only where they are the same.
  static func isSame(_ field: KQLLiteral, _ other: KQLLiteral) -> Bool {
    field == other || Compiler.plainName(field).map { $0 == Compiler.plainName(other) } ?? false
  }
}

extension KQLRangeOperator {
  /// True where it asks for what is greater.
  var looksUp: Bool { self == .greater || self == .greaterOrEqual }

  /// True where the bound itself is accepted.
  var includesBound: Bool { self == .lessOrEqual || self == .greaterOrEqual }
}
