import AlertModel
import Formats
import KQL
import PluginKit
import Testing

/// `field:{ … }` over raw CloudTrail must answer what it answers over the record's ECS view.
@Suite("Conditions within one object of a CloudTrail record")
struct NestedConditionTests {
  private static let record = """
    {"eventSource":"s3.amazonaws.com","eventName":"GetObject","eventTime":"2026-11-20T10:00:00Z",\
    "userIdentity":{"type":"Root","arn":"arn:aws:iam::012345678901:root"},\
    "requestParameters":{"rules":[{"id":"a","on":true},{"id":"b","on":false}]},\
    "resources":[{"ARN":"arn:aws:s3:::logs","accountId":"012345678901","type":"AWS::S3::Bucket"},\
    {"ARN":"arn:aws:s3:::logs/x","type":"AWS::S3::Object","accountId":""}]}
    """

  @Test(
    "the record and its view agree",
    arguments: [
      ("aws.cloudtrail.resources:{arn: \"arn:aws:s3:::logs\" and type: \"AWS::S3::Bucket\"}", true),
      ("aws.cloudtrail.resources:{arn: \"arn:aws:s3:::logs\" and type: \"AWS::S3::Object\"}", false),
      ("aws.cloudtrail.resources:{type: \"AWS::S3::Object\" and not account_id: *}", true),
      ("aws.cloudtrail.resources:{account_id: *}", true),
      ("aws.cloudtrail.resources:{region: *}", false),
      ("aws.cloudtrail.user_identity:{type: Root and arn: *root}", true),
      ("aws.cloudtrail.user_identity:{type: IAMUser}", false),
      ("aws.cloudtrail.user_identity:{not type: IAMUser}", true),
      ("aws.cloudtrail.flattened.request_parameters.rules:{id: a and on: true}", true),
      ("aws.cloudtrail.flattened.request_parameters.rules:{id: a and on: false}", false),
      ("aws.cloudtrail.flattened.request_parameters:{rules:{id: b and on: false}}", true),
      ("user:{name: *}", false),
    ])
  func agree(_ query: String, _ expected: Bool) throws {
    let formats = RuleRunner.fixtures.formats
    let condition = try Condition(query, vocabulary: formats.vocabulary)
    var view = ECSView(formats)
    var bytes: [UInt8] = []
    let now = Timestamp(seconds: 0)
    try RuleRunner.fixtures.forEachAlert(Self.record) { alert in
      #expect(condition.matches(alert, now: now) == expected)
      #expect(condition.explain(alert, now: now).isTrue == expected)
      view.appendECS(of: alert, to: &bytes)
    }
    try RuleRunner.fixtures.forEachAlert(String(decoding: bytes, as: UTF8.self)) { alert in
      #expect(condition.matches(alert, now: now) == expected, "\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test("fields that Weir added are objects too")
  func addedFields() throws {
    let field = try AddedField(
      "weir.suppression.matched", json: Array(#"[{"field":"a","value":"1"},{"field":"b"}]"#.utf8))
    for (query, expected) in [("field: a and value: 1", true), ("field: b and value: 1", false)] {
      let condition = try Condition(
        "weir.suppression.matched:{\(query)}", vocabulary: RuleRunner.fixtures.vocabulary)
      try RuleRunner.fixtures.forEachAlert(Self.record, adding: [field]) {
        #expect(condition.matches($0, now: Timestamp(seconds: 0)) == expected)
      }
    }
  }
}
