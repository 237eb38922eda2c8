extension KQLExpression: CustomStringConvertible {
  /// The query as text that reads back as the same tree.
  public var description: String { KQLPrinter.text(of: self) }
}

/// Writes queries: the shortest spelling that Kibana's grammar reads back as the same.
enum KQLPrinter {
  /// How strongly what stands around holds together.
  private enum Binding: Int {
    case or, and, not
  }

  static func text(of expression: KQLExpression) -> String { text(of: expression, within: .or, inList: false) }

  /// - Parameter inList: true where the field is written already, so that only values are.
  private static func text(of expression: KQLExpression, within binding: Binding, inList: Bool) -> String {
    switch expression.kind {
    case .or(let parts), .and(let parts):
      if !inList, let field = expression.onlyField {
        return "\(name(field)):(\(text(of: expression, within: .or, inList: true)))"
      }
      if case .or = expression.kind {
        let text = parts.map { Self.text(of: $0, within: .and, inList: inList) }.joined(separator: " or ")
        return binding == .or ? text : "(\(text))"
      }
      let text = parts.map { Self.text(of: $0, within: .not, inList: inList) }.joined(separator: " and ")
      return binding == .not ? "(\(text))" : text
    case .not(let part):
      if case .not = part.kind { return "not (\(text(of: part, within: .or, inList: inList)))" }
      return "not " + text(of: part, within: .not, inList: inList)
    case .nested(let field, let part):
      return "\(name(field)):{\(text(of: part, within: .or, inList: false))}"
    case .is(let field, let value):
      guard !inList, let field else { return text(of: value) }
      return "\(name(field)):\(text(of: value))"
    case .range(let field, let comparison, let value):
      return "\(name(field)) \(comparison.rawValue) \(text(of: value))"
    }
  }

  private static func name(_ field: KQLLiteral) -> String { text(of: field) }

  /// A literal as text. A phrase loses its quotation marks where it means the same without.
  static func text(of literal: KQLLiteral) -> String {
    switch literal {
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .text(let text): return isPlain(text) ? text : quoted(text)
    case .phrase(let text): return isPlain(text) ? text : quoted(text)
    case .wildcard(let pattern): return pattern.segments.map(escaped).joined(separator: "*")
    case .template(let template):
      return template.parts.map {
        switch $0 {
        case .text(let text): escaped(text)
        case .wildcard: "*"
        case .field(let name): "{{\(escaped(name))}}"
        }
      }.joined()
    }
  }

  /// True for what needs neither quotation marks nor escapes, and is no word of the language.
  private static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && !["and", "or", "not"].contains(text.lowercased()) && !["null", "true", "false"].contains(text)
      && text.unicodeScalars.allSatisfy { scalar in
        !(scalar.properties.isWhitespace || scalar.value == 0xFEFF)
          && !(scalar.isASCII && LiteralScanner.isSpecial(UInt8(scalar.value)))
      }
  }

  private static func quoted(_ text: String) -> String { "\"\(KQLEscapes.quoted(text))\"" }

  /// Text inside an unquoted literal. A letter by its number keeps a word from being an operator: `\not` would be read as a
  /// line break.
  private static func escaped(_ text: String) -> String {
    KQLEscapes.unquoted(text) { Array("\\u00\(String($0, radix: 16))".utf8) }
  }
}
