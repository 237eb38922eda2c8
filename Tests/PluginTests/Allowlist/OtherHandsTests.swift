import PluginKit
import PluginTesting
import Testing

@testable import AllowlistEnricher

/// Alerts of somebody who has read the allowlist, and makes them look like those that it means.
@Suite("Somebody who knows the allowlist")
struct OtherHandsTests {
  private static func session(_ role: String, _ name: String) -> String {
    #"{"aws":{"cloudtrail":{"user_identity":{"arn":"arn:aws:sts::1:assumed-role/\#(role)/\#(name)"}}}}"#
  }

  private static func federated(_ name: String) -> String {
    #"{"user":{"id":"111122223333:\#(name)"},"aws":{"cloudtrail":{"user_identity":"#
      + #"{"arn":"arn:aws:sts::111122223333:federated-user/\#(name)"}}}}"#
  }

  @Test(
    "is not taken for an actor by a name of his own choosing, however the actor is written",
    arguments: [
      ("*ci-runner", session("Dev", "ci-runner"), false), ("*ci-runner", session("Dev", "my-ci-runner"), false),
      ("*ci-runner", session("ci-runner", "x"), true), ("*ci-runner", #"{"user":{"name":"ci-runner"}}"#, true),
      ("*ci-runner", federated("ci-runner"), false), ("*22223333:ci*", federated("ci-runner"), true),
      ("*Deploy*", session("Dev", "Deploy"), false), ("*Deploy*", session("CorpDeploy", "x"), true),
      ("*Deploy*", session("Deploy", "Deploy"), true),
      ("arn:aws:sts::1:assumed-role/Dev/x", session("Dev", "x"), true),
      ("arn:aws:sts::1:assumed-role/D*/x", session("Dev", "x"), true),
      ("arn:aws:sts::1:assumed-role/*Admin", session("Low", "xAdmin"), false),
      ("arn:aws:sts::1:*Admin*", session("Low", "Admin"), false),
      ("arn:aws:sts::1:*Admin*", session("CorpAdmin", "x"), true),
      ("arn:aws:sts::1:assumed-role/team-*-admin*", session("team-dev", "x-admin"), false),
      ("arn:aws:sts::1:assumed-role/team-*-admin*", session("team-dev-admin", "x"), true),
      ("arn:aws:sts::1:assumed-role/SSO_*Admin*", session("SSO_ReadOnly", "AdminX"), false),
      ("arn:aws:sts::1:assumed-role/Platform/terraform-*", session("Platform", "terraform-1"), true),
      ("arn:aws:sts::1:assumed-role/*", session("Low", "x"), true),
    ])
  func choosesNames(pattern: String, alert: String, holds: Bool) throws {
    let bench = try AllowlistBench([AllowlistBench.entry("e", ("actors", [LocatedNode(stringLiteral: pattern)]))])
    #expect(try bench.outcome(alert) == (holds ? "held by e" : "delivered"))
  }

  @Test(
    "is not held back beside those who are meant",
    arguments: [
      (#"{"user":{"name":["alice","bob"]},"event":{"action":"A"}}"#, true),
      (#"{"user":{"name":["alice","eve"]},"event":{"action":"A"}}"#, false),
      (#"{"user":{"name":"alice","id":["u1","u2"]},"event":{"action":"A"}}"#, false),
      (#"{"source":{"ip":"10.1.2.3"},"rule":{"id":"scan"}}"#, true),
      (#"{"source":{"ip":["10.1.2.3","192.168.0.7"]},"rule":{"id":"scan"}}"#, true),
      (#"{"source":{"ip":["10.1.2.3","203.0.113.9"]},"rule":{"id":"scan"}}"#, false),
      (#"{"source":{"ip":"10.1.2.3"},"rule":{"id":"scan"},"event":{"category":["iam","web"]}}"#, true),
      (#"{"cloud":{"account":{"id":["1","2"]}},"rule":{"id":"noise"}}"#, false),
      (#"{"cloud":{"account":{"id":["1"]}},"rule":{"id":"noise"},"tags":["a","b"]}"#, true),
      (#"{"user":{"name":"alice","email":"al@corp.example"},"rule":{"id":"either"}}"#, true),
      (#"{"user":{"name":["alice","eve"]},"rule":{"id":"either"}}"#, false),
      (#"{"user":{"name":["alice","bob"]},"event":{"action":"Q"}}"#, true),
      (#"{"user":{"name":["alice","eve"]},"event":{"action":"Q"}}"#, false),
      (#"{"user":[{"name":"alice"},{"name":"eve"}],"rule":{"id":"braces"}}"#, false),
      (#"{"user":[{"name":"alice"},{"roles":["a","b"]}],"rule":{"id":"braces"}}"#, true),
      (#"{"user":{"name":["alice","eve"]},"rule":{"id":"star"}}"#, false),
      (#"{"user":{"name":["alice","eve"]},"rule":{"id":"double"}}"#, false),
      (#"{"user":{"name":"alice","email":["a@corp.example","eve@corp.example"]},"rule":{"id":"either"}}"#, false),
    ])
  func namesOthers(alert: String, holds: Bool) throws {
    let bench = try AllowlistBench([
      AllowlistBench.entry("people", ("actors", ["alice", "bob"]), ("when", "event.action: A")),
      AllowlistBench.entry("scanners", ("when", "rule.id: scan and source.ip: (10.0.0.0/8 or 192.168.0.0/16)")),
      AllowlistBench.entry("either", ("when", "rule.id: either and (user.name: alice or user.email: a@corp.example)")),
      AllowlistBench.entry(
        "each", ("when", "(user.name: alice and event.action: Q) or (user.name: bob and event.action: Q)")),
      AllowlistBench.entry("braces", ("when", "rule.id: braces and user:{name: alice}")),
      AllowlistBench.entry("star", ("when", "rule.id: star and user.na*: alice")),
      AllowlistBench.entry("double", ("when", "rule.id: double and not (not user.name: alice)")),
      AllowlistBench.entry("noise", ("when", "rule.id: noise and cloud.account.id: 1 and not tags: c")),
    ])
    #expect(try bench.outcome(alert).hasPrefix("held by") == holds)
    var explanations: [DecisionExplanation] = []
    try bench.fixtures.forEachAlert(alert) { explanations = bench.enricher.explain($0) }
    #expect(explanations.contains { $0.conclusion.hasSuffix("(the alert names others as well)") } == !holds)
  }
}
