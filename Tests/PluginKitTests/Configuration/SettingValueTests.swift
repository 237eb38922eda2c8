internal import AlertModel
internal import PluginKit
internal import Testing

@Suite("Values of settings")
struct SettingValueTests {
  @Test(
    "durations",
    arguments: [
      ("500ms", Duration.milliseconds(500)), ("10s", .seconds(10)), ("5m", .seconds(300)), ("2h", .seconds(7200)),
      ("7d", .seconds(604_800)), ("1h30m", .seconds(5400)), ("0s", .zero),
      ("36500d", .seconds(3_153_600_000)), ("1000000d", .seconds(3_153_600_000)),
    ] as [(String, Duration?)]
      + ["", "10", "s", "-1s", "1.5s", "1y", "99999999999999999999s", "1s 2"].map { ($0, nil) })
  func durations(text: String, expected: Duration?) {
    #expect(Duration(settingText: text) == expected)
    if let expected { #expect(Duration(settingText: expected.settingText) == expected) }
    // A moment and a duration always make a moment.
    if let expected { #expect(Timestamp(seconds: 1_800_000_000) + expected < Timestamp(nanoseconds: .max)) }
  }

  @Test(
    "sizes",
    arguments: [
      ("512", 512), ("512B", 512), ("64k", 65536), ("64KiB", 65536), ("10MiB", 10_485_760), ("10 MiB", 10_485_760),
      ("10MB", 10_000_000), ("1G", 1_073_741_824), ("1X", nil), ("MiB", nil), ("-1", nil), ("99999999T", nil),
    ] as [(String, Int?)])
  func sizes(text: String, expected: Int?) {
    #expect(ByteCount(settingText: text)?.bytes == expected)
  }

  @Test(
    "rates",
    arguments: [
      ("1/s", Rate(1, per: .seconds(1))), ("100/m", Rate(100, per: .seconds(60))),
      ("50/d", Rate(50, per: .seconds(86_400))), ("5/10s", Rate(5, per: .seconds(10))), ("0/s", nil), ("1", nil),
      ("1/0s", nil), ("1/s/s", nil), ("/s", nil),
    ] as [(String, Rate?)])
  func rates(text: String, expected: Rate?) {
    #expect(Rate(settingText: text) == expected)
    if let expected { #expect(Rate(settingText: expected.settingText) == expected) }
  }

  @Test("dates are whole days or moments")
  func dates() throws {
    let day = try #require(CalendarDate(settingText: "2027-03-31"))
    #expect(day.start.rfc3339 == "2027-03-31T00:00:00.000Z")
    #expect(day.end.rfc3339 == "2027-04-01T00:00:00.000Z")
    let moment = try #require(CalendarDate(settingText: "2027-03-31T12:00:00+02:00"))
    #expect(moment.end.rfc3339 == "2027-03-31T10:00:00.000Z")
    #expect(CalendarDate(settingText: "2027-02-30") == nil)
    #expect(CalendarDate(settingText: "31.3.2027") == nil)
  }

  @Test("numbers are decimal and finite")
  func numbers() {
    #expect(Double(settingText: "1.5e3") == 1500)
    #expect(Double(settingText: "nan") == nil)
    #expect(Double(settingText: "0x10") == nil)
    #expect(Int(settingText: "1.0") == nil)
  }

  @Test("file names start from the folder of their file")
  func files() {
    #expect(FilePath("a.csv", in: "etc").path == "etc/a.csv")
    #expect(FilePath("/a.csv", in: "etc").path == "/a.csv")
    #expect(FilePath("a.csv", in: ".").path == "a.csv")
    #expect(FilePath("etc/a.csv").folder == "etc")
    #expect(FilePath("a.csv").folder == ".")
  }

  @Test("text keeps what looks like something else")
  func text() {
    var reader = SettingReader(folder: ".")
    #expect(String.read("012345678901", &reader) == "012345678901")
    #expect(String.read("no", &reader) == "no")
    #expect(reader.diagnostics.isEmpty)
    #expect(String.read("~", &reader) == nil)
    #expect(reader.diagnostics.map(\.message) == ["expected text, but found nothing"])
  }
}
