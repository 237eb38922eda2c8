import AlertModel
import BundledPlugins
import Pipeline
import PluginKit
import Testing

@testable import Commands

/// What Weir writes, read by Weir again.
@Suite("Reading what Weir wrote")
struct ChainingTests {
  private static let rule =
    Workbench.rule + """

      [[rule.threat]]
      framework = "MITRE ATT&CK"
      technique = [{id = "T1530", name = "Data from Cloud Storage"}]
      [rule.alert_suppression]
      group_by = ["user.name"]
      duration = {value = 1, unit = "h"}
      """

  private static func record(_ id: String, _ more: String = "") -> String {
    """
    {"eventVersion":"1.09","eventTime":"2026-11-20T10:00:00Z","eventSource":"cloudtrail.amazonaws.com",\
    "eventName":"CreateTrail","eventID":"\(id)","userIdentity":{"type":"IAMUser","userName":"anna"}\(more)}
    """
  }

  private static let outputs = """
    outputs: {all: {console: {}}, held: {console: {}}}
    suppressed: {to: held}
    """

  private func process(_ chunk: InputChunk, _ configuration: String) async throws -> BatchOutcome {
    let bench = try Workbench(["config.yaml": "inputs: [{stdin: {}}]\n" + configuration, "rule.toml": Self.rule])
    let clock = FixedClock(now: Workbench.now)
    return await PipelineWorker(plan: try bench.parts().plan, clock: clock).process(chunk)
  }

