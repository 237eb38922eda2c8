extension String: ScalarSettingValue {
  public static var typeName: String { "text" }
  public static var schema: SchemaNode { ["type": ["string", "number", "boolean"]] }
  public init?(settingText text: String) { self = text }
  public var written: SchemaNode { .text(self) }
}

extension Int: ScalarSettingValue {
  public static var typeName: String { "a whole number" }
  public static var schema: SchemaNode { ["type": "integer"] }
  public init?(settingText text: String) { self.init(text) }
  public var written: SchemaNode { .integer(self) }
}

extension Double: ScalarSettingValue {
  public static var typeName: String { "a number" }
  public static var schema: SchemaNode { ["type": "number"] }
  public init?(settingText text: String) {
    // Swift would read `nan`, `inf` and `0x1p3` too.
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
    guard let value = Double(text), value.isFinite else { return nil }
    self = value
  }
  public var written: SchemaNode { .number(self) }
}

extension Bool: ScalarSettingValue {
  public static var typeName: String { "'true' or 'false'" }
  public static var schema: SchemaNode { ["type": "boolean"] }
  public init?(settingText text: String) {
    switch text {
    case "true", "True", "TRUE": self = true
    case "false", "False", "FALSE": self = false
    default: return nil
    }
  }
  public var written: SchemaNode { .bool(self) }
}
