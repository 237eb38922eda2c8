internal import AlertModel
internal import PluginKit

/// What the records say that one entry has done.
struct EntryUsage: Sendable {
  /// Alerts held back.
  var held = 0
  /// Alerts delivered with a lower severity instead.
  var demoted = 0
  /// Alerts that a guardrail let through although the entry would have held them back, by the reason's kind.
  var brokenThrough: [String: Int] = [:]
  /// Alerts delivered since the entry had expired.
  var afterExpiry = 0
  var first: Timestamp?
  var last: Timestamp?
  var byRule: [String: Int] = [:]
  var byActor: [String: Int] = [:]
  var byAccount: [String: Int] = [:]
  /// By `Severity.rawValue`.
  var bySeverity = [Int](repeating: 0, count: Severity.allCases.count)
  /// By the number of the day since 1970 (UTC) and severity.
  var byDay: [Int64: [Int]] = [:]
  /// What matched; nil once there is too much of it.
  var matches: Set<Suppression.Match>? = []
  /// By the place of a field in `UsageFields.narrowing`: its values; nil once there are too many or an alert had none.
  var values: [Set<String>?] = Array(repeating: [], count: UsageFields.narrowing.count)

  /// Alerts held back or demoted.
  var count: Int { held + demoted }

  /// How many names are told apart of each sort.
  private static let distinctNames = 10_000
  /// How many values of a field there may be for an entry to be narrowed to them, and how many matches are remembered.
  private static let mostValues = 5
  private static let mostMatches = 2_000

  /// Notes an alert that the entry held back or demoted.
  mutating func add(_ subject: Subject, _ severity: Severity, at moment: Timestamp?, _ matched: [Suppression.Match]) {
    if let moment {
      first = min(first ?? moment, moment)
      last = max(last ?? moment, moment)
      byDay[Self.day(of: moment), default: Array(repeating: 0, count: bySeverity.count)][Int(severity.rawValue)] += 1
    }
    Self.count(subject.rule, in: &byRule)
    Self.count(subject.actor, in: &byActor)
    Self.count(subject.account, in: &byAccount)
    bySeverity[Int(severity.rawValue)] += 1
    for match in matched { matches?.insert(match) }
    if let matches, matches.count > Self.mostMatches { self.matches = nil }
  }

  /// The number of a moment's day since 1970 (UTC).
  static func day(of moment: Timestamp) -> Int64 { moment.nanoseconds / 86_400_000_000_000 }

  /// Notes the value of a field that the entry might be narrowed to.
  mutating func add(_ value: String?, ofField place: Int) {
    guard let value, !value.isEmpty else {
      values[place] = nil
      return
    }
    values[place]?.insert(value)
    if let count = values[place]?.count, count > Self.mostValues { values[place] = nil }
  }

  /// For `Reviewing.narrower`.
  var use: EntryUse {
    var few: [String: Set<String>] = [:]
    for (field, values) in zip(UsageFields.narrowing, values) where values?.isEmpty == false { few[field] = values }
    let greatest = Severity.allCases.last { bySeverity[Int($0.rawValue)] > 0 }
    return EntryUse(matches: matches, values: few, greatest: greatest ?? .informational)
  }

  private static func count(_ name: String, in counts: inout [String: Int]) {
    let name = name.isEmpty ? "(none)" : name
    counts[counts[name] != nil || counts.count < distinctNames ? name : "(others)", default: 0] += 1
  }
}
