/// A piece of a YAML or JSON file, with its place. Scalars are text; they take the type that a setting asks for.
public struct LocatedNode: Sendable, Equatable {
  /// Where it begins.
  public let place: SourcePlace
  /// What it holds.
  public let content: Content

  public init(_ content: Content, at place: SourcePlace) {
    self.content = content
    self.place = place
  }

  /// A value, a list or a mapping.
  public enum Content: Sendable, Equatable {
    case scalar(Scalar)
    case sequence([LocatedNode])
    /// In the order of the file; no key comes twice.
    case mapping([Entry])
  }

  /// One key of a mapping and its value.
  public struct Entry: Sendable, Equatable {
    /// The key as written.
    public let key: LocatedText
    /// What is behind the colon.
    public let value: LocatedNode

    public init(key: LocatedText, value: LocatedNode) {
      self.key = key
      self.value = value
    }
  }

  /// One value that is neither a list nor a mapping.
  public struct Scalar: Sendable, Equatable {
    /// How it was written, which tells text from other values.
    public enum Style: Sendable {
      /// Without quotes: `true`, `10s`, nothing at all.
      case plain
      /// In quotes, or a block (`|`, `>`): always text.
      case quoted
    }

    /// The text, without quotes and escapes.
    public let text: LocatedText
    /// How it was written.
    public let style: Style

    public init(_ text: LocatedText, style: Style) {
      self.text = text
      self.style = style
    }

    /// Nothing, `~` or `null`, without quotes.
    public var isNull: Bool {
      guard style == .plain, !text.isReference else { return false }
      return switch text.text {
      case "", "~", "null", "Null", "NULL": true
      default: false
      }
    }
  }

  /// The scalar; nil for a list or a mapping.
  public var scalar: Scalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  /// The elements of a list; nil for anything else.
  public var elements: [LocatedNode]? {
    if case .sequence(let elements) = content { elements } else { nil }
  }

  /// Hands over the elements of a list, one after the other.
  ///
  /// - Returns: the node itself where it is no list; nil after a list.
  public func handOver(_ body: (LocatedNode) -> Void) -> LocatedNode? {
    guard let elements else { return self }
    elements.forEach(body)
    return nil
  }

  /// The entries of a mapping; nil for anything else.
  public var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// True for a scalar that says nothing; see `Scalar.isNull`.
  public var isNull: Bool { scalar?.isNull ?? false }

  /// The value of a mapping's key; nil where there is none, or no mapping.
  public subscript(key: String) -> LocatedNode? { entries?.first { $0.key.text == key }?.value }

  /// The content as text that is the same for the same content, wherever it stands. It may hold secrets.
  package var signature: String {
    switch content {
    // Printing the style itself would make the runtime search all conformances for ways to print it.
    case .scalar(let scalar): (scalar.style == .plain ? "plain" : "quoted") + scalar.text.text.debugDescription
    case .sequence(let elements): "[" + elements.map(\.signature).joined(separator: ",") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.key.text.debugDescription):\($0.value.signature)" }.joined(separator: ",") + "}"
    }
  }

  /// What this is, for messages: `a list`, `a mapping`, `text`, `nothing`. Never the value.
  public var kindName: String {
    switch content {
    case .scalar(let scalar): scalar.isNull ? "nothing" : "a single value"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// Trees can be written as literals, for tests and defaults; they have no place.
extension LocatedNode: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  /// The file that messages name for what was not read from a file.
  public static let nowhere = SourcePlace(file: "<none>")

  public init(stringLiteral text: String) {
    self.init(.scalar(Scalar(LocatedText(text), style: .plain)), at: Self.nowhere)
  }

  public init(arrayLiteral elements: LocatedNode...) {
    self.init(.sequence(elements), at: Self.nowhere)
  }

  public init(dictionaryLiteral entries: (String, LocatedNode)...) {
    self.init(.mapping(entries.map { Entry(key: LocatedText($0), value: $1) }), at: Self.nowhere)
  }
}
