import AlertModel
import KQL
import PluginKit
import PluginTesting

@testable import AllowlistEnricher

/// An allowlist made from text, and alerts to ask it about.
struct AllowlistBench {
  let fixtures = AlertFixtures()
  let clock = ManualClock()
  let files: InMemoryFiles
  let enricher: AllowlistEnricher

  init(
    _ entries: [LocatedNode] = [], settings: [(String, LocatedNode)] = [], texts: [String: String] = [:],
    trees: [String: LocatedNode] = [:]
  ) throws {
    var members = settings.map { LocatedNode.Entry(key: LocatedText($0.0), value: $0.1) }
    if !entries.isEmpty {
      members.append(.init(key: "entries", value: LocatedNode(.sequence(entries), at: LocatedNode.nowhere)))
    }
    files = InMemoryFiles(texts, trees: trees)
    let options = try AllowlistOptions(LocatedNode(.mapping(members), at: LocatedNode.nowhere))
    var enricher = try AllowlistEnricher(
      options: options, context: .testing(name: "allowlist", clock: clock, files: files))
    try enricher.load()
    self.enricher = enricher
  }

  /// An entry with an owner, a reason and an expiry.
  static func entry(_ name: String, _ settings: (String, LocatedNode)...) -> LocatedNode {
    entry(name, settings: settings)
  }

  static func entry(_ name: String, settings: [(String, LocatedNode)]) -> LocatedNode {
    let given = Set(settings.map(\.0))
    let usual: [(String, LocatedNode)] = [
      ("name", LocatedNode(stringLiteral: name)), ("reason", "CHG-1"), ("owner", "team"), ("expires", "2027-03-31"),
    ]
    let all = usual.filter { !given.contains($0.0) } + settings
    return LocatedNode(.mapping(all.map { .init(key: LocatedText($0.0), value: $0.1) }), at: LocatedNode.nowhere)
  }

  /// What becomes of an alert, in a word: the entry that holds it, or what was added.
  func outcome(_ alert: String, severity: Severity? = nil) throws -> String {
    var outcome = "no alert"
    try fixtures.forEachAlert(alert, severity: severity) { alert in
      do throws(EnrichmentFailure) {
        switch try enricher.enrich(alert) {
        case .nothing: outcome = "delivered"
        case .fields(let fields), .assess(_, let fields):
          outcome = fields.map { "\($0.path.name)=\(String(decoding: $0.json, as: UTF8.self))" }.joined(separator: " ")
        case .hold(let suppression): outcome = "held by \(suppression.entry)"
        case .demote(let severity, let suppression): outcome = "demoted to \(severity) by \(suppression.entry)"
        }
      } catch {
        outcome = "failed: \(error.reason)"
      }
    }
    return outcome
  }

  /// The record of an alert that is held.
  func record(_ alert: String) throws -> Suppression? {
    guard case .success(.hold(let suppression)) = try fixtures.enrichment(of: alert, by: enricher) else { return nil }
    return suppression
  }
}

/// Why an allowlist is refused; empty where it is not.
func refusal(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return "\(error)".replacing("<none>: error: ", with: "")
  }
}
