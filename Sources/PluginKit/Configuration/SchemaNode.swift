/// A piece of a JSON Schema: a JSON value whose keys keep their order.
public indirect enum SchemaNode: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([SchemaNode])
  case object([Member])

  /// One keyword of a schema and its value.
  public struct Member: Sendable, Equatable {
    /// The keyword.
    public let name: String
    /// What it says.
    public let value: SchemaNode

    public init(_ name: String, _ value: SchemaNode) {
      self.name = name
      self.value = value
    }
  }

  /// This object with more members at its end; anything but an object as it is.
  public func adding(_ name: String, _ value: SchemaNode) -> SchemaNode {
    guard case .object(let members) = self else { return self }
    return .object(members + [Member(name, value)])
  }
}

extension SchemaNode: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral text: String) { self = .text(text) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: SchemaNode...) { self = .list(elements) }
  public init(dictionaryLiteral members: (String, SchemaNode)...) { self = .object(members.map { Member($0, $1) }) }
}
