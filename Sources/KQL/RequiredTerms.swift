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
      // A field may really be called `….text`: what is looked for under the name without that may not be there.
      guard let name = Compiler.plainName(field), !name.isEmpty, name != "severity", name == field.text else {
        return nil
      }
      switch value {
      case .boolean, .text, .phrase:
        return Literal(value.text).equalsOtherTexts ? nil : (name, [value.text])
      case .null, .wildcard, .template: return nil
      }
    case .or(let parts):
      var joined: (field: String, values: [String])?
      for part in parts {
        guard let terms = alternatives(part), joined.map({ $0.field.utf8.elementsEqual(terms.field.utf8) }) ?? true
        else { return nil }
        // By their bytes: what Unicode takes for the same are different values.
        let known = joined?.values ?? []
        joined = (
          terms.field, known + terms.values.filter { new in !known.contains { $0.utf8.elementsEqual(new.utf8) } }
        )
      }
      return joined
    case .is, .and, .not, .nested, .range: return nil
    }
  }
}
