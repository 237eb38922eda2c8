import AlertModel
import Foundation
import PluginKit
import Testing

/// One document of each detector, shaped like the vendor's, and what a person would say about the alerts in it.
@Suite("What a person would name")
struct DetectorTests {
  static let fixtures: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.sorted()
  }()

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  @Test(
    "the alerts of a document are found, and their fields are these, with an index and without",
    arguments: fixtures, [true, false])
  func fields(fixture: String, isIndexed: Bool) throws {
    let data = try Data(contentsOf: Self.folder.appending(path: fixture))
    let content = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let expected = try #require(content["alerts"] as? [[String: Any]])
    let document = try JSONSerialization.data(withJSONObject: try #require(content["document"]))
    // An index finds what is known when it is made.
    for name in expected.flatMap(\.keys) { _ = Sample.formats.vocabulary.field(name) }
    let index = isIndexed ? DocumentIndex(Sample.formats.vocabulary) : nil
    var place = 0
    let count = try Sample.forEach(in: String(decoding: document, as: UTF8.self), index: index) { alert, format in
      guard place < expected.count else { return }
      let alertsExpected = expected[place]
      place += 1
      for (name, value) in alertsExpected.sorted(by: { $0.key < $1.key }) {
        let found: String? =
          switch name {
          case "format": format
          case "severity": alert.severity.description
          case "id": Sample.id(of: alert)
          default: alert.texts(name).first
          }
        #expect(found == value as? String, "\(fixture), alert \(place): \(name)")
      }
    }
    #expect(count == expected.count)
  }

  @Test(
    "an alert stays one, whatever key of a log stands beside its own",
    arguments: [
      #""Records":[]"#, #""Records":[{"eventName":"a","eventSource":"b"}]"#, #""Findings":[]"#,
      #""hits":{"hits":[]}"#,
      #""listFindingsResults":[{}]"#, #""kind":"EventList","items":[]"#,
      #""title":"t","rule_level":"low","matches":[]"#,
      #""detail-type":"t","source":"s","detail":{}"#, #""_id":"1","_source":{}"#, #""Records":[{"a":1}],"Records":[]"#,
    ])
  func strangeKeys(member: String) throws {
    for (own, expected) in [
      (#""kibana.alert.uuid":"u","kibana.alert.severity":"critical""#, "elastic"),
      (#""severity":"critical","thing":"x""#, "generic"),
    ] {
      var found: [String] = []
      let count = try Sample.forEach(in: "{\(own),\(member)}") { alert, format in
        found.append("\(format) \(alert.severity)")
      }
      #expect(count == 1 && found == ["\(expected) critical"], "\(own)")
    }
  }

  @Test(
    "an envelope with nothing in it and nothing beside it holds no alert",
    arguments: [
      #"{"Records":[]}"#, #"{"Findings":[],"NextToken":"t"}"#, #"{"@odata.context":"c","value":[]}"#,
      #"{"took":1,"timed_out":false,"_shards":{"total":1},"hits":{"total":{"value":0},"hits":[]}}"#,
    ])
  func emptyEnvelopes(document: String) throws {
    #expect(try Sample.forEach(in: document) { _, _ in } == 0)
  }

  @Test(
    "a record of a log that a rule of Panther's matched is as severe as Panther's alert",
    arguments: [
      "guardduty_raw", "security_hub_raw", "ocsf_finding", "crowdstrike_detection", "defender_logged_on", "okta",
      "gcp_audit", "kubernetes_audit", "github_audit", "osquery", "suricata",
    ])
  func panthersSeverity(fixture: String) throws {
    let data = try Data(contentsOf: Self.folder.appending(path: fixture + ".json"))
    let content = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    var row = try #require(content["document"] as? [String: Any])
    row["p_alert_severity"] = "CRITICAL"
    let document = String(decoding: try JSONSerialization.data(withJSONObject: row), as: UTF8.self)
    try Sample.forEach(in: document) { alert, _ in #expect(alert.severity == .critical) }
  }

  @Test("every bundled format has a fixture")
  func coverage() throws {
    var seen: Set<String> = []
    for fixture in Self.fixtures {
      let data = try Data(contentsOf: Self.folder.appending(path: fixture))
      let content = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      for alert in content?["alerts"] as? [[String: Any]] ?? [] { seen.insert(alert["format"] as? String ?? "") }
    }
    #expect(Set(Sample.formats.formats.map(\.name)).subtracting(seen) == [])
  }

  @Test(
    "what an attacker can choose is known",
    arguments: [
      ("okta", "user_agent.original", true), ("okta", "user.full_name", true), ("okta", "user.name", false),
      ("falco", "process.name", true), ("cloudtrail", "aws.cloudtrail.user_identity.arn", false),
      ("cloudtrail", "aws.cloudtrail.flattened.request_parameters.name", true),
      ("cloudtrail", "user.target.name", true), ("cloudtrail", "user.name", false),
      ("kubernetes_audit", "user.name", false), ("kubernetes_audit", "user.effective.name", true),
      ("kubernetes_audit", "source.ip", true), ("falco", "user.name", true), ("falco", "client.user.name", false),
      ("ecs", "aws.cloudtrail.request_parameters", true), ("ecs", "user.full_name", true), ("ecs", "user.name", false),
      ("panther", "rule.name", true), ("panther", "related.user", true), ("panther", "rule.id", false),
      ("ocsf", "user.target.id", true), ("ocsf", "user.name", false), ("generic", "user.target.name", true),
      ("generic", "user.name", false),
      ("github_audit", "user.name", false), ("gcp_audit", "user.email", false), ("wazuh", "file.owner", true),
    ])
  func spoofable(format: String, field: String, expected: Bool) throws {
    let place = try #require(Sample.formats.place(of: format))
    #expect(Sample.formats.isSpoofable(field, in: place) == expected)
  }
}
