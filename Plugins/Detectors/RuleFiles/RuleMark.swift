/// What tells one state of a rule's file from another, for the record of a reload.
public struct RuleMark: Sendable {
  let id: String
  let name: String
  let fingerprint: Int

  public init(_ rule: DetectionRule) {
    id = rule.id
    name = rule.name
    fingerprint = rule.fingerprint
  }

  /// What is different from earlier rules, one line each: `rule 'x' added`. Rules are told apart by their ids.
  public static func changes(_ now: [RuleMark], since earlier: [RuleMark]) -> [String] {
    let before = Dictionary(earlier.map { ($0.id, $0.fingerprint) }) { first, _ in first }
    let ids = Set(now.map(\.id))
    return earlier.filter { !ids.contains($0.id) }.map { "rule '\($0.name)' removed" }
      + now.compactMap { rule in
        guard let old = before[rule.id] else { return "rule '\(rule.name)' added" }
        return old == rule.fingerprint ? nil : "rule '\(rule.name)' changed"
      }
  }
}
