import Testing

@testable import AlertModel

@Suite("Reading and writing moments")
struct TimestampTests {
  @Test(
    "what detectors write is read",
    arguments: [
      ("2026-11-21T03:19:47Z", "2026-11-21T03:19:47.000Z"),
      ("2026-11-21T03:19:47.123456789Z", "2026-11-21T03:19:47.123Z"),
      ("2026-11-21 03:19:47.5", "2026-11-21T03:19:47.500Z"),
      ("2026-11-21T03:19:47+02:00", "2026-11-21T01:19:47.000Z"),
      ("2026-11-21T03:19:47.340+0000", "2026-11-21T03:19:47.340Z"),
      ("2026-11-21T03:19-05:30", "2026-11-21T08:49:00.000Z"),
      ("2026-11-21", "2026-11-21T00:00:00.000Z"),
      ("2024-02-29T23:59:60Z", "2024-03-01T00:00:00.000Z"),
      ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
      ("2000-02-29", "2000-02-29T00:00:00.000Z"),
    ])
  func reads(text: String, expected: String) {
    #expect(Timestamp(text)?.rfc3339 == expected)
  }

  @Test(
    "numbers are told apart by their size, and what lies beyond the year 2262 is no moment",
    arguments: [
      ("1795231187", "2026-11-21T03:19:47.000Z"), ("1795231187.25", "2026-11-21T03:19:47.250Z"),
      ("1795231187250", "2026-11-21T03:19:47.250Z"), ("1795231187250000000", "2026-11-21T03:19:47.250Z"),
      ("9223372036.8", "2262-04-11T23:47:16.800Z"), ("9223372036.9", nil), ("9223372036854.9", nil),
      ("9223372036854775808", nil), ("99999999999", nil),
    ])
  func readsNumbers(text: String, expected: String?) {
    for kind in [FieldValue.Kind.number, .string] {
      let time = Array(text.utf8).withUnsafeBytes { Timestamp(detectorTime: FieldValue(kind: kind, bytes: $0)) }
      #expect(time?.rfc3339 == expected)
    }
  }

  @Test("sums end at the first and the last moment that there is")
  func saturates() {
    let last = Timestamp(nanoseconds: .max)
    #expect(last + .seconds(1) == last && last - .seconds(-1) == last)
    #expect(Timestamp(nanoseconds: .min) - .seconds(1) == Timestamp(nanoseconds: .min))
    #expect(last + .seconds(Int64.max) == last)
    #expect(last - Timestamp(nanoseconds: .min) == .nanoseconds(Int64.max) + .nanoseconds(Int64.max) + .nanoseconds(1))
    #expect(Duration.seconds(Int64.max).nanoseconds == .max && Duration.seconds(Int64.min).nanoseconds == .min)
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "now", "2026-11-21T", "2026-13-01", "2025-02-29", "2026-11-21T24:00:00Z", "2026-11-21T03:19:47.Z",
      "2026-11-21T03:19:47Zx", "20261121", "1677-01-01", "2262-01-01", "2026-11-21T03:19:47+25:00",
    ])
  func refuses(text: String) {
    #expect(Timestamp(text) == nil)
  }
}
