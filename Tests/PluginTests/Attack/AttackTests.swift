import AlertModel
import Foundation
import PluginTesting
import Testing

@testable import AttackEnricher

@Suite("ATT&CK")
struct AttackTests {
  private func added(_ alert: String) throws -> [String: String] {
    let enricher = try AttackEnricher(options: .init(), context: .testing())
    guard case .success(.fields(let fields)) = try AlertFixtures().enrichment(of: alert, by: enricher) else {
      return [:]
    }
    return Dictionary(uniqueKeysWithValues: fields.map { ($0.path.name, String(decoding: $0.json, as: UTF8.self)) })
  }

  @Test("an id gives name, link and tactics")
  func explainsIDs() throws {
    #expect(
      try added(#"{"threat":{"technique":{"id":"T1530"}}}"#) == [
        "threat.technique.name": #""Data from Cloud Storage""#,
        "threat.technique.reference": #""https://attack.mitre.org/techniques/T1530/""#,
        "threat.tactic.id": #""TA0009""#, "threat.tactic.name": #""Collection""#,
        "threat.tactic.reference": #""https://attack.mitre.org/tactics/TA0009/""#,
      ])
  }

  @Test("several ids give lists, and a tactic that the alert names stays alone")
  func explainsSeveral() throws {
    let fields = try added(#"{"threat":{"technique":{"id":["T1098","T1098.001"]},"tactic":{"name":"Persistence"}}}"#)
    #expect(fields["threat.technique.name"] == #"["Account Manipulation","Additional Cloud Credentials"]"#)
    #expect(
      fields["threat.technique.reference"]
        == #"["https://attack.mitre.org/techniques/T1098/","https://attack.mitre.org/techniques/T1098/001/"]"#)
    #expect(fields["threat.tactic.id"] == #""TA0003""#)
    #expect(fields["threat.tactic.name"] == nil)
  }

  @Test("nothing is added twice where an alert has both ids and names, or one of them twice")
  func addsOnce() throws {
    let both = #"{"threat":{"technique":{"id":["T1530","T1530"]},"tactic":{"id":"TA0003","name":"Persistence"}}}"#
    #expect(
      try added(both) == [
        "threat.technique.name": #""Data from Cloud Storage""#,
        "threat.technique.reference": #""https://attack.mitre.org/techniques/T1530/""#,
        "threat.tactic.reference": #""https://attack.mitre.org/tactics/TA0003/""#,
      ])
  }

  @Test("a name gives its id, and what the alert has stays")
  func findsIDs() throws {
    #expect(
      try added(#"{"threat":{"technique":{"name":"account manipulation"}}}"#)["threat.technique.id"] == #""T1098""#)
    #expect(
      try added(#"{"threat":{"technique":{"id":"T1530","name":"mine"}}}"#)["threat.technique.name"] == nil)
    #expect(try added(#"{"threat":{"technique":{"name":"Domain Account"}}}"#)["threat.technique.id"] == nil)
    #expect(
      try added(#"{"threat":{"technique":{"subtechnique":{"id":"T1562.008"}}}}"#)["threat.technique.subtechnique.name"]
        != nil)
  }

  @Test(
    "nothing comes of nothing",
    arguments: ["{}", #"{"threat":{"technique":{"id":"T9999"}}}"#, #"{"threat":{"technique":{"id":7}}}"#])
  func addsNothing(alert: String) throws { #expect(try added(alert) == [:]) }

  @Test(
    "tactics are known by id, name and short name", arguments: ["TA0011", "Command and Control", "command_and_control"])
  func knowsTactics(text: String) {
    #expect(Tactic(text: text) == .commandAndControl)
    #expect(Tactic(text: text)?.name == "Command and Control")
  }

  @Test("the data is complete")
  func isComplete() {
    let techniques = Techniques().all
    #expect(techniques.count == 835)
    #expect(techniques.allSatisfy { !$0.name.isEmpty && $0.id.hasPrefix("T1") })
    #expect(techniques.filter { !$0.isRevoked }.allSatisfy { !$0.tactics.isEmpty })
  }
}
