/// A field name or a value as a query writes it.
///
/// Numbers, dates and addresses stay text: what they mean is decided by the value that they are compared with.
public enum KQLLiteral: Hashable, Sendable {
  /// The unquoted word `null`, which equals nothing.
  case null

  /// The unquoted words `true` and `false`, in lower case.
  case boolean(Bool)

  /// Unquoted text, without its escapes and without white space around it.
  case text(String)

  /// Text in quotation marks, in which nothing is a wildcard.
  case phrase(String)

  /// Unquoted text with at least one `*` that was not escaped.
  case wildcard(KQLPattern)

  /// A value made from other fields of the same alert, such as `*{{user.name}}*`.
  case template(KQLTemplate)

  /// The literal as plain text; a wildcard is `*`, a field reference `{{name}}`.
  public var text: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .text(let text), .phrase(let text): text
    case .wildcard(let pattern): pattern.segments.joined(separator: "*")
    case .template(let template): template.description
    }
  }
}

/// Text with wildcards: what stands between the `*`.
public struct KQLPattern: Hashable, Sendable {
  /// The texts before, between and behind the wildcards; always at least two, any of them may be empty.
  public let segments: [String]

  public init(segments: [String]) {
    self.segments = segments
  }

  /// True for a lone `*`, which asks whether there is a value at all.
  public var isLone: Bool { segments == ["", ""] }
}

/// A value made of text, wildcards and the values of other fields of the same alert.
public struct KQLTemplate: Hashable, Sendable, CustomStringConvertible {
  /// A piece of the value.
  public enum Part: Hashable, Sendable {
    case text(String)
    /// Any text, none as well.
    case wildcard
    /// The value of the field of that name. A field that is missing, or that is empty, matches nothing.
    case field(String)
  }

  /// The pieces, from left to right.
  public let parts: [Part]

  public init(parts: [Part]) {
    self.parts = parts
  }

  /// The names of the fields that it refers to.
  public var fieldNames: [String] {
    parts.compactMap { if case .field(let name) = $0 { name } else { nil } }
  }

  public var description: String {
    parts.map {
      switch $0 {
      case .text(let text): text
      case .wildcard: "*"
      case .field(let name): "{{\(name)}}"
      }
    }.joined()
  }
}
