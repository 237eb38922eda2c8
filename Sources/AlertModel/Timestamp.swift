/// A moment, in nanoseconds since 1970-01-01T00:00:00Z. Years 1678 to 2262.
public struct Timestamp: Comparable, Hashable, Sendable {
  /// Since 1970-01-01T00:00:00Z; less than zero before.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  public init(seconds: Int64) {
    nanoseconds = seconds &* 1_000_000_000
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

  /// Reads RFC 3339 and the variants that detectors write: a space instead of `T`, no seconds, one to nine decimals, no
  /// zone (taken as UTC), `+0000`; a date alone is its first moment. Nil for anything else.
  public init?(_ text: UnsafeRawBufferPointer) {
    var reader = DigitReader(bytes: text)
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), (1...12).contains(month),
      (1...Self.days(in: month, of: year)).contains(day), (1678...2261).contains(year)
    else { return nil }
    var seconds = Self.daysSinceEpoch(year: year, month: month, day: day) * 86_400
    var fraction: Int64 = 0
    if !reader.isAtEnd {
      guard reader.skip("T") || reader.skip(" ") || reader.skip("t"), let hour = reader.number(2), reader.skip(":"),
        let minute = reader.number(2), hour < 24, minute < 60
      else { return nil }
      seconds += hour * 3600 + minute * 60
      if reader.skip(":") {
        // 60 is a leap second (RFC 3339, section 5.6); it counts as the first of the next minute.
        guard let second = reader.number(2), second <= 60 else { return nil }
        seconds += second
        if reader.skip(".") || reader.skip(",") {
          guard let nanoseconds = reader.fraction() else { return nil }
          fraction = nanoseconds
        }
      }
      guard let zone = reader.zone() else { return nil }
      seconds -= zone
    }
    guard reader.isAtEnd else { return nil }
    nanoseconds = seconds * 1_000_000_000 + fraction
  }

  /// Reads the same forms as `init(_: UnsafeRawBufferPointer)`.
  public init?(_ text: String) {
    var text = text
    let parsed = text.withUTF8 { Timestamp(UnsafeRawBufferPointer($0)) }
    guard let parsed else { return nil }
    self = parsed
  }

  /// The moment as `2026-11-21T03:19:47.000Z`: UTC, milliseconds.
  public var rfc3339: String {
    var text: [UInt8] = []
    append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the moment as `2026-11-21T03:19:47.000Z`: UTC, milliseconds, cut and not rounded.
  public func append(to text: inout [UInt8]) {
    let (seconds, rest) = nanoseconds.quotientAndRemainderFlooring(dividingBy: 1_000_000_000)
    let (days, second) = seconds.quotientAndRemainderFlooring(dividingBy: 86_400)
    let (year, month, day) = Self.date(daysSinceEpoch: days)
    withUnsafeTemporaryAllocation(byteCount: 24, alignment: 1) { moment in
      moment.copyBytes(from: "0000-00-00T00:00:00.000Z".utf8)
      func put(_ number: Int64, at places: Range<Int>) {
        var rest = UInt32(truncatingIfNeeded: number)
        for place in places.reversed() {
          moment[place] = UInt8(ascii: "0") + UInt8(rest % 10)
          rest /= 10
        }
      }
      put(year, at: 0..<4)
      put(month, at: 5..<7)
      put(day, at: 8..<10)
      put(second / 3600, at: 11..<13)
      put(second / 60 % 60, at: 14..<16)
      put(second % 60, at: 17..<19)
      put(rest / 1_000_000, at: 20..<23)
      text.append(contentsOf: UnsafeRawBufferPointer(moment))
    }
  }

  /// Days from 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date
  /// Algorithms", `days_from_civil`).
  public static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The date that many days after 1970-01-01 (the same source, `civil_from_days`).
  public static func date(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// How many days a month has.
  public static func days(in month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension Int64 {
  /// Division that rounds down, so that the remainder is never negative.
  fileprivate func quotientAndRemainderFlooring(dividingBy divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// Reads fixed runs of digits.
private struct DigitReader {
  let bytes: UnsafeRawBufferPointer
  var at = 0

  var isAtEnd: Bool { at == bytes.count }

  mutating func number(_ count: Int) -> Int64? {
    guard at + count <= bytes.count else { return nil }
    var value: Int64 = 0
    for _ in 0..<count {
      let digit = bytes[at] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value * 10 + Int64(digit)
      at += 1
    }
    return value
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  /// One to nine decimals, in nanoseconds; further ones are dropped.
  mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var count = 0
    while at < bytes.count, bytes[at] &- UInt8(ascii: "0") <= 9 {
      if count < 9 { value = value * 10 + Int64(bytes[at] - UInt8(ascii: "0")) }
      count += 1
      at += 1
    }
    guard count > 0 else { return nil }
    for _ in min(count, 9)..<9 { value *= 10 }
    return value
  }

  /// The offset from UTC in seconds; 0 where there is none.
  mutating func zone() -> Int64? {
    if isAtEnd || skip("Z") || skip("z") { return 0 }
    let sign: Int64
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = number(2) else { return nil }
    _ = skip(":")
    guard let minutes = isAtEnd ? 0 : number(2), hours < 24, minutes < 60 else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}
