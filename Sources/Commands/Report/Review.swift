internal import AlertModel
internal import Gateway
internal import PluginKit

/// What a report says: each entry with what it did, and what is to be looked at.
struct Review: Sendable {
  let made: Timestamp
  var entries: [EntryReview] = []
  /// What was held back by entries that the configuration no longer has, and by silences.
  var others: [(name: String, usage: EntryUsage)] = []
  /// What detection rules held back of their own alerts, by the rules' names.
  var rules: [(name: String, usage: EntryUsage)] = []
  var silences: [KeptSilence] = []
  var totals: UsageBook.Totals
  let limits: Limits

  /// From where on something is worth saying.
  struct Limits: Sendable {
    /// An entry that expires within this time is named.
    var expiring: Duration
    /// An entry that held back or demoted at least this share of a rule's alerts, in hundredths, is too broad.
    var share: Int
    /// With fewer alerts nothing is concluded.
    var enough: Int
  }

  /// Alerts held back, by entries, former entries and silences.
  var held: Int { totals.entries.values.reduce(0) { $0 + $1.held } }

  /// By rule: how many were held back by whatever entry, without those that were demoted and delivered.
  var heldByRule: [String: Int] {
    let met = totals.entries.values.reduce(into: [:]) { sum, usage in sum.merge(usage.byRule, uniquingKeysWith: +) }
    return met.merging(totals.demotedByRule, uniquingKeysWith: -).filter { $0.value > 0 }
  }

  init(
    _ entries: [ReviewedEntry], _ totals: UsageBook.Totals, silences: [KeptSilence], limits: Limits, now: Timestamp
  ) {
    made = now
    self.totals = totals
    self.limits = limits
    self.silences = silences
    let known = Set(entries.map(\.name))
    let unknown = totals.entries.filter { !known.contains($0.key) }.sorted {
      ($1.value.count, $0.key) < ($0.value.count, $1.key)
    }
    for (name, usage) in unknown {
      if let rule = Suppression.rule(ofEntry: name) {
        rules.append((rule, usage))
      } else {
        others.append((name, usage))
      }
    }
    let heldByRule = heldByRule
    self.entries = entries.map { entry in
      let usage = totals.entries[entry.name] ?? EntryUsage()
      var review = EntryReview(entry: entry, usage: usage)
      review.findings = findings(entry, usage, heldByRule)
      return review
    }
  }

  private func findings(_ entry: ReviewedEntry, _ usage: EntryUsage, _ heldByRule: [String: Int]) -> [EntryReview
    .Finding]
  {
    var findings: [EntryReview.Finding] = []
    let isExpired = made >= entry.expires.end
    if isExpired { findings.append(.expired) }
    let left = entry.expires.end - made
    if !isExpired, left <= limits.expiring {
      findings.append(.expires(days: Int(left.components.seconds / 86_400)))
    }
    if usage.count == 0 { findings.append(.neverMatched) }
    if let earlier = entry.shadowedBy { findings.append(.shadowed(by: earlier)) }
    guard totals.delivered > 0 else { return findings }
    for (rule, held) in usage.byRule.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) where held >= limits.enough
    {
      let all = (totals.deliveredByRule[rule] ?? 0) + (heldByRule[rule] ?? 0)
      if held * 100 >= limits.share * all { findings.append(.broad(rule: rule, held: held, of: max(all, held))) }
    }
    return findings
  }
}

/// One entry in a report.
struct EntryReview: Sendable {
  let entry: ReviewedEntry
  let usage: EntryUsage
  var findings: [Finding] = []
  /// A narrower entry that was seen to hold back all of the same.
  var narrower: NarrowerEntry?

  enum Finding: Sendable, Equatable {
    case neverMatched
    case expired
    /// In less than so many days and one.
    case expires(days: Int)
    case broad(rule: String, held: Int, of: Int)
    case shadowed(by: String)
    case canBeNarrower
  }
}

extension EntryReview.Finding {
  /// A word for programs and for labels.
  var kind: String {
    switch self {
    case .neverMatched: "never_matched"
    case .expired: "expired"
    case .expires: "expires_soon"
    case .broad: "too_broad"
    case .shadowed: "shadowed"
    case .canBeNarrower: "can_be_narrower"
    }
  }

  /// For people, about the entry; `entry` tells when it expires.
  func text(_ entry: ReviewedEntry) -> String {
    switch self {
    case .neverMatched: "matched nothing in the records that were read"
    case .expired: "expired on \(entry.expires.text); renew it or remove it"
    case .expires(let days):
      "expires \(days == 0 ? "within a day" : "in " + .counted(days, "day")) (\(entry.expires.text))"
    case .broad(let rule, let held, let all):
      "too broad: it held back or demoted \(held) of the \(all) alerts of '\(rule)' (\(held * 100 / max(1, all)) %)"
    case .shadowed(let earlier): "without effect: the entry '\(earlier)' before it holds whatever it would hold"
    case .canBeNarrower: "can be narrower, and would have held back the same"
    }
  }
}
