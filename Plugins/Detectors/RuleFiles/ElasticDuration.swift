/// Lengths of time as Elastic's rules write them: `60m`, and `now-60m` for how far back.
///
/// Source: https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options (date math, without months and
/// years, which rules do not use).
enum ElasticDuration {
  private static let seconds = ["s": 1, "m": 60, "h": 3600, "H": 3600, "d": 86_400, "w": 604_800]

  /// `10m`; nil for anything else, and for more than 3,650 days.
  static func length(_ text: some StringProtocol) -> Duration? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int(digits), let factor = seconds[String(text[digits.endIndex...])] else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: factor)
    return overflow || product > 3650 * 86_400 || product == 0 ? nil : .seconds(product)
  }

  /// `now-10m`, `now-14d/d`; the rounding is left out.
  static func sinceNow(_ text: String) -> Duration? {
    guard text.hasPrefix("now-") else { return nil }
    return length(text.dropFirst(4).prefix { $0 != "/" })
  }
}
