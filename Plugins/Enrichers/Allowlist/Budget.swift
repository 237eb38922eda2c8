public import PluginKit

/// How many in what time: `50/day`, `10/hour`, `100/7d`. The time is counted in whole periods since 1970, UTC.
public struct Budget: ScalarSettingValue, Hashable {
  /// So many alerts.
  public let count: Int
  /// In so much time.
  public let period: Duration
  /// As it was written.
  public let text: String

  public init?(settingText text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let short = ["day": "d", "hour": "h", "minute": "m", "week": "7d"][String(parts[1])] ?? String(parts[1])
    guard let rate = Rate(settingText: "\(parts[0])/\(short)") else { return nil }
    count = rate.count
    period = rate.period
    self.text = text
  }

  public static var typeName: String { "a number in a time, such as 50/day, 10/hour or 100/7d" }

  public static var schema: SchemaNode {
    [
      "type": "string", "pattern": "^[1-9][0-9]*/(day|hour|minute|week|([0-9]*(ms|s|m|h|d))+)$", "examples": ["50/day"],
    ]
  }

  public var written: SchemaNode { .text(text) }
}
