extension KQLExpression {
  /// True where whatever meets this query meets the other one too, as far as their texts tell. False says nothing.
  ///
  /// What the texts tell: parts and alternatives, values, wildcards and networks, ranges of numbers, severities. Fields are
  /// taken to hold what they are for: numbers where a range compares with one.
  public func implies(_ other: KQLExpression) -> Bool {
    Implication(expectsUsualValues: true).holds(self, other)
  }

  /// The same whatever an alert's fields hold: a text where a number belongs, a field that is really called `….text`. Only
  /// that a field called `ip` holds addresses, and no networks, is taken for granted, as ECS has it.
  public func surelyImplies(_ other: KQLExpression) -> Bool {
    Implication(expectsUsualValues: false).holds(self, other)
  }
}

/// The question whether one query follows from another.
private struct Implication {
  /// True where fields are taken to hold what they are for.
  let expectsUsualValues: Bool
  /// Inside `field:{ … }`, where `severity` is that object's own.
  var isNested = false

  func holds(_ query: KQLExpression, _ other: KQLExpression) -> Bool {
    if !isNested, let wanted = other.onlySeverities, query.possibleSeverities.isSubset(of: wanted) { return true }
    switch other.kind {
    case .and(let parts): return parts.allSatisfy { holds(query, $0) }
    case .or(let parts) where parts.contains(where: { holds(query, $0) }): return true
    default: break
    }
    switch (query.kind, other.kind) {
    case (.and(let parts), _): return parts.contains { holds($0, other) }
    case (.or(let parts), _): return parts.allSatisfy { holds($0, other) }
    case (.not(let part), .not(let otherPart)): return holds(otherPart, part)
    case (.nested(let field, let part), .nested(let otherField, let otherPart)):
      var inside = self
      inside.isNested = true
      return isSame(field, otherField) && inside.holds(part, otherPart)
    case (.is(nil, let value), .is(nil, let otherValue)): return value.isWritten(as: otherValue)
    case (.is(let field?, let value), .is(let otherField?, let otherValue)):
      return isSame(field, otherField) && value.isCovered(by: otherValue, areAddresses: Self.holdsAddresses(field))
    case (.range(let field, _, _), .is(let otherField?, .wildcard(let pattern))):
      return isSame(field, otherField) && pattern.isLone
    case (.range(let field, let comparison, let value), .range(let otherField, let otherComparison, let otherValue)):
      guard isSame(field, otherField), comparison.looksUp == otherComparison.looksUp else { return false }
      if value.isWritten(as: otherValue) { return comparison == otherComparison || otherComparison.includesBound }
      // A text compares by the alphabet, where 20 is less than 3.
      guard expectsUsualValues, let order = Literal(value.text).order(of: Literal(otherValue.text)) else {
        return false
      }
      return order == 0 ? otherComparison.includesBound || !comparison.includesBound : (order > 0) == comparison.looksUp
    default: return false
    }
  }

  /// Whether two names mean one field; names with wildcards only where they are the same.
  private func isSame(_ field: KQLLiteral, _ other: KQLLiteral) -> Bool {
    if field.isWritten(as: other) { return true }
    guard expectsUsualValues, let name = Compiler.plainName(field), let otherName = Compiler.plainName(other) else {
      return false
    }
    return name.utf8.elementsEqual(otherName.utf8)
  }

  /// True for `source.ip` and all others that ECS has of the type `ip`.
  private static func holdsAddresses(_ field: KQLLiteral) -> Bool {
    Compiler.plainName(field).map { $0 == "ip" || $0.hasSuffix(".ip") } ?? false
  }
}

extension KQLRangeOperator {
  /// True where it asks for what is greater.
  var looksUp: Bool { self == .greater || self == .greaterOrEqual }

  /// True where the bound itself is accepted.
  var includesBound: Bool { self == .lessOrEqual || self == .greaterOrEqual }
}
