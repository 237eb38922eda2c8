import ElasticRulesDetector
import PluginTesting
import Testing

@Suite("The rules that ship")
struct ShippedRuleTests {
  /// A rule, a record that it matches, and near misses.
  struct Sample: Sendable, CustomTestStringConvertible {
    let rule: String
    let match: String
    let misses: [String]
    var testDescription: String { rule }
  }

  static func record(
    _ source: String, _ action: String, request: String = "null", response: String = "null", error: String? = nil,
    arn: String = "arn:aws:iam::012345678901:user/anna"
  ) -> String {
    """
    {"eventVersion":"1.09","eventTime":"2026-11-20T10:00:00Z","eventSource":"\(source).amazonaws.com",\
    "eventName":"\(action)","awsRegion":"eu-central-1","sourceIPAddress":"192.0.2.7","eventID":"e-1",\
    "userIdentity":{"type":"IAMUser","arn":"\(arn)","accountId":"012345678901","userName":"anna"},\
    "requestParameters":\(request),"responseElements":\(response)\(error.map { ",\"errorCode\":\"\($0)\"" } ?? "")}
    """
  }

  static func key(for owner: String, by arn: String, error: String? = nil) -> String {
    record(
      "iam", "CreateAccessKey", request: #"{"userName":"\#(owner)"}"#,
      response: error == nil ? #"{"accessKey":{"userName":"\#(owner)","accessKeyId":"AKIAEXAMPLE"}}"# : "null",
      error: error, arn: arn)
  }

