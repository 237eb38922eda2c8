internal import AlertModel

/// A date in a query: a moment written in full or in part, or `now`, and date math on it.
///
/// `2018-03-28`, `2018-03-28T20:30`, `now-1d/d`, `2020-01-01||+1M/d`. As Elasticsearch has it (reference, "Date math" and
/// "Missing date components"): what is left out counts as the beginning where a range looks down and as the end where it
/// looks up, except that a missing month or day is always the first.
struct DateExpression: Sendable {
  private enum Anchor: Sendable {
    case now
    /// A moment and the last nanosecond that its text covers.
    case fixed(Timestamp, last: Timestamp)
  }

  private enum Step: Sendable {
    case add(Int64, CalendarUnit)
    case round(CalendarUnit)
  }

  private let anchor: Anchor
  private let steps: [Step]

  /// True for a year or a year and a month, which more often is a number or a text than a date.
  let isVague: Bool

  /// Nil for what is no date.
  init?(_ text: String) {
    let anchorText: Substring
    let math: Substring
    if text.hasPrefix("now") {
      (anchorText, math) = ("now", text.dropFirst(3))
    } else if let bars = text.utf8.firstIndex(of: UInt8(ascii: "|")) {
      guard text[bars...].hasPrefix("||") else { return nil }
      (anchorText, math) = (text[..<bars], text[bars...].dropFirst(2))
    } else {
      (anchorText, math) = (text[...], "")
    }
    if anchorText == "now" {
      anchor = .now
    } else {
      guard let (first, last) = Self.fixed(String(anchorText)) else { return nil }
      // Math starts from the moment itself.
      anchor = .fixed(first, last: math.isEmpty ? last : first)
    }
    guard let steps = Self.steps(math) else { return nil }
    self.steps = steps
    isVague = anchorText.utf8.count < 10 && anchorText != "now" && math.isEmpty
  }

  /// True where it says something else at another time.
  var dependsOnNow: Bool { if case .now = anchor { true } else { false } }

  /// The first moment that the expression covers.
  func first(now: Timestamp) -> Timestamp { resolve(now: now, up: false) }

  /// The last moment that the expression covers.
  func last(now: Timestamp) -> Timestamp { resolve(now: now, up: true) }

  private func resolve(now: Timestamp, up: Bool) -> Timestamp {
    var moment: Timestamp
    switch anchor {
    case .now: moment = now
    case .fixed(let first, let last): moment = up ? last : first
    }
    for step in steps {
      switch step {
      case .add(let count, let unit): moment = unit.adding(count, to: moment)
      case .round(let unit):
        moment = unit.start(of: moment)
        if up {
          moment = unit.adding(1, to: moment)
          moment = moment.advanced(byNanoseconds: -1)
        }
      }
    }
    return moment
  }

  private static func fixed(_ text: String) -> (first: Timestamp, last: Timestamp)? {
    let length = text.utf8.count
    let day: Int64 = 86_400_000_000_000
    switch length {
    case 4: return Timestamp(text + "-01-01").map { ($0, $0.advanced(byNanoseconds: day - 1)) }
    case 7: return Timestamp(text + "-01").map { ($0, $0.advanced(byNanoseconds: day - 1)) }
    case 10: return Timestamp(text).map { ($0, $0.advanced(byNanoseconds: day - 1)) }
    case 13:
      return Timestamp(text + ":00").map { ($0, $0.advanced(byNanoseconds: day / 24 - 1)) }
    default:
      guard let first = Timestamp(text) else { return nil }
      let time = text.utf8.dropFirst(16)
      var span: Int64 = 60_000_000_000
      if time.first == UInt8(ascii: ":") {
        span = 1_000_000_000
        let decimals = time.dropFirst(4).prefix { $0 &- UInt8(ascii: "0") <= 9 }.count
        if time.dropFirst(3).first == UInt8(ascii: ".") || time.dropFirst(3).first == UInt8(ascii: ",") {
          for _ in 0..<min(decimals, 9) { span /= 10 }
        }
      }
      return (first, first.advanced(byNanoseconds: span - 1))
    }
  }

