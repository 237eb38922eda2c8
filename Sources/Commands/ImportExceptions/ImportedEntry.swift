internal import AlertModel
internal import PluginKit

/// An allowlist entry as it is written to a file, with room for what nobody has said yet.
struct ImportedEntry: Sendable {
  let name: String
  let when: String
  let reason: String?
  let owner: String?
  let expires: String?
  let ceiling: Severity
  let acceptsSpoofable: Bool
  /// A comment, one line.
  let origin: String

  /// What somebody must fill in.
  var missing: [String] {
    [("reason", reason), ("owner", owner), ("expires", expires)].filter { $0.1 == nil }.map(\.0)
  }

  /// The entry as a configuration would have it once everything that is missing is filled in.
  func filledIn(acceptingSpoofable: Bool) -> LocatedNode {
    [
      "name": Self.quoted(name), "when": Self.quoted(when), "reason": Self.quoted(reason ?? "open"),
      "owner": Self.quoted(owner ?? "open"), "expires": Self.quoted(expires ?? "2199-12-31"),
      "ceiling": Self.quoted(ceiling.description), "accept_spoofable": acceptingSpoofable ? "true" : "false",
    ]
  }

  private static func quoted(_ text: String) -> LocatedNode {
    LocatedNode(.scalar(.init(LocatedText(text), style: .quoted)), at: LocatedNode.nowhere)
  }

  /// The entry as an element of a YAML list.
  var yaml: String {
    var lines = ["# \(VisibleText.escaped(origin))", "- name: \(Self.scalar(name))", "  when: \(Self.scalar(when))"]
    lines.append(reason.map { "  reason: " + Self.scalar($0) } ?? "  # reason: why this is no cause for alarm")
    lines.append(owner.map { "  owner: " + Self.scalar($0) } ?? "  # owner: whom to ask, a team or a person")
    lines.append(expires.map { "  expires: " + Self.scalar($0) } ?? "  # expires: the last day, such as 2027-03-31")
    lines.append("  ceiling: \(ceiling)")
    if acceptsSpoofable { lines.append("  accept_spoofable: true") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A YAML scalar that reads back as the text: in single quotes, or as a JSON string where it has control characters.
  private static func scalar(_ text: String) -> String {
    guard VisibleText.escaped(text) != text || text.contains(where: \.isNewline) else {
      return "'" + text.replacing("'", with: "''") + "'"
    }
    var json: [UInt8] = []
    JSONEscapes.appendQuoted(text, to: &json)
    return String(decoding: json, as: UTF8.self)
  }
}
