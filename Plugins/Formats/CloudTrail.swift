internal import AlertModel
public import PluginKit

extension Format {
  /// Records of AWS CloudTrail as AWS delivers them: alone, in files of `{"Records": […]}`, or through EventBridge.
  ///
  /// The ECS names are those that Elastic's AWS integration gives, so that Elastic's rules run unchanged; null and empty
  /// values are no values. Records are a log: their severity is informational until a rule says otherwise.
  ///
  /// Two kinds of document have no `eventName`: Insights events, and the digests that lie beside log files. Elastic keeps
  /// both, so both are events here; no published rule is about digests (`exclude` of the input leaves them out).
  ///
  /// Arrays on the way to a field are crossed, as everywhere in Weir, where Elastic would see nothing: no service writes
  /// `userIdentity` and the like as an array.
  public static let cloudTrail = Format(
    name: "cloudtrail",
    title: "AWS CloudTrail",
    references: [
      "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
      "https://github.com/elastic/integrations/tree/main/packages/aws/data_stream/cloudtrail",
    ],
    shape: .any([
      .all([
        .has("eventSource"), .has("eventName"),
        // S3's own notifications have the same keys
        // (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
        .not(.begins("eventSource", "aws:")),
      ]),
      .hasAll("eventType", "insightDetails"), .hasAll("digestS3Bucket", "digestS3Object", "digestEndTime"),
    ]),
    envelopes: [Envelope(.isArray("Records"), path: "Records", members: ["Records"], bare: true)],
    id: .first(["eventID", "digestS3Object"]),
    // A record is not grave by itself, unless a detector that hands it on says so: Panther adds its alert's fields.
    severity: .panthers(otherwise: .fixed(.informational)),
    fields: FieldTable(
      emptyIsMissing: true, pairs: CloudTrailFields.canonical + CloudTrailFields.elastic + CloudTrailFields.digest),
    actors: [
      Actor("aws.cloudtrail.user_identity.arn"),
      Actor("aws.cloudtrail.user_identity.session_context.session_issuer.arn"),
      Actor("user.name"), Actor("user.id"),
      Actor("aws.cloudtrail.user_identity.session_context.session_issuer.principal_id"),
      Actor("aws.cloudtrail.user_identity.access_key_id"),
      // Everybody can have CloudFormation, Config and others act for them.
      Actor("aws.cloudtrail.user_identity.invoked_by", spoofable: true),
    ],
    // What the request names, the caller chose.
    spoofable: [
      "user_agent.*", "aws.cloudtrail.request_parameters", "aws.cloudtrail.flattened.request_parameters.*",
      "user.target.name", "user.changes.name", "group.name", "tls.client.server_name", "message",
    ])
}

/// Where the fields of a CloudTrail record are.
enum CloudTrailFields {
  typealias Pairs = [(name: String, source: FieldSource)]

  /// What Weir adds, so that a record reads like an alert.
  static let canonical: Pairs = [
    (
      "rule.id",
      .computed("`eventSource`, a colon, `eventName`", of: ["eventSource", "eventName"]) { parts, text in
        guard let source = parts.filled(0), let name = parts.filled(1) else { return nil }
        source.appendText(to: &text)
        text.append(UInt8(ascii: ":"))
        name.appendText(to: &text)
        return .string
      }
    ),
    (
      "rule.name",
      .first([
        "eventName", .joined(["insightDetails.insightType", "insightDetails.eventName"], with: ": "),
        .only("it is a digest", of: ["digestS3Object"], { $0[0] != nil }, .constant("CloudTrail digest")),
      ])
    ),
    (
      "message",
      .computed("a sentence of `eventName`, who, from where, and the error", of: summarised, summary)
    ),
  ]

