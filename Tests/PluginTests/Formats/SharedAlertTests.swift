import AlertModel
import Testing

/// Other people's sample files: each record goes to the format that it is of, and answers what it has.
@Suite(
  "Samples of detectors", .enabled(if: SharedMaterial.isThere, Comment(rawValue: SharedMaterial.missing)))
struct SharedAlertTests {
  /// The file, its format, and how many of its records are of that format. The rest of a Panther file are other
  /// vendors' events, for which Panther's rules are tested not to fire.
  static let files: [(file: String, format: String, count: Int)] = [
    ("elastic_security_alerts", "elastic", 2),
    ("falco", "falco", 27),
    ("falco_elastic_integration", "falco", 5),
    ("panther_aws_guardduty", "guardduty", 8),
    ("cloud_custodian_securityhub_guardduty", "guardduty", 2),
    ("cloud_custodian_securityhub_guardduty", "security_hub", 3),
    ("panther_aws_securityfindingformat", "security_hub", 10),
    ("securityhub_asff_ocsf_raw", "security_hub", 2),
    ("ocsf_examples", "ocsf", 72),
    ("panther_ocsf_dnsactivity", "ocsf", 2),
    ("suricata_eve_docs", "suricata", 16),
    ("suricata_eve_elastic_integration", "suricata", 1),
    ("zeek_notice", "zeek_notice", 207),
    ("alertmanager_webhook_alerta_tests", "alertmanager", 2),
    ("panther_osquery_differential", "osquery", 35),
    ("panther_crowdstrike_detectionsummary", "crowdstrike", 3),
    ("panther_crowdstrike_eventstreams", "crowdstrike", 27),
    ("panther_crowdstrike_fdrevent", "crowdstrike", 71),
    ("panther_crowdstrike_unknown", "crowdstrike", 4),
    ("panther_microsoftgraph_securityalertv2", "microsoft_defender", 4),
    ("panther_microsoftdefenderxdr_advancedhunting", "microsoft_defender", 2),
    ("panther_okta_systemlog", "okta", 69),
    ("panther_gcp_auditlog", "gcp_audit", 187),
    ("panther_amazon_eks_audit", "kubernetes_audit", 185),
    ("panther_github_audit", "github_audit", 93),
    ("panther_orca_alert", "generic", 4),
    ("panther_wiz_issues", "generic", 3),
  ]

  @Test("each record is recognised and has a title", arguments: files)
  func recognised(file: String, format: String, count: Int) throws {
    var found = 0
    for (line, record) in try SharedMaterial.lines("alerts/\(file).ndjson").enumerated() {
      try Sample.forEach(in: record) { alert, name in
        guard name == format else { return }
        found += 1
        #expect(alert.texts("rule.name") != [] || format == "ocsf" || format == "gcp_audit", "line \(line + 1)")
      }
    }
    #expect(found == count)
  }

  @Test(
    "findings have a time, a title and an account where they say so",
    arguments: [
      ("panther_aws_guardduty", ["@timestamp", "rule.id", "rule.name", "message", "cloud.account.id", "cloud.region"]),
      (
        "panther_aws_securityfindingformat",
        ["@timestamp", "rule.id", "rule.name", "cloud.account.id", "user.id", "host.name"]
      ),
      ("zeek_notice", ["@timestamp", "rule.id", "rule.name", "source.ip"]),
      (
        "falco_elastic_integration",
        ["@timestamp", "rule.name", "message", "user.name", "host.name", "threat.technique.id"]
      ),
      ("elastic_security_alerts", ["@timestamp", "rule.id", "rule.name", "message", "host.name", "cloud.account.id"]),
      ("alertmanager_webhook_alerta_tests", ["@timestamp", "rule.name", "message"]),
      ("panther_microsoftgraph_securityalertv2", ["@timestamp", "rule.name", "message", "event.severity"]),
    ])
  func complete(file: String, fields: [String]) throws {
    for (line, record) in try SharedMaterial.lines("alerts/\(file).ndjson").enumerated() {
      try Sample.forEach(in: record) { alert, _ in
        for field in fields { #expect(alert.texts(field) != [], "\(file), line \(line + 1): \(field)") }
      }
    }
  }
}