  private static func steps(_ math: Substring) -> [Step]? {
    var steps: [Step] = []
    var rest = math.utf8[...]
    while let sign = rest.popFirst() {
      let digits = rest.prefix { $0 &- UInt8(ascii: "0") <= 9 }
      rest = rest.dropFirst(digits.count)
      guard digits.count <= 9, let letter = rest.popFirst(), let unit = CalendarUnit(letter) else { return nil }
      let count = digits.isEmpty ? 1 : Int64(String(decoding: digits, as: UTF8.self)) ?? 1
      switch sign {
      case UInt8(ascii: "+"): steps.append(.add(count, unit))
      case UInt8(ascii: "-"): steps.append(.add(-count, unit))
      case UInt8(ascii: "/") where count == 1: steps.append(.round(unit))
      default: return nil
      }
    }
    return steps
  }
}

/// A unit of date math. All moments are in UTC.
enum CalendarUnit: Sendable {
  case year, month, week, day, hour, minute, second

  /// By its letter: `y M w d h H m s`.
  init?(_ letter: UInt8) {
    switch letter {
    case UInt8(ascii: "y"): self = .year
    case UInt8(ascii: "M"): self = .month
    case UInt8(ascii: "w"): self = .week
    case UInt8(ascii: "d"): self = .day
    case UInt8(ascii: "h"), UInt8(ascii: "H"): self = .hour
    case UInt8(ascii: "m"): self = .minute
    case UInt8(ascii: "s"): self = .second
    default: return nil
    }
  }

  private var seconds: Int64 {
    switch self {
    case .year, .month: 0
    case .week: 7 * 86_400
    case .day: 86_400
    case .hour: 3600
    case .minute: 60
    case .second: 1
    }
  }

  /// The moment that many units later. A day that the month does not have becomes its last. Beyond what a `Timestamp` can
  /// hold, the nearest that it can.
  func adding(_ count: Int64, to moment: Timestamp) -> Timestamp {
    guard self == .year || self == .month else {
      let (span, spanOverflow) = (seconds * 1_000_000_000).multipliedReportingOverflow(by: count)
      return moment.advanced(byNanoseconds: spanOverflow ? (count < 0 ? .min : .max) : span)
    }
    let (days, time) = Self.split(moment)
    let (year, month, day) = Timestamp.date(daysSinceEpoch: days)
    let months = year * 12 + month - 1 + (self == .year ? count * 12 : count)
    let newYear = months / 12
    guard months > 0, newYear >= 1678 else { return Timestamp(nanoseconds: .min) }
    guard newYear <= 2261 else { return Timestamp(nanoseconds: .max) }
    let newMonth = months - newYear * 12 + 1
    let newDays = Timestamp.daysSinceEpoch(
      year: newYear, month: newMonth, day: min(day, Timestamp.days(in: newMonth, of: newYear)))
    return Self.startOfDay(newDays).advanced(byNanoseconds: time)
  }

  /// The first moment of the unit that the moment lies in; weeks begin on Monday.
  func start(of moment: Timestamp) -> Timestamp {
    let (days, time) = Self.split(moment)
    let (year, month, _) = Timestamp.date(daysSinceEpoch: days)
    switch self {
    case .year: return Self.startOfDay(Timestamp.daysSinceEpoch(year: year, month: 1, day: 1))
    case .month: return Self.startOfDay(Timestamp.daysSinceEpoch(year: year, month: month, day: 1))
    case .week:
      // 1970-01-01 was a Thursday.
      let weekday = ((days + 3) % 7 + 7) % 7
      return Self.startOfDay(days - weekday)
    case .day: return Self.startOfDay(days)
    case .hour, .minute, .second:
      let unit = seconds * 1_000_000_000
      return Self.startOfDay(days).advanced(byNanoseconds: time / unit * unit)
    }
  }

  private static func startOfDay(_ days: Int64) -> Timestamp {
    let (nanoseconds, overflow) = days.multipliedReportingOverflow(by: 86_400_000_000_000)
    return Timestamp(nanoseconds: overflow ? (days < 0 ? .min : .max) : nanoseconds)
  }

  /// Whole days since 1970-01-01 and the nanoseconds since midnight.
  private static func split(_ moment: Timestamp) -> (days: Int64, time: Int64) {
    let (days, time) = moment.nanoseconds.quotientAndRemainder(dividingBy: 86_400_000_000_000)
    return time < 0 ? (days - 1, time + 86_400_000_000_000) : (days, time)
  }
}
