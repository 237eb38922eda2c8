import AlertModel
import PluginKit
import PluginTesting
import Testing

@testable import ElasticRulesDetector

@Suite("Rules over several events")
struct RuleMemoryTests {
  private func event(_ minute: Int, _ user: String? = "anna", _ more: String = "") -> String {
    let time = "2026-11-20T1\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60):00Z"
    let name = user.map { #","user.name":"\#($0)""# } ?? ""
    return #"{"@timestamp":"\#(time)","event.action":"login","event.kind":"event"\#(name)\#(more)}"#
  }

  private func runner(_ type: String, _ more: String, _ remembered: String = "1000") throws -> RuleRunner {
    try RuleRunner(
      all: ["r.toml": RuleText.query("event.action: login", type: type, more: more)],
      ["remembered": RuleRunner.scalar(remembered)])
  }

  /// Whether each event makes an alert that is not held back.
  private func alerts(_ rules: RuleRunner, _ events: [String]) throws -> [Bool] {
    try events.map { try rules.detections($0).contains { $0.repeats?() == nil } }
  }

  private static let threshold = """
    from = "now-10m"
    [rule.threshold]
    field = ["user.name"]
    value = 3
    """

  @Test("the event that completes the count is the alert, and the count begins anew")
  func countsEvents() throws {
    let events = [0, 1, 2, 3, 4, 5].map { event($0) }
    #expect(try alerts(runner("threshold", Self.threshold), events) == [false, false, true, false, false, true])
  }

  @Test("only events within the time count, and only those of the same group that have its fields")
  func countsWithinTime() throws {
    let rules = try runner("threshold", Self.threshold)
    let events = [event(0), event(1), event(2, "bob"), event(3, nil), event(12), event(13), event(14)]
    #expect(try alerts(rules, events) == [false, false, false, false, false, false, true])
  }

  @Test("an event that comes late finds its place")
  func countsLateEvents() throws {
    #expect(try alerts(runner("threshold", Self.threshold), [event(9), event(5), event(7)]) == [false, false, true])
    #expect(
      try alerts(runner("threshold", Self.threshold), [event(30), event(5), event(31)]) == [false, false, false])
  }

  @Test("a cardinality asks for distinct values")
  func countsDistinctValues() throws {
    let more = Self.threshold + "\n[[rule.threshold.cardinality]]\nfield = \"source.ip\"\nvalue = 2\n"
    let rules = try runner("threshold", more)
    func from(_ address: String) -> String { #","source.ip":"\#(address)""# }
    let events = [1, 2, 3, 4].map { event($0, "anna", from($0 < 4 ? "192.0.2.1" : "192.0.2.2")) }
    #expect(try alerts(rules, events) == [false, false, false, true])
  }

  private static let newTerms = """
    [rule.new_terms]
    field = "new_terms_fields"
    value = ["user.name", "source.ip"]
    [[rule.new_terms.history_window_start]]
    field = "history_window_start"
    value = "now-1h"
    """

  @Test("values that did not come within the history are new; events without them are not looked at")
  func findsNewTerms() throws {
    let rules = try runner("new_terms", Self.newTerms)
    let a = #","source.ip":"192.0.2.1""#
    let b = #","source.ip":["192.0.2.1","192.0.2.2"]"#
    let events = [
      event(0, "anna", a), event(1, "anna", a), event(2, "bob", a), event(3, "anna", b), event(4, "anna"),
      event(61, "anna", a), event(125, "anna", a),
    ]
    #expect(try alerts(rules, events) == [true, false, true, true, false, false, true])
  }

  @Test("while it learns, no value is new")
  func learns() throws {
    let rules = try RuleRunner(
      all: ["r.toml": RuleText.query("event.action: login", type: "new_terms", more: Self.newTerms)],
      ["learn_for": RuleRunner.scalar("10m")])
    let a = #","source.ip":"192.0.2.1""#
    #expect(try alerts(rules, [event(0, "anna", a), event(9, "bob", a), event(10, "eve", a)]) == [false, false, true])
  }

  @Test("memory is bounded: what was not seen for longest is new again")
  func forgets() throws {
    let rules = try runner("new_terms", Self.newTerms, "2")
    let a = #","source.ip":"192.0.2.1""#
    let users = ["anna", "bob", "carl", "dora", "emil", "anna", "emil"]
    #expect(
      try alerts(rules, users.map { event(0, $0, a) }) == [true, true, true, true, true, true, false])
  }