  static let samples = [
    Sample(
      rule: "AWS CloudTrail Log Created", match: record("cloudtrail", "CreateTrail"),
      misses: [
        record("cloudtrail", "CreateTrail", error: "AccessDenied"), record("cloudtrail", "createTrail"),
        record("cloudtrail.example", "CreateTrail"),
      ]),
    Sample(
      rule: "AWS CloudTrail Logging Turned Off or Changed",
      match: record("cloudtrail", "StopLogging", error: "AccessDenied"),
      misses: [record("cloudtrail", "StartLogging"), record("config", "StopLogging")]),
    Sample(
      rule: "Deletion in an AWS Log Bucket",
      match: record("s3", "DeleteObjects", request: #"{"bucketName":"corp-trail-logs"}"#),
      misses: [
        record("s3", "DeleteObjects", request: #"{"bucketName":"corp-logs-copy"}"#),
        record("s3", "PutObject", request: #"{"bucketName":"corp-trail-logs"}"#), record("s3", "DeleteBucket"),
      ]),
    Sample(
      rule: "AWS IAM User Created", match: record("iam", "CreateUser"),
      misses: [record("iam", "CreateUserPolicy"), record("cognito-idp", "CreateUser")]),
    Sample(
      rule: "AWS VPC Peering Connection Requested", match: record("ec2", "CreateVpcPeeringConnection"),
      misses: [record("ec2", "AcceptVpcPeeringConnection")]),
    Sample(
      rule: "AWS Access Key Created for Another User",
      match: key(for: "ann", by: "arn:aws:iam::012345678901:user/anna"),
      misses: [
        key(for: "anna", by: "arn:aws:iam::012345678901:user/anna"),
        key(for: "anna", by: "arn:aws:iam::012345678901:user/staff/bern/anna"),
        key(for: "bob", by: "arn:aws:iam::012345678901:user/anna", error: "AccessDenied"),
      ]),
    Sample(
      rule: "AWS Access Key Created for Another User",
      match: key(for: "anna", by: "arn:aws:sts::012345678901:assumed-role/admin/anna"),
      misses: [
        record("iam", "CreateAccessKey", response: #"{"accessKey":{"userName":"anna"}}"#),
        record("iam", "UpdateAccessKey", response: #"{"accessKey":{"userName":"bob"}}"#),
      ]),
    Sample(
      rule: "AWS EC2 Startup Script Changed",
      match: record("ec2", "ModifyInstanceAttribute", request: #"{"instanceId":"i-1","userData":"<sensitive>"}"#),
      misses: [record("ec2", "ModifyInstanceAttribute", request: #"{"instanceId":"i-1","userData":null}"#)]),
    Sample(
      rule: "AWS Secrets Manager Secret Read", match: record("secretsmanager", "GetSecretValue"),
      misses: [record("secretsmanager", "DescribeSecret"), record("ssm", "GetSecretValue")]),
    Sample(
      rule: "AWS EC2 Full Network Packet Capture Detected", match: record("ec2", "CreateTrafficMirrorSession"),
      misses: [
        record("ec2", "CreateTrafficMirrorSession", error: "UnauthorizedOperation"),
        record("ec2", "CreateTrafficMirrorTarget"),
      ]),
    Sample(
      rule: "AWS EC2 VM Export Failure",
      match: record("ec2", "CreateInstanceExportTask", error: "Client.UnauthorizedOperation"),
      misses: [record("ec2", "CreateInstanceExportTask"), record("ec2", "CancelExportTask", error: "x")]),
    Sample(
      rule: "AWS KMS Customer Managed Key Disabled or Scheduled for Deletion",
      match: record("kms", "ScheduleKeyDeletion"),
      misses: [record("kms", "CancelKeyDeletion"), record("kms", "DisableKey", error: "AccessDenied")]),
    Sample(
      rule: "AWS SQS Queue Purge", match: record("sqs", "PurgeQueue"),
      misses: [record("sqs", "DeleteQueue"), record("sqs", "PurgeQueue", error: "AccessDenied")]),
    Sample(
      rule: "AWS Route 53 Resolver Query Log Configuration Deleted",
      match: record("route53resolver", "DeleteResolverQueryLogConfig"),
      misses: [
        record("route53resolver", "DisassociateResolverQueryLogConfig"),
        record("route53resolver", "DeleteResolverQueryLogConfig", error: "AccessDenied"),
      ]),
  ]

  @Test("a rule matches what it is about, and not what only looks like it", arguments: samples)
  func matchesItsSubject(_ sample: Sample) throws {
    let rules = try RuleRunner.shipped()
    #expect(try rules.names(sample.match) == [sample.rule])
    for miss in sample.misses { #expect(try rules.names(miss) == [], "\(miss)") }
  }

  @Test("the pattern of log buckets comes from the configuration where that says one")
  func takesBucketPattern() throws {
    let rules = try RuleRunner.shipped(["variables": ["log_bucket": "(audit-* or *trail)"]])
    func deletion(_ bucket: String) -> String {
      Self.record("s3", "DeleteObject", request: #"{"bucketName":"\#(bucket)"}"#)
    }
    #expect(try rules.names(deletion("audit-7")) == ["Deletion in an AWS Log Bucket"])
    #expect(try rules.names(deletion("corp-logs")) == [])
  }

  @Test("the seed rule's alert says what the rule says")
  func tellsTheRule() throws {
    let detection = try #require(RuleRunner.shipped().detections(Self.record("cloudtrail", "CreateTrail")).first)
    #expect(detection.ruleID == "594e0cbf-86cc-45aa-9ff7-ff27db27d3ed")
    #expect(detection.severity == .low)
    let fields = Dictionary(
      uniqueKeysWithValues: detection.fields.map { ($0.path.name, String(decoding: $0.json, as: UTF8.self)) })
    #expect(fields["event.risk_score"] == "21")
    #expect(fields["threat.framework"] == #""MITRE ATT&CK""#)
    #expect(fields["threat.technique.id"] == #"["T1530"]"#)
    #expect(fields["threat.tactic.name"] == #"["Collection"]"#)
    #expect(
      fields["weir.triage_steps"]?.hasPrefix(
        #"["Find out who called CreateTrail: the ARN of the identity, and the role's issuer where it was a session.","#)
        == true)
    #expect(fields["message"] == nil, "the record's own sentence stays")
    for name in [
      "rule.description", "rule.reference", "rule.note", "weir.false_positives", "threat.technique.reference",
    ] {
      #expect(fields[name] != nil, "\(name)")
    }
  }

  @Test("the folder says what the manual says")
  func folderAgrees() {
    #expect(PluginFolder("Detectors/ElasticRules").violations(of: ElasticRulesDetector.manual) == [])
  }
}