  /// The mapping of Elastic's AWS integration.
  static let elastic: Pairs =
    [
      ("@timestamp", .time(.first(["eventTime", "digestEndTime"]))),
      ("event.provider", "eventSource"),
      ("event.action", "eventName"),
      ("event.id", "eventID"),
      ("event.kind", .constant("event")),
      ("event.dataset", .constant("aws.cloudtrail")),
      ("event.module", .constant("aws")),
      ("event.category", .list(.computed("by `eventName`, as Elastic files it", of: ["eventName"], category))),
      (
        "event.type",
        .list(
          .all([
            .computed("by `eventName`", of: ["eventName"], type(0)),
            .computed("by `eventName`", of: ["eventName"], type(1)),
          ]))
      ),
      (
        "event.outcome",
        .computed(
          "`failure` with an error code or message, else `success`; of a console login its result",
          of: ["eventName", "responseElements.ConsoleLogin", "errorCode", "errorMessage"], outcome)
      ),
      ("data_stream.type", .constant("logs")),
      ("data_stream.dataset", .constant("aws.cloudtrail")),
      ("data_stream.namespace", .constant("default")),
      ("cloud.provider", .constant("aws")),
      ("cloud.account.id", .first(["userIdentity.accountId", "awsAccountId"])),
      ("cloud.region", "awsRegion"),
      ("user.name", .first(["userIdentity.userName", "userIdentity.sessionContext.sessionIssuer.userName"])),
      ("user.id", "userIdentity.principalId"),
      ("user.target.name", "requestParameters.userName"),
      ("user.target.id", "responseElements.user.userId"),
      ("user.changes.name", "requestParameters.newUserName"),
      ("group.name", "requestParameters.groupName"),
      ("group.id", "responseElements.group.groupId"),
      (
        "related.user",
        .list(
          .all(["userIdentity.userName", "requestParameters.userName", "requestParameters.newUserName"]))
      ),
      ("source.address", "sourceIPAddress"),
      ("source.ip", .addresses("sourceIPAddress")),
      ("user_agent.original", "userAgent"),
      ("tls.cipher", "tlsDetails.cipherSuite"),
      ("tls.client.server_name", "tlsDetails.clientProvidedHostHeader"),
      (
        "tls.version",
        .computed("`tlsDetails.tlsVersion` behind the `v`", of: ["tlsDetails.tlsVersion"]) {
          tlsVersion($0.filled(0), isProtocol: false, to: &$1)
        }
      ),
      (
        "tls.version_protocol",
        .computed("`tlsDetails.tlsVersion` before the `v`, in lower case", of: ["tlsDetails.tlsVersion"]) {
          tlsVersion($0.filled(0), isProtocol: true, to: &$1)
        }
      ),
    ] + below("aws.cloudtrail", own)

  /// What has no name in ECS itself.
  private static let own: Pairs =
    [
      ("event_version", "eventVersion"),
      ("event_type", "eventType"),
      ("event_category", "eventCategory"),
      ("api_version", "apiVersion"),
      ("read_only", "readOnly"),
      ("management_event", "managementEvent"),
      ("error_code", "errorCode"),
      ("error_message", "errorMessage"),
      ("request_id", "requestID"),
      ("recipient_account_id", "recipientAccountId"),
      // Elastic reads this spelling only; CloudTrail's own `sharedEventID` stays without an ECS name there.
      ("shared_event_id", "sharedEventId"),
      ("vpc_endpoint_id", "vpcEndpointId"),
      ("session_credential_from_console", "sessionCredentialFromConsole"),
      (
        "resources",
        .renamed(
          FieldPath("resources"), ["ARN": "arn", "accountId": "account_id"], arrange: distinctResources)
      ),
      ("user_identity.type", "userIdentity.type"),
      ("user_identity.arn", "userIdentity.arn"),
      ("user_identity.access_key_id", "userIdentity.accessKeyId"),
      ("user_identity.invoked_by", "userIdentity.invokedBy"),
    ]
    + below(
      "user_identity.session_context",
      [
        ("mfa_authenticated", "userIdentity.sessionContext.attributes.mfaAuthenticated"),
        ("creation_date", .time("userIdentity.sessionContext.attributes.creationDate")),
        ("ec2_role_delivery", "userIdentity.sessionContext.ec2RoleDelivery"),
        ("session_issuer.type", "userIdentity.sessionContext.sessionIssuer.type"),
        ("session_issuer.principal_id", "userIdentity.sessionContext.sessionIssuer.principalId"),
        ("session_issuer.arn", "userIdentity.sessionContext.sessionIssuer.arn"),
        ("session_issuer.account_id", "userIdentity.sessionContext.sessionIssuer.accountId"),
      ])
    + below(
      "console_login.additional_eventdata",
      [
        (
          "login_to",
          .only("a console login", of: ["eventName"], { isConsoleLogin($0[0]) }, "additionalEventData.LoginTo")
        ),
        ("mfa_used", loginFlag("additionalEventData.MFAUsed")),
        ("mobile_version", loginFlag("additionalEventData.MobileVersion")),
      ])
    + asTextAndFlattened("request_parameters", "requestParameters")
    + asTextAndFlattened("response_elements", "responseElements")
    + asTextAndFlattened("additional_eventdata", "additionalEventData")
    + asTextAndFlattened("service_event_details", "serviceEventDetails")
    + [("flattened.insight_details", "insightDetails")]

  private static func below(_ prefix: String, _ pairs: Pairs) -> Pairs {
    pairs.map { (name: prefix + "." + $0.name, source: $0.source) }
  }

  /// An object as Java writes it, and the object itself where that text fits Lucene's limit for a term (32,766).
  private static func asTextAndFlattened(_ name: String, _ member: String) -> Pairs {
    [
      (
        name,
        .computed("`\(member)` as the text of a Java map", of: [member]) { parts, text in
          guard let value = parts.node(0) else { return nil }
          return JavaText.append(value, to: &text) ? .string : nil
        }
      ),
      (
        "flattened." + name,
        .only(
          "its text is shorter than 32,766 characters", of: [member], { isShort($0.node(0)) }, .path(FieldPath(member)))
      ),
    ]
  }
}
