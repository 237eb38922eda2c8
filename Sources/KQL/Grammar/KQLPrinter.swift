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

  static func text(of expression: KQLExpression) -> String { text(of: expression, within: .or) }

  private static func text(of expression: KQLExpression, within binding: Binding) -> String {
    switch expression.kind {
    case .or(let parts):
      let text = parts.map { Self.text(of: $0, within: .and) }.joined(separator: " or ")
      return binding == .or ? text : "(\(text))"
    case .and(let parts):
      let text = parts.map { Self.text(of: $0, within: .not) }.joined(separator: " and ")
      return binding == .not ? "(\(text))" : text
    case .not(let part):
      if case .not = part.kind { return "not (\(text(of: part, within: .or)))" }
      return "not " + text(of: part, within: .not)
    case .nested(let field, let part):
      return "\(name(field)):{\(text(of: part, within: .or))}"
    case .is(let field, let value):
      return field.map { "\(name($0)):" + text(of: value) } ?? text(of: value)
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
    !text.isEmpty && !["and", "or", "not", "null"].contains(text.lowercased())
      && text.unicodeScalars.allSatisfy { scalar in
        !(scalar.properties.isWhitespace || scalar.value == 0xFEFF)
          && !(scalar.isASCII && LiteralScanner.isSpecial(UInt8(scalar.value)))
      }
  }

  private static func quoted(_ text: String) -> String { "\"\(KQLEscapes.quoted(text))\"" }

  /// Text inside an unquoted literal. `\not` would be read as a line break, so the letter is written by its number there.
  private static func escaped(_ text: String) -> String {
    KQLEscapes.unquoted(text).replacing("\\not", with: "\\u006eot").replacing("\\Not", with: "\\u004eot")
  }
}
