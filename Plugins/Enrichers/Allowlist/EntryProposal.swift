internal import AlertModel
internal import KQL
internal import PluginKit

/// An entry made narrower step by step, by what it has held back, and written out.
struct EntryProposal {
  private let entry: Entry
  private let escapesReferences: Bool
  private var actors: [String] = []
  private var when: String?
  private var ceiling: Severity
  /// What is different from the entry.
  private(set) var changes: [String] = []

  /// So many actors are written out at the most, and so many stand in for a pattern.
  private static let mostActors = 50
  private static let mostForPattern = 5

  /// - Parameter escapesReferences: true where `${` is to be written as `$${`.
  init(_ entry: Entry, escapesReferences: Bool) {
    self.entry = entry
    self.escapesReferences = escapesReferences
    when = entry.condition?.condition.source
    ceiling = entry.ceiling
  }

  /// Without the matches of names where the same pattern was met by an ARN, which says more.
  static func preferringARNs(_ matches: Set<Suppression.Match>) -> Set<Suppression.Match> {
    let met = Set(matches.filter { $0.value.hasPrefix("arn:") }.map(\.pattern))
    return matches.filter { $0.value.hasPrefix("arn:") || !met.contains($0.pattern) }
  }

  /// Leaves out actors that never matched, and names who is meant in place of a pattern that few have met.
  ///
  /// - Returns: false where nothing can be proposed, since there are too many to write out.
  mutating func narrow(actors patterns: [String], to matches: Set<Suppression.Match>?) -> Bool {
    guard let matches else { return false }
    var kept: [String] = []
    var unused: [String] = []
    for pattern in patterns {
      let values = Set(matches.filter { $0.pattern == pattern }.map(\.value))
      guard !values.isEmpty else {
        unused.append(pattern)
        continue
      }
      let named = Set(values.map { Self.narrower(pattern, for: $0) })
      if pattern.contains("*"), named.count <= Self.mostForPattern, named != [pattern] {
        changes.append("'\(pattern)' has only ever meant \(named.sorted().joined(separator: ", "))")
        kept += named.sorted()
      } else {
        kept.append(pattern)
      }
    }
    guard !kept.isEmpty, kept.count <= Self.mostActors else { return false }
    if !unused.isEmpty {
      let listed = unused.prefix(3).joined(separator: ", ") + (unused.count > 3 ? " and \(unused.count - 3) more" : "")
      changes.append("never matched: \(listed)")
    }
    actors = kept.distinct
    return true
  }

  /// The value itself; of a session's name, which changes, only what the pattern says of it.
  private static func narrower(_ pattern: String, for value: String) -> String {
    Array(value.utf8).withUnsafeBytes { bytes in
      guard pattern.contains("*"), let session = SessionName(of: bytes) else { return value }
      if pattern.contains("role/"), !pattern.contains("assumed-role/") {
        // The pattern is about the role, which the session's own ARN does not show.
        var role = value
        _ = session.withPrincipal(of: bytes) { principal in
          role = String(decoding: principal, as: UTF8.self)
          return true
        }
        return role
      }
      let separator: Character = bytes[session.start - 1] == UInt8(ascii: "/") ? "/" : ":"
      let head = String(decoding: bytes[..<session.start], as: UTF8.self)
      if let cut = pattern.lastIndex(of: separator), pattern[cut...].contains("*") {
        return head + pattern[pattern.index(after: cut)...]
      }
      return head + "*"
    }
  }

  /// Adds the rules (or else the actions) that were all there ever was, where the condition names none.
  mutating func narrow(to values: [String: Set<String>]) {
    let asked = entry.condition?.condition.fieldNames ?? []
    guard !asked.contains(where: { $0.hasPrefix("rule.") || $0 == "event.action" || $0.contains("*") }),
      let field = ["rule.id", "rule.name", "event.action"].first(where: { values[$0] != nil }),
      let texts = values[field]?.sorted(), !texts.isEmpty
    else { return }
    let quoted = texts.map { "\"\(KQLEscapes.quoted($0))\"" }
    let condition = "\(field): " + (quoted.count == 1 ? quoted[0] : "(\(quoted.joined(separator: " or ")))")
    when = when.map { "(\($0)) and \(condition)" } ?? condition
    changes.append("\(field) has only ever been \(texts.joined(separator: ", "))")
  }

  mutating func narrow(ceiling greatest: Severity) {
    guard greatest < ceiling else { return }
    changes.append("nothing above \(greatest) was held back, and the ceiling is \(ceiling)")
    ceiling = greatest
  }

  /// The entry as settings.
  var options: EntryOptions {
    var options = EntryOptions()
    options.name = LocatedText(entry.name, at: entry.place)
    options.when = when.map { LocatedText($0, at: entry.place) }
    options.actors = actors.map { LocatedText($0, at: entry.place) }
    options.reason = LocatedText(entry.reason, at: entry.place)
    options.owner = LocatedText(entry.owner, at: entry.place)
    options.expires = entry.expires
    options.ceiling = SeverityName(rawValue: ceiling.description) ?? .informational
    options.acceptSpoofable = entry.acceptsSpoofable
    return options
  }

  /// The entry as an element of a list.
  var yaml: String {
    var lines = ["- name: \(quoted(entry.name))"]
    if let when { lines.append("  when: \(quoted(when))") }
    if !actors.isEmpty { lines.append("  actors: [\(actors.map(quoted).joined(separator: ", "))]") }
    lines.append("  reason: \(quoted(entry.reason))")
    lines.append("  owner: \(quoted(entry.owner))")
    lines.append("  expires: \(entry.expires.text)")
    lines.append("  ceiling: \(ceiling)")
    if entry.acceptsSpoofable { lines.append("  accept_spoofable: true") }
    if let budget = entry.budget { lines.append("  at_most: \(budget.text)") }
    if let watch = entry.ownWatch { lines.append("  watch: [\(watch.map(\.rawValue).joined(separator: ", "))]") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A double-quoted scalar, whose escapes are those of JSON (https://yaml.org/spec/1.2.2/#57-escaped-characters).
  private func quoted(_ text: String) -> String {
    var json: [UInt8] = []
    JSONEscapes.appendQuoted(escapesReferences ? text.replacing("${", with: "$${") : text, to: &json)
    // What would turn text around or hide in it is written as an escape, so that the entry can be shown as it is.
    return String(decoding: json, as: UTF8.self).unicodeScalars.map { scalar in
      guard scalar.properties.generalCategory == .format || scalar.properties.generalCategory == .control else {
        return String(scalar)
      }
      let digits = String(scalar.value, radix: 16)
      return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }
}
