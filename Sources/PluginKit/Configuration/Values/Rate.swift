/// How many in what time: `1/s`, `100/m`, `50/d`, `5/10s`.
public struct Rate: ScalarSettingValue, Hashable {
  /// How many; at least one.
  public let count: Int
  /// In how long; more than nothing.
  public let period: Duration

  public init(_ count: Int, per period: Duration) {
    self.count = count
    self.period = period
  }

  public static var typeName: String { "a rate, such as 1/s, 100/m or 50/d" }

  public static var schema: SchemaNode {
    ["type": "string", "pattern": "^[1-9][0-9]*/([0-9]*(ms|s|m|h|d))+$", "examples": ["1/s"]]
  }

  public init?(settingText text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = Int(parts[0]), count > 0 else { return nil }
    let unit = String(parts[1])
    let period = Duration(settingText: unit.first?.isLetter == true ? "1" + unit : unit)
    guard let period, period > .zero else { return nil }
    self.init(count, per: period)
  }

  public var written: SchemaNode { .text(settingText) }

  /// As it would be written in configuration: `100/m`.
  public var settingText: String {
    let period = period.settingText
    let isOne = period.first == "1" && period.dropFirst().allSatisfy(\.isLetter)
    return "\(count)/\(isOne ? String(period.dropFirst()) : period)"
  }
}
