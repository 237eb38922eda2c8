public import AlertModel

/// A day (`2027-03-31`) or a moment (`2027-03-31T12:00:00Z`, RFC 3339). Days are UTC.
public struct CalendarDate: ScalarSettingValue, Hashable {
  /// As it was written.
  public let text: String
  /// The first moment of the day, or the moment.
  public let start: Timestamp
  /// The first moment after the day, or the moment: what holds until this date holds before this.
  public let end: Timestamp

  public init?(settingText text: String) {
    guard let time = Timestamp(text) else { return nil }
    self.text = text
    start = time
    let isDay = text.utf8.count <= 10
    end = isDay ? Timestamp(nanoseconds: time.nanoseconds + 86_400 * 1_000_000_000) : time
  }

  /// A moment, as if it had been written.
  public init(_ moment: Timestamp) {
    text = moment.rfc3339
    start = moment
    end = moment
  }

  public static var typeName: String { "a date, such as 2027-03-31" }
  public static var schema: SchemaNode {
    ["type": "string", "anyOf": [["format": "date"], ["format": "date-time"]], "examples": ["2027-03-31"]]
  }
  public var written: SchemaNode { .text(text) }
}
