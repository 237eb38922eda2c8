/// Finds the equalities that every match of a query must fulfil.
enum RequiredTerms {
  static func of(_ expression: KQLExpression) -> [(field: String, values: [String])] {
    switch expression.kind {
    case .and(let parts): parts.flatMap(of)
    case .is, .or: alternatives(expression).map { [$0] } ?? []
    case .not, .nested, .range: []
    }
  }

  /// The one field that all alternatives are about, and its values; nil where there is none such.
  private static func alternatives(_ expression: KQLExpression) -> (field: String, values: [String])? {
    switch expression.kind {
    case .is(let field?, let value):
      guard let name = Compiler.plainName(field), !name.isEmpty, name != "severity" else { return nil }
      switch value {
      case .boolean, .text, .phrase:
        return Literal(value.text).equalsOtherTexts ? nil : (name, [value.text])
      case .null, .wildcard, .template: return nil
      }
    case .or(let parts):
      var joined: (field: String, values: [String])?
      for part in parts {
        guard let terms = alternatives(part), joined == nil || joined?.field == terms.field else { return nil }
        joined = (terms.field, (joined?.values ?? []) + terms.values.filter { joined?.values.contains($0) != true })
      }
      return joined
    case .is, .and, .not, .nested, .range: return nil
    }
  }
}
