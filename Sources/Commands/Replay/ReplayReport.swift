internal import AlertModel

/// What a replay found: how many alerts changed in which way, and about what they are.
struct ReplayReport: Sendable {
  var before: String
  var after: String
  /// Alerts that at least one configuration had.
  var read = 0
  var unchanged = 0
  var unreadable = 0
  /// Where the first of these are, and why.
  var problems: [String] = []
  static let problemsTold = 20
  var changes: [Change: Tally] = [:]

  /// The alerts that changed in one way.
  struct Tally: Sendable {
    var count = 0
    var byRule: [String: Int] = [:]
    var byActor: [String: Int] = [:]
    var byAccount: [String: Int] = [:]
    /// By what it came to: `held back by 'x'`, `soc, archive`, `high → medium`.
    var byResult: [String: Int] = [:]
    var examples: [Example] = []
  }

  struct Example: Sendable {
    let id: String
    let subject: Subject
    let before: String
    let after: String
  }

  /// How many names are counted apart, so that memory stays bounded; further ones count as others.
  static let distinctNames = 10_000
  static let others = "(others)"

  func count(of change: Change) -> Int { changes[change]?.count ?? 0 }

  mutating func add(_ change: Change, _ example: Example, keeping examples: Int) {
    changes[change, default: Tally()].add(change, example, keeping: examples)
  }
}

extension ReplayReport.Tally {
  fileprivate mutating func add(_ change: Change, _ example: ReplayReport.Example, keeping limit: Int) {
    count += 1
    Self.count(example.subject.rule, in: &byRule)
    Self.count(example.subject.actor, in: &byActor)
    Self.count(example.subject.account, in: &byAccount)
    Self.count(change == .severityChanged ? "\(example.before) → \(example.after)" : example.after, in: &byResult)
    if examples.count < limit { examples.append(example) }
  }

  private static func count(_ name: String, in counts: inout [String: Int]) {
    let name = name.isEmpty ? "(none)" : name
    let isKnown = counts[name] != nil || counts.count < ReplayReport.distinctNames
    counts[isKnown ? name : ReplayReport.others, default: 0] += 1
  }
}