  @Test("an alert that is held back has a record of why")
  func recordsSuppression() throws {
    let more = """
      [rule.alert_suppression]
      group_by = ["user.name"]
      duration = {value = 10, unit = "m"}
      """
    let rules = try runner("query", more)
    #expect(try rules.detections(event(0)).map { $0.repeats?() } == [nil])
    #expect(
      try rules.detections(event(1)).map { $0.repeats?() } == [
        Suppression(
          entry: "alert_suppression of r-1", owner: "rule r-1",
          reason: "one alert with the same user.name in 600 s; the first came at 2026-11-20T10:00:00.000Z",
          expires: "2026-11-20T10:10:00.000Z",
          matched: [Suppression.Match(field: "user.name", value: "anna", pattern: "anna")])
      ])
  }

  @Test("what rules remember outlives a restart, unless the rule asks for something else now")
  func remembersOverRestarts() throws {
    let cardinality = Self.threshold + "\n[[rule.threshold.cardinality]]\nfield = \"source.ip\"\nvalue = 2\n"
    let suppression = "[rule.alert_suppression]\ngroup_by = [\"user.name\"]\nduration = {value = 10, unit = \"m\"}\n"
    func address(_ last: Int) -> String { #","source.ip":"192.0.2.\#(last)""# }
    let cases: [(type: String, more: String, before: [String], after: String, alerts: (anew: Bool, restored: Bool))] = [
      ("threshold", Self.threshold, [event(0), event(1)], event(2), (false, true)),
      (
        "threshold", cardinality, [event(0, "anna", address(1)), event(1, "anna", address(1))],
        event(2, "anna", address(2)), (false, true)
      ),
      ("new_terms", Self.newTerms, [event(0, "anna", address(1))], event(1, "anna", address(1)), (true, false)),
      ("query", suppression, [event(0)], event(1), (true, false)),
    ]
    for test in cases {
      let first = try runner(test.type, test.more)
      _ = try alerts(first, test.before)
      let snapshot = first.detector.snapshot()
      #expect(try alerts(runner(test.type, test.more), [test.after]) == [test.alerts.anew])
      let second = try runner(test.type, test.more)
      second.detector.restore(snapshot)
      #expect(second.detector.snapshot() == snapshot)
      #expect(try alerts(second, [test.after]) == [test.alerts.restored], "\(test.type)")
      let third = try runner(test.type, test.more)
      third.detector.takeOver(from: first.detector)
      #expect(third.detector.snapshot() == snapshot)
      #expect(try alerts(third, [test.after]) == [test.alerts.restored], "\(test.type)")
      let other = try runner(test.type, test.more.replacing("user.name", with: "user.id"))
      other.detector.restore(snapshot)
      #expect(other.detector.snapshot() != snapshot)
    }
  }

  @Test("of a memory that is too large to be kept, the latest is")
  func keepsTheLatest() throws {
    var table = RecentTable<Timestamp>(capacity: 100)
    for minute in [3, 1, 4, 0, 2] { table[[UInt8(minute)]] = Timestamp(nanoseconds: Int64(minute)) }
    var json: [UInt8] = []
    table.write(to: &json, limit: 16, time: { $0 }) { $0.write(to: &$1) }
    #expect(String(decoding: json, as: UTF8.self) == #"{"04":4,"03":3,"02":2}"#)
  }

  @Test("a snapshot that cannot be read is left alone", arguments: ["", "{}", "[1", #"{"version":2,"rules":{}}"#])
  func ignoresBadSnapshots(_ snapshot: String) throws {
    let rules = try runner("threshold", Self.threshold)
    rules.detector.restore(Array(snapshot.utf8))
    #expect(try alerts(rules, [event(0), event(1), event(2)]) == [false, false, true])
  }

  @Test("a snapshot with anything in it breaks nothing")
  func survivesOddSnapshots() throws {
    let rules = try runner("threshold", Self.threshold)
    let subject = #""threshold 3 user.name""#
    for memory in [
      "null", "[]", #"{"zz":[[1]]}"#, #"{"00":[]}"#, #"{"0":[[1]]}"#, #"{"00":[["x",1.5]]}"#,
      #"{"00":3,"01":[[1,2,3,4,5]]}"#,
    ] {
      rules.detector.restore(Array(#"{"version":1,"rules":{"r-1":[[\#(subject),\#(memory)],3],"x":[1]}}"#.utf8))
    }
    #expect(try alerts(rules, [event(0), event(1), event(2)]) == [false, false, true])
  }

  @Test("of alerts with the same values, the first within a time is let through")
  func suppresses() throws {
    let more = """
      [rule.alert_suppression]
      group_by = ["user.name"]
      duration = {value = 10, unit = "m"}
      """
    let events = [event(0), event(1), event(2, "bob"), event(3, nil), event(4, nil), event(10), event(11)]
    #expect(try alerts(runner("query", more), events) == [true, false, true, true, false, true, false])
    let kept = more + "\nmissing_fields_strategy = \"doNotSuppress\"\n"
    #expect(try alerts(runner("query", kept), events) == [true, false, true, true, true, true, false])
  }

  @Test("events of any time are counted")
  func countsAllTimes() throws {
    func event(_ year: Int) -> String {
      #"{"@timestamp":"\#(year)-01-01T00:00:00Z","event.action":"login","event.kind":"event","user.name":"anna"}"#
    }
    let years = [2026, 1678, 2261, 1678, 2261].map(event)
    let suppression = "[rule.alert_suppression]\ngroup_by = [\"user.name\"]\nduration = {value = 10, unit = \"m\"}\n"
    #expect(try alerts(runner("query", suppression), years) == [true, true, true, true, true])
    let threshold = Self.threshold.replacing("now-10m", with: "now-200d")
    #expect(try alerts(runner("threshold", threshold), years) == [false, false, false, false, false])
    let terms = """
      [rule.new_terms]
      field = "new_terms_fields"
      value = ["user.name"]
      [[rule.new_terms.history_window_start]]
      field = "history_window_start"
      value = "now-1000d"
      """
    #expect(try alerts(runner("new_terms", terms), years).count == 5)
  }

  @Test("times that are wrong, and events that come late, take nothing from the others")
  func survivesWrongTimes() throws {
    func event(_ time: String, _ address: String = "192.0.2.1") -> String {
      #"{"@timestamp":"\#(time)","event.action":"login","event.kind":"event","user.name":"anna","source.ip":"\#(address)"}"#
    }
    let future = ["2261-12-31T00:00:00Z", "2026-11-21T00:00:00Z"].map { event($0) }
    let burst = ["08:00:03", "08:00:01", "08:00:02"].map { event("2026-11-20T\($0)Z") }
    #expect(try alerts(runner("threshold", Self.threshold), future + burst) == [false, false, false, false, true])
    // Two bursts, as two chunks that are looked at side by side bring them.
    let later = ["10:00:01", "10:00:02", "10:00:03"].map { event("2026-11-20T\($0)Z") }
    let mixed = zip(burst, later).flatMap { [$0, $1] }
    #expect(try alerts(runner("threshold", Self.threshold), mixed) == [false, false, false, false, true, true])
    // However many there are of one value, the others are not forgotten for them.
    let cardinality = Self.threshold + "\n[[rule.threshold.cardinality]]\nfield = \"source.ip\"\nvalue = 3\n"
    let same = (0..<50).map { event("2026-11-20T08:01:\($0 < 10 ? "0" : "")\($0)Z") }
    let rules = try runner("threshold", cardinality)
    let found = try alerts(
      rules, [event("2026-11-20T08:00:59Z", "192.0.2.2")] + same + [event("2026-11-20T08:02:00Z", "192.0.2.3")])
    #expect(found == Array(repeating: false, count: 51) + [true])

    let terms = Self.newTerms.replacing(#", "source.ip""#, with: "")
    let backwards = ["2261-12-31T00:00:00Z", "2026-11-20T08:00:00Z"].enumerated().map { number, time in
      event(time).replacing("anna", with: "anna\(number)")
    }
    #expect(try alerts(runner("new_terms", terms), backwards) == [true, true])
  }
}
