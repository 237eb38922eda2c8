/// A type that a setting can have: how it is read, described and shown.
public protocol SettingValue: Sendable {
  /// What a person calls it, with its article: `a duration, such as 10s`. Completes "expected …".
  static var typeName: String { get }

  /// The JSON Schema (draft 2020-12) of what may be written.
  static var schema: SchemaNode { get }

  /// What a setting of this type is where it is not given and has no default; nil where it must be given.
  static var absent: Self? { get }

  /// Reads what was written; nil after having reported why it cannot be used.
  static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> Self?

  /// How the value would be written, for showing defaults; `.null` where that says nothing.
  var written: SchemaNode { get }
}

extension SettingValue {
  public static var absent: Self? { nil }
}

/// A value that is written as one scalar.
public protocol ScalarSettingValue: SettingValue {
  /// The value of this text; nil where the text is none.
  init?(settingText text: String)
}

extension ScalarSettingValue {
  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> Self? {
    guard let scalar = reader.scalar(node, as: Self.self) else { return nil }
    guard let value = Self(settingText: scalar.text.text) else {
      reader.report("\(scalar.text.quoted) is not \(typeName)", at: node.place)
      return nil
    }
    return value
  }
}

/// An enumeration of words is a setting's value without further ado.
extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  public static var typeName: String {
    (allCases.count > 1 ? "one of " : "") + allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
  }

  public static var schema: SchemaNode { ["enum": .list(allCases.map { .text($0.rawValue) })] }

  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> Self? {
    guard let scalar = reader.scalar(node, as: Self.self) else { return nil }
    if let value = Self(rawValue: scalar.text.text) { return value }
    let words = allCases.map(\.rawValue)
    let suggestion = scalar.text.isReference ? nil : Suggestion.closest(to: scalar.text.text, in: words)
    let hint = suggestion.map { "; did you mean '\($0)'?" } ?? ""
    reader.report("\(scalar.text.quoted) is not \(typeName)\(hint)", at: node.place)
    return nil
  }

  public var written: SchemaNode { .text(rawValue) }
}
