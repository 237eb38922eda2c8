internal import AlertModel
internal import PluginKit

/// A report for people, on a terminal.
struct ReportText {
  let review: Review
  let ink: Ink

  /// How many names are listed of each sort.
  private static let listed = 5

  var text: String {
    let needing = review.entries.filter { !$0.findings.isEmpty }.count
    var text = ink(.counted(review.entries.count, "entry", plural: "entries"), .bold) + ", \(needing) to look at; "
    text += "\(String.counted(review.held, "alert")) held back"
    text += review.totals.delivered > 0 ? ", \(review.totals.delivered) delivered\n" : "\n"
    if review.totals.withoutEntry > 0 {
      let lines = review.totals.withoutEntry
      let (say, them) = lines == 1 ? ("says", "it") : ("say", "them")
      text += "\(String.counted(lines, "line")) among the records \(say) of no entry that it held \(them) back\n"
    }
    for entry in review.entries { text += "\n" + section(entry) }
    if !review.rules.isEmpty { text += "\n" + ink("held back by rules' own alert_suppression", .bold) + "\n" }
    for rule in review.rules { text += "  \(rule.usage.count)  \(shown(rule.name))\(span(rule.usage))\n" }
    if !review.others.isEmpty {
      text += "\n" + ink("held back by silences, and by entries that the configuration no longer has", .bold) + "\n"
    }
    for other in review.others { text += "  \(other.usage.count)  \(shown(other.name))\(span(other.usage))\n" }
    if !review.silences.isEmpty { text += "\n" + ink("silences of the last 90 days", .bold) + "\n" }
    for kept in review.silences {
      text += SilenceRow(kept, now: review.made).text.split(separator: "\n").map { "  \($0)\n" }.joined()
    }
    return text
  }

  private func section(_ review: EntryReview) -> String {
    let entry = review.entry
    let usage = review.usage
    var text = ink(shown(entry.name), .bold) + " (\(entry.place))\n"
    for finding in review.findings {
      let isGrave = finding.kind == "too_broad" || finding.kind == "expired"
      text += "  " + ink("! " + shown(finding.text(entry)), isGrave ? .red : .yellow) + "\n"
    }
    text += "  owner \(shown(entry.owner)), until \(entry.expires.text), nothing above \(entry.ceiling)\n"
    guard usage.count > 0 || !usage.brokenThrough.isEmpty || usage.afterExpiry > 0 else { return text }
    text += "  held back \(usage.held)"
    if usage.demoted > 0 { text += ", demoted \(usage.demoted)" }
    text += span(usage) + "\n"
    for (reason, count) in usage.brokenThrough.sorted(by: { $0.key < $1.key }) {
      text += "  let \(count) through: \(shown(reason))\n"
    }
    if usage.afterExpiry > 0 { text += "  \(usage.afterExpiry) delivered since it had expired\n" }
    text += list("by", usage.byActor) + list("rules", usage.byRule) + list("accounts", usage.byAccount)
    let severities = Severity.allCases.reversed().filter { usage.bySeverity[Int($0.rawValue)] > 0 }
      .map { "\($0) \(usage.bySeverity[Int($0.rawValue)])" }
    if !severities.isEmpty { text += "  severities: \(severities.joined(separator: ", "))\n" }
    if let narrower = review.narrower {
      text += "  narrower, since " + shown(narrower.changes.joined(separator: "; ")) + ":\n"
      text += narrower.yaml.split(separator: "\n").map { "    \($0)\n" }.joined()
    }
    return text
  }

  private func span(_ usage: EntryUsage) -> String {
    guard let first = usage.first, let last = usage.last else { return "" }
    return ", first \(first.rfc3339), last \(last.rfc3339)"
  }

  private func list(_ title: String, _ counts: [String: Int]) -> String {
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    guard !sorted.isEmpty, sorted.map(\.key) != ["(none)"] else { return "" }
    let names = sorted.prefix(Self.listed).map { "\(shown($0.key)) (\($0.value))" }
    let more = sorted.count > Self.listed ? ", and \(sorted.count - Self.listed) more" : ""
    return "  \(title): \(names.joined(separator: ", "))\(more)\n"
  }

  private func shown(_ text: String) -> String { VisibleText.escaped(text) }
}
