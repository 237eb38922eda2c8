extension KQLExpression {
  /// The condition of a `field:{ … }` with the field's name in front of every name; nil where a name has wildcards, or
  /// where a value has no field.
  package func below(_ field: String) -> KQLExpression? {
    let kind: Kind?
    switch self.kind {
    case .and(let parts): kind = Self.all(parts, below: field).map(Kind.and)
    case .or(let parts): kind = Self.all(parts, below: field).map(Kind.or)
    case .not(let part): kind = part.below(field).map(Kind.not)
    case .nested(let inner, let part): kind = Self.name(inner, below: field).map { .nested(field: $0, part) }
    case .is(let inner, let value):
      if case .template = value { return nil }
      kind = inner.flatMap { Self.name($0, below: field) }.map { .is(field: $0, value) }
    case .range(let inner, let comparison, let value):
      if case .template = value { return nil }
      kind = Self.name(inner, below: field).map { .range(field: $0, comparison, value) }
    }
    return kind.map { KQLExpression($0, range: range) }
  }

  private static func all(_ parts: [KQLExpression], below field: String) -> [KQLExpression]? {
    let all = parts.compactMap { $0.below(field) }
    return all.count == parts.count ? all : nil
  }

  private static func name(_ name: KQLLiteral, below field: String) -> KQLLiteral? {
    if case .wildcard = name { return nil }
    return .text(field + "." + name.text)
  }
}
