internal import Foundation
internal import PluginKit

/// A replay's report for people, and for programs.
struct ReplayText {
  let report: ReplayReport
  let ink: Ink

  /// How many names are listed of each sort.
  static let listedNames = 10

  var text: String {
    var text = "before: \(shown(report.before))\nafter:  \(shown(report.after))\n"
    text += ink(.counted(report.read, "alert"), .bold) + ", \(report.unchanged) of them unchanged\n"
    if report.unreadable > 0 { text += "\(String.counted(report.unreadable, "part")) of the input could not be read\n" }
    for change in Change.allCases {
      guard let tally = report.changes[change] else { continue }
      text += "\n" + ink("\(change.title): \(tally.count)", change == .newlySuppressed ? .red : .yellow) + "\n"
      text += list("by rule", tally.byRule) + list("by actor", tally.byActor) + list("by account", tally.byAccount)
      text += list("now", tally.byResult)
      for example in tally.examples {
        let about = [example.subject.rule, example.subject.actor, example.subject.account]
          .filter { !$0.isEmpty }.map(shown).joined(separator: " · ")
        text += "  e.g. \(shown(example.id))  \(about)\n       \(shown(example.before)) → \(shown(example.after))\n"
      }
    }
    return text
  }

  private func list(_ title: String, _ counts: [String: Int]) -> String {
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    var text = "  \(title)\n"
    for (name, count) in sorted.prefix(Self.listedNames) { text += "    \(count)  \(shown(name))\n" }
    let left = sorted.count - Self.listedNames
    if left > 0 { text += "    and \(left) more\n" }
    return text
  }

  private func shown(_ text: String) -> String { VisibleText.escaped(text) }
}

extension ReplayReport {
  /// One JSON object; its names are part of the command's interface.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    var object = Object(before: before, after: after, read: read, unchanged: unchanged, unreadable: unreadable)
    for change in Change.allCases { object.changes[change.key] = ChangeObject(changes[change] ?? Tally()) }
    return String(decoding: try encoder.encode(object), as: UTF8.self)
  }

  private struct Object: Encodable {
    let before: String
    let after: String
    let read: Int
    let unchanged: Int
    let unreadable: Int
    var changes: [String: ChangeObject] = [:]

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(_ name: String) { stringValue = name }
      init?(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
      var object = encoder.container(keyedBy: Key.self)
      try object.encode(before, forKey: Key("before"))
      try object.encode(after, forKey: Key("after"))
      try object.encode(read, forKey: Key("read"))
      try object.encode(unchanged, forKey: Key("unchanged"))
      try object.encode(unreadable, forKey: Key("unreadable"))
      for (name, change) in changes { try object.encode(change, forKey: Key(name)) }
    }
  }

  private struct ChangeObject: Encodable {
    let count: Int
    let byRule: [String: Int]
    let byActor: [String: Int]
    let byAccount: [String: Int]
    let byResult: [String: Int]
    let examples: [ExampleObject]

    enum CodingKeys: String, CodingKey {
      case count, examples
      case byRule = "by_rule"
      case byActor = "by_actor"
      case byAccount = "by_account"
      case byResult = "by_result"
    }

    init(_ tally: Tally) {
      count = tally.count
      byRule = tally.byRule
      byActor = tally.byActor
      byAccount = tally.byAccount
      byResult = tally.byResult
      examples = tally.examples.map {
        ExampleObject(
          id: $0.id, rule: $0.subject.rule, actor: $0.subject.actor, account: $0.subject.account, before: $0.before,
          after: $0.after)
      }
    }
  }

  private struct ExampleObject: Encodable {
    let id: String
    let rule: String
    let actor: String
    let account: String
    let before: String
    let after: String
  }
}
