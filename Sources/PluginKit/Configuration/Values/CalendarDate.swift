public import AlertModel

/// A day (`2027-03-31`) or a moment (`2027-03-31T12:00:00Z`, RFC 3339). Days are UTC. What lies beyond the last year that a
/// `Timestamp` can hold, such as `9999-12-31`, is the same day of that year.
public struct CalendarDate: ScalarSettingValue, Hashable {
  /// As it was written.
  public let text: String
  /// The first moment of the day, or the moment.
  public let start: Timestamp
  /// The first moment after the day, or the moment: what holds until this date holds before this.
  public let end: Timestamp

  public init?(settingText text: String) {
    guard let time = Timestamp(text) ?? Self.far(text) else { return nil }
    self.text = text
    start = time
    let isDay = text.utf8.count <= 10
    end = isDay ? time + .seconds(86_400) : time
  }

  private static func far(_ text: String) -> Timestamp? {
    guard let year = Int(text.prefix(4)), (2262...9999).contains(year) else { return nil }
    // A year with a 29th of February stands for one that has none.
    return Timestamp("2261" + text.dropFirst(4)) ?? Timestamp("2260" + text.dropFirst(4))
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
