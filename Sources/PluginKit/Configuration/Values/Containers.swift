/// A value that may hold options inside, for the reference pages.
protocol NestingSettingValue {
  static var nested: (any PluginOptions.Type)? { get }
}

extension SettingValue {
  /// The options that this type is, or holds.
  static var nestedOptions: (any PluginOptions.Type)? {
    if let options = Self.self as? any PluginOptions.Type { return options }
    return (Self.self as? any NestingSettingValue.Type)?.nested
  }
}

extension Optional: SettingValue, NestingSettingValue where Wrapped: SettingValue {
  public static var typeName: String { Wrapped.typeName }
  public static var schema: SchemaNode { Wrapped.schema }
  public static var absent: Self? { .some(nil) }
  static var nested: (any PluginOptions.Type)? { Wrapped.nestedOptions }

  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> Self? {
    if node.isNull { return .some(nil) }
    guard let value = Wrapped.read(node, &reader) else { return nil }
    return .some(value)
  }

  public var written: SchemaNode { self?.written ?? .null }
}

/// A list; one value is taken for a list of one.
extension Array: SettingValue, NestingSettingValue where Element: SettingValue {
  public static var typeName: String { "a list (each: \(Element.typeName))" }

  public static var schema: SchemaNode {
    let element = Element.schema
    return ["anyOf": [["type": "array", "items": element], element]]
  }

  static var nested: (any PluginOptions.Type)? { Element.nestedOptions }

  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> Self? {
    guard let elements = node.elements else {
      guard !node.isNull else {
        reader.report("expected \(typeName), but found nothing", at: node.place)
        return nil
      }
      return Element.read(node, &reader).map { [$0] }
    }
    let values = elements.map { Element.read($0, &reader) }
    return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
  }

  public var written: SchemaNode { .list(map(\.written)) }
}

/// A list that whoever has it reads: a mistake in one element hides nothing about the others, nor about the settings beside
/// the list.
public struct UnreadList<Element: PluginOptions>: SettingValue, NestingSettingValue {
  /// The elements as they are written, for `Element.read`; one value is taken for a list of one.
  public private(set) var elements: [LocatedNode] = []

  /// Where relative file names in them start from.
  public private(set) var folder = "."

  public init() {}

  public static var typeName: String { [Element].typeName }
  public static var schema: SchemaNode { [Element].schema }
  static var nested: (any PluginOptions.Type)? { Element.self }

  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> Self? {
    guard !node.isNull else {
      reader.report("expected \(typeName), but found nothing", at: node.place)
      return nil
    }
    var list = Self()
    list.elements = node.elements ?? [node]
    list.folder = reader.folder
    return list
  }

  /// How the default is written: a list without elements.
  public var written: SchemaNode { .list([]) }
}

extension Dictionary: SettingValue, NestingSettingValue where Key == String, Value: SettingValue {
  public static var typeName: String { "a mapping (each value: \(Value.typeName))" }
  public static var schema: SchemaNode { ["type": "object", "additionalProperties": Value.schema] }
  static var nested: (any PluginOptions.Type)? { Value.nestedOptions }

  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> Self? {
    guard let entries = node.entries else {
      reader.report("expected \(typeName), but found \(node.kindName)", at: node.place)
      return nil
    }
    var values: Self = [:]
    var isComplete = true
    for entry in entries {
      let value = Value.read(entry.value, &reader)
      values[entry.key.text] = value
      isComplete = isComplete && value != nil
    }
    return isComplete ? values : nil
  }

  public var written: SchemaNode {
    .object(keys.sorted().map { SchemaNode.Member($0, self[$0]?.written ?? .null) })
  }
}
