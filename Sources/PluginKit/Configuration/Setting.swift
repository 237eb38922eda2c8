/// One setting of a plugin: its declaration and, once the configuration has been read, its value.
///
/// ```swift
/// @Setting("Incoming-webhook URL.") public var webhookURL: Secret        // must be given
/// @Setting("How messages look.") public var style: Style = .slack        // has a default
/// @Setting("Certificates to trust, PEM.") public var caFile: FilePath?   // may be left out
/// ```
///
/// In configuration a setting has the property's name in snake_case (`webhook_url`). Its declaration is all that there is:
/// validation, the reference pages and the JSON Schema are made from it. `$webhookURL.place` says where it stands.
@propertyWrapper
public struct Setting<Value: Sendable>: Sendable {
  // That the value is a `SettingValue` is asked by what makes and reads a setting, not here: at every start the runtime would
  // search all of the program's conformances for each type of value.

  /// What it is for: a sentence or several, Markdown.
  let summary: String
  let explicitName: String?
  let defaultValue: Value?
  private var value: Value?
  private var location: SettingLocation

  /// What was written, or else the default.
  public var wrappedValue: Value {
    get {
      guard let value = value ?? defaultValue else {
        // Reading options from a configuration sets every setting, so only code that makes options by hand comes here.
        preconditionFailure("the setting '\(summary)' must be given before it is read")
      }
      return value
    }
    set { value = newValue }
  }

  /// Where the setting stands.
  public var projectedValue: SettingLocation { location }
}

extension Setting where Value: SettingValue {
  /// A setting that must be given, unless its type is optional.
  ///
  /// - Parameter name: its name in configuration where that is not the property's in snake_case.
  public init(_ summary: String, name: String? = nil) {
    self.summary = summary
    explicitName = name
    defaultValue = Value.absent
    location = .unread
  }

  /// A setting with a default.
  public init(wrappedValue: Value, _ summary: String, name: String? = nil) {
    self.summary = summary
    explicitName = name
    defaultValue = wrappedValue
    location = .unread
  }
}

/// Where a setting stands in the configuration.
public struct SettingLocation: Sendable {
  /// What was written; nil where the setting was not given.
  public let node: LocatedNode?

  /// Where the value stands; where the setting was not given, where the settings stand that it belongs to.
  public let place: SourcePlace

  static let unread = SettingLocation(node: nil, place: LocatedNode.nowhere)

  /// True where the setting was written, and not left to its default.
  public var isGiven: Bool { node != nil }

  /// Where an element of a list stands; where the list stands if there is no such element.
  public func place(of index: Int) -> SourcePlace {
    guard let elements = node?.elements, elements.indices.contains(index) else { return place }
    return elements[index].place
  }

  /// Where the value of a mapping's key stands; where the mapping stands if there is no such key.
  public func place(of key: String) -> SourcePlace { node?[key]?.place ?? place }

  /// An error about this setting, to be thrown.
  public func error(_ message: String) -> ConfigurationError { ConfigurationError(message, at: place) }
}

/// What was written may be a secret, so only its place shows when options are printed.
extension SettingLocation: CustomStringConvertible, CustomReflectable {
  public var description: String { place.description }
  public var customMirror: Mirror { Mirror(self, children: ["place": place]) }
}

// MARK: Reading

/// A setting, whatever its value's type.
protocol AnySetting: Sendable {
  var summary: String { get }
  var explicitName: String? { get }
  var typeName: String { get }
  var schema: SchemaNode { get }
  var mustBeGiven: Bool { get }
  /// How the default is written; `.null` where there is none worth showing.
  var writtenDefault: SchemaNode { get }
  var nested: (any PluginOptions.Type)? { get }

  /// This setting with what was written, nil after having reported why that cannot be used.
  func reading(_ node: LocatedNode, _ reader: inout SettingReader) -> (any AnySetting)?

  /// This setting where it was not given.
  func defaulting(at place: SourcePlace) -> any AnySetting
}

extension Setting: AnySetting where Value: SettingValue {
  var typeName: String { Value.typeName }
  var schema: SchemaNode { Value.schema }
  var mustBeGiven: Bool { defaultValue == nil }
  var writtenDefault: SchemaNode { defaultValue?.written ?? .null }
  var nested: (any PluginOptions.Type)? { (Value.self as? any NestingSettingValue.Type)?.nested }

  func reading(_ node: LocatedNode, _ reader: inout SettingReader) -> (any AnySetting)? {
    guard let value = Value.read(node, &reader) else { return nil }
    var copy = self
    copy.value = value
    copy.location = SettingLocation(node: node, place: node.place)
    return copy
  }

  func defaulting(at place: SourcePlace) -> any AnySetting {
    var copy = self
    copy.location = SettingLocation(node: nil, place: place)
    return copy
  }
}

extension Setting: Codable where Value: SettingValue {
  /// Only options that are asked for their settings encode them; see `PluginOptions`.
  public func encode(to encoder: any Encoder) throws {
    guard let collector = encoder as? SettingCollector else {
      throw EncodingError.invalidValue(
        self, .init(codingPath: encoder.codingPath, debugDescription: "settings are not written"))
    }
    collector.add(self)
  }

  /// Only options that are read from a configuration decode settings; see `PluginOptions`.
  public init(from decoder: any Decoder) throws {
    throw DecodingError.dataCorrupted(
      .init(codingPath: decoder.codingPath, debugDescription: "settings are read with SettingReader"))
  }
}
