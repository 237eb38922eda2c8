extension KQLExpression {
  /// The same query in a normal form: no double negations, nothing nested that need not be, what asks for one field put
  /// together (`a:b or c:d or a:e` becomes `a:(b or e) or c:d`), and within that single values first, negated ones last.
  public var normalised: KQLExpression {
    switch kind {
    case .not(let part):
      let part = part.normalised
      if case .not(let inner) = part.kind { return inner }
      return KQLExpression(.not(part))
    case .nested(let field, let part): return KQLExpression(.nested(field: field, part.normalised))
    case .and(let parts): return Self.grouped(.and, parts.map(\.normalised))
    case .or(let parts): return Self.grouped(.or, parts.map(\.normalised))
    case .is, .range: return self
    }
  }

  /// The field that all of the expression asks for by its values; nil where there is no such one.
  var onlyField: KQLLiteral? {
    switch kind {
    case .is(let field, _): return field
    case .not(let part): return part.onlyField
    case .and(let parts), .or(let parts):
      guard let field = parts[0].onlyField, parts.allSatisfy({ $0.onlyField == field }) else { return nil }
      return field
    case .nested, .range: return nil
    }
  }

  private enum Connective {
    case and, or

    var opposite: Connective { self == .and ? .or : .and }
  }

  /// The parts joined, those about one field standing where its first stood.
  private static func grouped(_ connective: Connective, _ parts: [KQLExpression]) -> KQLExpression {
    var groups: [(field: KQLLiteral?, parts: [KQLExpression])] = []
    for part in parts.flatMap({ $0.parts(of: connective) }) {
      if let field = part.onlyField, let index = groups.firstIndex(where: { $0.field == field }) {
        groups[index].parts.append(part)
      } else {
        groups.append((part.onlyField, [part]))
      }
    }
    return joined(connective, groups.map { $0.parts.count > 1 ? merged(connective, $0.parts) : $0.parts[0] })
  }

  /// Parts about one field, joined: values, then what is made of several, then what is negated, under one `not`.
  private static func merged(_ connective: Connective, _ parts: [KQLExpression]) -> KQLExpression {
    var (values, compounds, negated): ([KQLExpression], [KQLExpression], [KQLExpression]) = ([], [], [])
    for part in parts.flatMap({ $0.parts(of: connective) }) {
      switch part.kind {
      case .is: values.append(part)
      case .not(let inner): negated.append(inner)
      case .and, .or, .nested, .range: compounds.append(part)
      }
    }
    var all = values + compounds
    switch negated.count {
    case 0: break
    case 1: all.append(KQLExpression(.not(negated[0])))
    default: all.append(KQLExpression(.not(merged(connective.opposite, negated))))
    }
    return joined(connective, all)
  }

  private static func joined(_ connective: Connective, _ parts: [KQLExpression]) -> KQLExpression {
    guard parts.count > 1 else { return parts[0] }
    return KQLExpression(connective == .and ? .and(parts) : .or(parts))
  }

  private func parts(of connective: Connective) -> [KQLExpression] {
    switch (kind, connective) {
    case (.and(let parts), .and), (.or(let parts), .or): parts.flatMap { $0.parts(of: connective) }
    default: [self]
    }
  }
}