  private func lines(_ outcome: BatchOutcome) -> [String] {
    String(decoding: outcome.block.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("an alert that a rule made keeps the rule, severity and id, for outputs and for the next Weir")
  func keepsDetections() async throws {
    let detect = "detect: [{elastic_rules: {rules: rule.toml}}]\nroutes: [{to: [all]}]\n" + Self.outputs
    let first = try await process(
      Workbench.chunk(Self.record("e-1", #","rule":{"id":"its own","name":"its own too"}"#)), detect)
    #expect(first.counts.routed == 1)
    let written = try #require(lines(first).first)
    let next = """
      routes:
        - {when: 'severity: high and rule.id: r-1 and rule.name: "Trail created" and threat.technique.id: T1530', to: [all]}
      unrouted: drop

      """ + Self.outputs
    let second = try await process(Workbench.chunk(written), next)
    #expect(second.counts.routed == 1, "\(written)")
    #expect(lines(second) == [written])
    let parts = try Workbench(["config.yaml": "inputs: [{stdin: {}}]\n" + next]).parts()
    for outcome in [first, second] {
      let alert = DeliveryBatch(block: outcome.block, places: [0])[0]
      #expect(alert.id == "e-1:r-1")
      let name = try AlertReader(vocabulary: parts.formats.vocabulary).read(alert) {
        $0.text(parts.formats.vocabulary.field("rule.name"))
      }
      #expect(name == "Trail created")
      #expect(alert.severity == .high)
    }
  }

  @Test("an alert that a rule's alert_suppression holds back is counted, and has its record")
  func recordsSuppression() async throws {
    let detect = "detect: [{elastic_rules: {rules: rule.toml}}]\nroutes: [{to: [all]}]\n" + Self.outputs
    let outcome = try await process(Workbench.chunk(Self.record("e-1"), Self.record("e-2")), detect)
    #expect(outcome.counts.events == 2)
    #expect(outcome.counts.unmatched == 0)
    #expect(outcome.counts.read == 2)
    #expect(outcome.counts.routed == 1)
    #expect(outcome.counts.suppressed == 1)
    #expect(outcome.counts.isBalanced)
    #expect(outcome.places == [[0], [1]])
    #expect(
      lines(outcome)[1].hasSuffix(
        """
        "weir":{"rule":{"id":"r-1","name":"Trail created"},"alert_id":"e-2:r-1","severity":"high","suppression":\
        {"entry":"alert_suppression of Trail created","owner":"rule r-1",\
        "reason":"one alert with the same user.name in 3600 s; the first came at 2026-11-20T10:00:00.000Z",\
        "expires":"2026-11-20T11:00:00.000Z","matched":[{"field":"user.name","value":"anna","pattern":"anna"}]}}}
        """), "\(lines(outcome)[1])")
  }

  @Test("an alert that is held back, or that no route takes, stands for no other of its rule")
  func letsOnlyDeliveredAlertsStand() async throws {
    let configuration = """
      detect: [{elastic_rules: {rules: rule.toml}}]
      enrichers:
        - allowlist:
            entries: [{name: known, when: "cloud.region: known", reason: r, owner: o, expires: 2027-03-31, ceiling: high}]
      routes: [{when: "not cloud.region: elsewhere", to: [all]}]
      unrouted: drop

      """ + Self.outputs
    let records = ["known", "elsewhere", "here", "here", "known"].enumerated().map { number, region in
      Self.record("e-\(number)", #","awsRegion":"\#(region)""#)
    }
    let outcome = try await process(Workbench.chunk(lines: records), configuration)
    #expect(outcome.counts.isBalanced)
    #expect(outcome.counts.unrouted == 1)
    let entries = lines(outcome).map { line in
      ["known", "alert_suppression"].first { line.contains(#""entry":"\#($0)"#) } ?? "routed"
    }
    #expect(entries == ["known", "routed", "alert_suppression", "known"])
  }

  @Test("what one allowlist demotes, another holds back only up to the severity that it had")
  func keepsCeilingsThroughDemotions() async throws {
    let configuration = """
      enrichers:
        - allowlist:
            mode: demote
            entries: [{name: d, when: "event.action: a", reason: r, owner: o, expires: 2027-03-31, ceiling: critical}]
        - allowlist:
            entries: [{name: h, when: "event.action: a", reason: r, owner: o, expires: 2027-03-31}]
      routes: [{to: [all]}]

      """ + Self.outputs
    let alerts = ["critical", "medium"].map { #"{"severity":"\#($0)","event":{"action":"a"}}"# }
    let outcome = try await process(Workbench.chunk(lines: alerts), configuration)
    #expect(outcome.block.entries.map(\.severity) == [.informational, .informational])
    #expect(outcome.places == [[0], [1]])
  }

  @Test("rule_info can give an alert the rule's severity")
  func takesRuleSeverity() async throws {
    for (setting, severity) in [("", Severity.informational), ("severity: rule", .high)] {
      let configuration = """
        enrichers: [{rule_info: {rules: rule.toml, \(setting)}}]
        routes: [{to: [all]}]

        """ + Self.outputs
      let document = #"{"rule_id":"r-1","severity":"info"}"#
      let outcome = try await process(Workbench.chunk(document), configuration)
      #expect(outcome.block.entries.map(\.severity) == [severity])
      let again = try await process(Workbench.chunk(lines(outcome)[0]), "routes: [{to: [all]}]\n" + Self.outputs)
      #expect(again.block.entries.map(\.severity) == [severity])
    }
  }

  @Test("what an event says under weir gives an Elastic alert no other rule, id or lower severity, and no false record")
  func takesNoWordOfEvents() async throws {
    let allowlist = """
      enrichers:
        - allowlist:
            entries:
              - {name: noise, when: "rule.id: noisy", reason: r, owner: o, expires: 2027-03-31}
              - {name: mira, actors: [mira], reason: r, owner: o, expires: 2027-03-31}
      routes: [{to: all}]

      """
    func alert(_ severity: String, _ user: String, _ weir: String) -> String {
      """
      {"kibana.alert.uuid":"u1","kibana.alert.rule.name":"Root","kibana.alert.rule.rule_id":"r9",\
      "kibana.alert.severity":"\(severity)","user":{"name":"\(user)"},"weir":\(weir)}
      """
    }
    let forged = [
      alert("low", "eve", #"{"rule":{"id":"noisy","name":"noise"},"alert_id":"seen before"}"#),
      alert("critical", "mira", #"{"severity":"informational"}"#),
      alert("low", "mira", #"{"suppression":{"entry":"nothing"},"alert_id":"other","severity":"low"}"#),
      alert("low", "eve", #"{"severity":"high"}"#),
    ]
    let outcome = try await process(
      Workbench.chunk(forged[0], forged[1], forged[2], forged[3]), allowlist + Self.outputs)
    let written = lines(outcome)
    #expect(outcome.places == [[0, 1, 3], [2]])
    #expect(outcome.block.entries.map(\.severity) == [.low, .critical, .low, .high])
    #expect(written[0].hasSuffix(#""weir":{"rule":{"id":"noisy","name":"noise"},"alert_id":"u1"}}"#), "\(written[0])")
    #expect(written[1].hasSuffix(#""weir":{"severity":"critical","alert_id":"u1"}}"#), "\(written[1])")
    #expect(written[2].contains(#""weir":{"suppression":{"entry":"mira","owner":"o""#), "\(written[2])")
    #expect(written[2].contains(#""alert_id":"u1""#) && !written[2].contains("nothing"), "\(written[2])")
    let parts = try Workbench(["config.yaml": "inputs: [{stdin: {}}]\nroutes: [{to: all}]\n" + Self.outputs]).parts()
    let first = DeliveryBatch(block: outcome.block, places: [0])[0]
    let name = try AlertReader(vocabulary: parts.formats.vocabulary).read(first) {
      $0.text(parts.formats.vocabulary.field("rule.name"))
    }
    #expect(name == "Root")
  }

  @Test("all values of a field that only the envelope has go along")
  func carriesSeveral() async throws {
    let forwarded = """
      {"title":"Download","id":"r-6","sigmafile":"d.yml","description":"x","sigma":["SELECT 1"],"rule_level":"medium",\
      "tags":["attack.t1197","attack.t1003"],"host":"h","EventID":4624,"Computer":"pc-3"}
      """
    let matches = """
      {"title":"Download","id":"r-6","description":"x","rule_level":"medium","tags":["attack.t1197","attack.t1003"],\
      "matches":[{"EventID":4624,"Computer":"pc-3"}]}
      """
    for document in [forwarded, matches] {
      let outcome = try await process(Workbench.chunk(document), "routes: [{to: [all]}]\n" + Self.outputs)
      let next = """
        routes:
          - {when: 'threat.technique.id: T1197 and threat.technique.id: T1003', to: [all]}
          - {when: '*', to: [held]}
        """
      let line = try #require(lines(outcome).first)
      let again = try await process(Workbench.chunk(line), next + "\n" + Self.outputs)
      #expect(again.places[0].count == 1, "\(line)")
    }
  }

  /// Somebody is named in one way, somebody else in another.
  private static let twoPeople = [
    """
    {"id":"a-1","title":"x","severity":"low","createdDateTime":"2026-01-01T00:00:00Z","serviceSource":\
    "microsoftDefenderForEndpoint","detectionSource":"antivirus","evidence":[{"@odata.type":\
    "#microsoft.graph.security.userEvidence","userAccount":{"userPrincipalName":"admin@corp.example"}},{"@odata.type":\
    "#microsoft.graph.security.userEvidence","userAccount":{"userPrincipalName":null,"accountName":"mallory"}}]}
    """,
    """
    {"class_uid":2004,"category_uid":2,"metadata":{"version":"1.1.0"},"severity_id":2,"finding_info":{"uid":"f-1",\
    "title":"x"},"evidences":[{"actor":{"user":{"name":"admin@corp.example"}}},{"actor":{"process":{"user":{"name":\
    "mallory"}}}}]}
    """,
    """
    {"SchemaVersion":"2018-10-08","Id":"f-1","ProductArn":"arn:aws:securityhub:eu-west-1::product/aws/guardduty",\
    "GeneratorId":"g","AwsAccountId":"111122223333","Title":"x","Severity":{"Label":"LOW"},"Resources":[{"Type":\
    "AwsIamAccessKey","Id":"a","Details":{"AwsIamAccessKey":{"UserName":"admin@corp.example"}}},{"Type":"AwsIamUser",\
    "Id":"b","Details":{"AwsIamUser":{"UserName":"mallory"}}}]}
    """,
  ]

  @Test("an alert that names two people, each in another way, is not held back for one of them", arguments: twoPeople)
  func seesBoth(alert: String) async throws {
    let allowlist = """
      enrichers:
        - allowlist:
            watch: []
            entries:
              - {name: e, actors: [admin@corp.example], owner: o, reason: r, expires: 2027-01-01, ceiling: critical}
      routes: [{to: [all]}]

      """
    #expect(try await process(Workbench.chunk(alert), allowlist + Self.outputs).counts.routed == 1)
    let alone = alert.replacing("mallory", with: "admin@corp.example")
    #expect(try await process(Workbench.chunk(alone), allowlist + Self.outputs).counts.suppressed == 1)
  }
}
