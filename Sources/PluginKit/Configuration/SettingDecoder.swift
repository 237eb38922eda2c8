/// Puts settings that were read into a new struct of options, through its synthesised `init(from:)`.
///
/// The trick is swift-argument-parser's (`Parsed.swift`): the wrapper that declares a setting also holds its value, and
/// the compiler writes the code that fills one in for each property.
struct SettingDecoder: Decoder {
  /// By the property's name.
  let values: [String: any AnySetting]

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Container<Key>(values: values))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Self.misuse }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Self.misuse }

  private static var misuse: DecodingError {
    DecodingError.dataCorrupted(
      .init(codingPath: [], debugDescription: "every stored property of PluginOptions must be a @Setting"))
  }

  private struct Container<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let values: [String: any AnySetting]

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { values.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { values[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      guard let value = values[key.stringValue] as? Value else { throw SettingDecoder.misuse }
      return value
    }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw SettingDecoder.misuse }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw SettingDecoder.misuse }
    func superDecoder() throws -> any Decoder { throw SettingDecoder.misuse }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw SettingDecoder.misuse }
  }
}
