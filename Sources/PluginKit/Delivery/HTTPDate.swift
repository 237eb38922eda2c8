internal import AlertModel

/// Dates as HTTP writes them (RFC 9110, section 5.6.7), in all three forms; always UTC.
enum HTTPDate {
  /// - Returns: nil where the text is none of the forms.
  static func time(_ text: String) -> Timestamp? {
    let words = text.split { " ,-".contains($0) }.map(String.init)
    switch words.count {
    // Sun, 06 Nov 1994 08:49:37 GMT, and Sunday, 06-Nov-94 08:49:37 GMT.
    case 6 where words[5] == "GMT": return time(day: words[1], month: words[2], year: words[3], clock: words[4])
    // Sun Nov  6 08:49:37 1994.
    case 5: return time(day: words[2], month: words[1], year: words[4], clock: words[3])
    default: return nil
    }
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func time(day: String, month: String, year: String, clock: String) -> Timestamp? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { $0.count == 2 ? number($0) : nil }
    guard let month = months.firstIndex(of: month).map({ Int64($0 + 1) }), let day = number(day[...]),
      var year = number(year[...]), parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2],
      hour < 24, minute < 60, second <= 60
    else { return nil }
    // Two digits are from 1970 to 2069: close to "no more than 50 years in the future", without asking for the time.
    if year < 100 { year += year < 70 ? 2000 : 1900 }
    guard (1678...2261).contains(year), day >= 1, day <= Timestamp.days(in: month, of: year) else { return nil }
    let days = Timestamp.daysSinceEpoch(year: year, month: month, day: day)
    return Timestamp(seconds: days * 86_400 + hour * 3600 + minute * 60 + second)
  }

  private static func number(_ digits: Substring) -> Int64? {
    digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(digits) : nil
  }
}
