/// A length of time: `500ms`, `10s`, `5m`, `2h`, `7d`, or several together, `1h30m`. A hundred years are the most; what is
/// longer counts as that, so that no sum with a moment leaves what a `Timestamp` can hold.
extension Duration: ScalarSettingValue {
  public static var typeName: String { "a duration, such as 500ms, 10s, 5m, 2h or 7d" }

  public static var schema: SchemaNode {
    ["type": "string", "pattern": "^([0-9]+(ms|s|m|h|d))+$", "examples": ["10s"]]
  }

  public init?(settingText text: String) {
    var milliseconds = 0
    var rest = Substring(text)
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let afterDigits = rest[digits.endIndex...]
      let unit = afterDigits.prefix { $0.isLetter }
      guard let count = Int(digits), let factor = Self.milliseconds[String(unit)] else { return nil }
      let (part, overflow) = count.multipliedReportingOverflow(by: factor)
      let (sum, sumOverflow) = milliseconds.addingReportingOverflow(part)
      guard !overflow, !sumOverflow else { return nil }
      milliseconds = sum
      rest = afterDigits[unit.endIndex...]
    }
    self = .milliseconds(min(milliseconds, Self.longest))
  }

  public var written: SchemaNode { .text(settingText) }

  /// As it would be written in configuration: `10s`.
  public var settingText: String {
    let (seconds, attoseconds) = components
    var milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    var text = ""
    for unit in ["d", "h", "m", "s", "ms"] {
      guard let factor = Self.milliseconds[unit], milliseconds >= factor else { continue }
      text += "\(milliseconds / factor)\(unit)"
      milliseconds %= factor
    }
    return text.isEmpty ? "0s" : text
  }

  /// In milliseconds.
  private static let longest = 36_500 * 86_400_000

  private static let milliseconds = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
}
