/// Finds the settings of options, through their synthesised `encode(to:)`: the compiler writes the code that goes over the
/// properties. `Mirror` would do the same, at the price of a search through every conformance of the program for each.
final class SettingCollector: Encoder {
  private var property = ""
  private var found: [DeclaredSetting] = []

  private init() {}

  /// Properties and their settings, in the order of their declaration.
  static func settings(of options: some PluginOptions) -> [DeclaredSetting] {
    let collector = SettingCollector()
    // Nothing in it throws: what is no setting is passed over, and reading such options fails.
    try? options.encode(to: collector)
    return collector.found
  }

  /// Takes the setting that the property under way holds.
  func add(_ setting: any AnySetting) {
    found.append(DeclaredSetting(property: property, setting: setting))
  }

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Container<Key>(collector: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { NoContainer(collector: self) }
  func singleValueContainer() -> any SingleValueEncodingContainer { NoContainer(collector: self) }

  private struct Container<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let collector: SettingCollector

    var codingPath: [any CodingKey] { [] }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
      collector.property = key.stringValue
      try value.encode(to: collector)
    }

    func encodeNil(forKey key: Key) throws {}
    func nestedContainer<Nested: CodingKey>(
      keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { collector.container(keyedBy: keyType) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { collector.unkeyedContainer() }
    func superEncoder() -> any Encoder { collector }
    func superEncoder(forKey key: Key) -> any Encoder { collector }
  }
}

/// Takes nothing: what is encoded without a key is no setting.
private struct NoContainer: UnkeyedEncodingContainer, SingleValueEncodingContainer {
  let collector: SettingCollector

  var codingPath: [any CodingKey] { [] }
  var count: Int { 0 }

  func encodeNil() {}
  func encode<Value: Encodable>(_ value: Value) {}
  func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    collector.container(keyedBy: type)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self }
  func superEncoder() -> any Encoder { collector }
}
