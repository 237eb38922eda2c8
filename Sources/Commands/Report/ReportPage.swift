internal import AlertModel
internal import Gateway
internal import PluginKit

/// A report as a web page in one file: no script, nothing from elsewhere, light and dark.
struct ReportPage {
  private let review: Review

  init(_ review: Review) { self.review = review }

  /// How many rows a chart has at the most.
  private static let rows = 20

  var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <meta name="color-scheme" content="light dark">
    <title>What was held back, \(HTML.escaped(String(review.made.rfc3339.prefix(10))))</title>
    <style>
    \(ReportStyle.css)
    </style>
    </head>
    <body>
    <main>
    \(head)
    \(charts)
    <h2>Entries</h2>
    \(review.entries.isEmpty ? "<p class=\"note\">There are no allowlist entries.</p>" : "")
    \(ordered.map(section).joined(separator: "\n"))
    \(table("Held back by rules' own alert_suppression", of: "rule", review.rules))
    \(table("Held back by silences, and by entries that the configuration no longer has", of: "entry", review.others))
    \(silences)
    </main>
    </body>
    </html>

    """
  }

  /// What needs attention first, then by how much was held back.
  private var ordered: [EntryReview] {
    review.entries.enumerated().sorted { left, right in
      let (a, b) = (left.element, right.element)
      if a.findings.isEmpty != b.findings.isEmpty { return !a.findings.isEmpty }
      return (b.usage.count, left.offset) < (a.usage.count, right.offset)
    }.map(\.element)
  }

  /// What was held back by all entries together.
  private var allDays: [Int64: [Int]] {
    review.totals.entries.values.reduce(into: [:]) { days, usage in
      days.merge(usage.byDay) { left, right in zip(left, right).map(+) }
    }
  }

  /// The last day that charts show: clocks may be a little ahead, but one wrong time must not push all else out.
  private var lastDay: Int64 { EntryUsage.day(of: review.made) + 1 }

  private var head: String {
    let needing = review.entries.filter { !$0.findings.isEmpty }.count
    let tiles = [
      ("\(review.held)", "alerts held back"), ("\(review.totals.delivered)", "alerts delivered"),
      ("\(review.entries.count)", "entries"), ("\(needing)", "entries to look at"),
    ]
    let shown = tiles.map { "<div class=\"tile\"><b>\($0.0)</b><span>\($0.1)</span></div>" }
    return """
      <h1>What was held back, and by what</h1>
      <p class="note">As of \(HTML.escaped(review.made.rfc3339)), by weir \(WeirCommand.version)</p>
      <div class="tiles">\(shown.joined())</div>
      """
  }

  private var charts: String {
    let days = allDays
    guard !days.isEmpty else { return "<p class=\"note\">No record of a suppressed alert was found.</p>" }
    let used = review.entries.filter { $0.usage.count > 0 }.sorted { $0.usage.count > $1.usage.count }
    let bars = used.prefix(Self.rows).map { BarChart.Row(name: $0.entry.name, parts: $0.usage.bySeverity) }
    let heldByRule = review.heldByRule.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.rows)
    let rules = heldByRule.map { rule, held in
      BarChart.Row(name: rule, parts: [held, review.totals.deliveredByRule[rule] ?? 0])
    }
    let beyond = days.filter { $0.key > lastDay }.values.joined().reduce(0, +)
    let note = beyond > 0 ? "; \(String.counted(beyond, "alert")) of a time after this report not shown" : ""
    let severities = Severity.allCases.map { ($0.description, "s\($0.rawValue)") }
    return """
      <figure><figcaption>Held back by day\(note)</figcaption>
      \(DayChart(days, within: days, until: lastDay, height: 180).svg)
      \(HTML.legend(severities))</figure>
      <figure><figcaption>Held back by entry</figcaption>\(BarChart(rows: bars, classes: severities.map(\.1)).svg)</figure>
      <figure><figcaption>Rules: held back, and delivered</figcaption>\
      \(BarChart(rows: rules, classes: ["held", "sent"]).svg)\
      \(HTML.legend([("held back", "held"), ("delivered", "sent")]))</figure>
      """
  }

  private func section(_ review: EntryReview) -> String {
    let (entry, usage) = (review.entry, review.usage)
    let labels = review.findings.map { finding in
      let isGrave = finding.kind == "too_broad" || finding.kind == "expired"
      return "<li class=\"\(isGrave ? "grave" : "mild")\">\(HTML.escaped(finding.text(entry)))</li>"
    }
    var facts = [
      ("reason", entry.reason), ("owner", entry.owner), ("until", entry.expires.text), ("ceiling", "\(entry.ceiling)"),
      ("written at", entry.place.description),
    ]
    if let first = usage.first, let last = usage.last {
      facts.append(("held back", "\(usage.held), first \(first.rfc3339), last \(last.rfc3339)"))
    }
    if usage.demoted > 0 { facts.append(("demoted", "\(usage.demoted)")) }
    for (kind, count) in usage.brokenThrough.sorted(by: { $0.key < $1.key }) {
      facts.append(("let through", "\(count): \(kind)"))
    }
    if usage.afterExpiry > 0 { facts.append(("since it expired", "\(usage.afterExpiry) delivered")) }
    facts += [("by", usage.byActor), ("rules", usage.byRule), ("accounts", usage.byAccount)].compactMap {
      name, counts in
      counts.isEmpty || Set(counts.keys) == ["(none)"] ? nil : (name, HTML.list(counts))
    }
    let rows = facts.map { "<dt>\(HTML.escaped($0.0))</dt><dd>\(HTML.escaped($0.1))</dd>" }
    let narrower = review.narrower.map { narrower in
      let why = HTML.escaped(narrower.changes.joined(separator: "; "))
      return
        "<details><summary>A narrower entry</summary><p>\(why)</p><pre>\(HTML.escaped(narrower.yaml))</pre></details>"
    }
    return """
      <section><h3>\(HTML.escaped(entry.name))</h3>
      \(labels.isEmpty ? "" : "<ul class=\"labels\">\(labels.joined())</ul>")
      \(usage.byDay.isEmpty ? "" : DayChart(usage.byDay, within: allDays, until: lastDay, height: 70).svg)
      <dl>\(rows.joined())</dl>\(narrower ?? "")</section>
      """
  }

  private func table(_ title: String, of kind: String, _ others: [(name: String, usage: EntryUsage)]) -> String {
    guard !others.isEmpty else { return "" }
    let rows = others.map { other in
      let last = other.usage.last?.rfc3339 ?? ""
      return "<tr><td>\(HTML.escaped(other.name))</td><td>\(other.usage.count)</td><td>\(last)</td></tr>"
    }
    return """
      <h2>\(title)</h2>
      <table><tr><th>\(kind)</th><th>held back</th><th>last</th></tr>\(rows.joined())</table>
      """
  }

  private var silences: String {
    guard !review.silences.isEmpty else { return "" }
    let rows = review.silences.map { kept in
      let silence = kept.silence
      let cells = [
        silence.id, silence.when, silence.reason, silence.owner, kept.addedBy, silence.begins.rfc3339, kept.end.rfc3339,
        "\(kept.held)",
      ]
      return "<tr>\(cells.map { "<td>\(HTML.escaped($0))</td>" }.joined())</tr>"
    }
    let titles = ["id", "when", "reason", "owner", "added by", "begins", "ends", "held back"]
    return """
      <h2>Silences</h2>
      <div class="wide"><table><tr>\(titles.map { "<th>\($0)</th>" }.joined())</tr>\(rows.joined())</table></div>
      """
  }
}
