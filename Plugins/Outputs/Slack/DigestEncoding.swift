internal import AlertModel

/// Digests: one alert of Weir's own that stands for many, sent when a rate-limited output falls behind.
///
/// Its fields, all below `weir.digest`:
///
/// | field | value |
/// |---|---|
/// | `id` | the digest's id; each alert in it is delivered by this digest in the ledger |
/// | `count` | how many alerts it stands for |
/// | `first`, `last` | the earliest and the latest time of these alerts |
/// | `by_rule`, `by_actor`, `by_account` | lists of `{"name": …, "count": …}`, the most frequent first |
/// | `where` | where the alerts can be read one by one |
///
/// A digest is shown as any alert is, with these fields besides: so an alert that only claims to be one hides nothing.
struct DigestEncoding {
  private let id: Field
  private let count: Field
  private let first: Field
  private let last: Field
  private let place: Field
  private let lists: [(title: StaticString, names: Field, counts: Field)]

  init(_ vocabulary: Vocabulary) {
    func field(_ name: String) -> Field { vocabulary.field("weir.digest." + name) }
    id = field("id")
    count = field("count")
    first = field("first")
    last = field("last")
    place = field("where")
    lists = [
      ("By rule", field("by_rule.name"), field("by_rule.count")),
      ("By actor", field("by_actor.name"), field("by_actor.count")),
      ("By account", field("by_account.name"), field("by_account.count")),
    ]
  }

  /// Adds what the digest says; does nothing for an alert that is none.
  func extend(_ summary: inout AlertSummary, with alert: borrowing Alert) {
    guard let count = alert.text(count) else { return }
    if summary.title.isEmpty { summary.title = Array("\(count) alerts came faster than they could be sent".utf8) }
    for list in lists { append(list, of: alert, to: &summary.message) }
    let facts: [(StaticString, Field)] = [
      ("Alerts", self.count), ("First", first), ("Last", last), ("Read them", place), ("Digest", id),
    ]
    for (label, field) in facts {
      guard let value = alert.first(field), value.isScalar else { continue }
      var text: [UInt8] = []
      value.appendText(to: &text)
      if !text.isEmpty { summary.facts.append(AlertSummary.Fact(label: label, text: text)) }
    }
  }

  private func append(
    _ list: (title: StaticString, names: Field, counts: Field), of alert: borrowing Alert, to text: inout [UInt8]
  ) {
    var counts: [String] = []
    alert.forEachValue(list.counts) {
      counts.append($0.text)
      return false
    }
    var index = 0
    alert.forEachValue(list.names) { name in
      if index == 0 {
        text.append(text.isEmpty ? "" : "\n")
        text.append(list.title)
      }
      text.append(contentsOf: "\n\(index < counts.count ? counts[index] : "?") × ".utf8)
      // One line each, whatever the name holds.
      name.withText { text.append(contentsOf: $0.map { $0 == 0x0A ? 0x20 : $0 }) }
      index += 1
      return false
    }
  }
}
