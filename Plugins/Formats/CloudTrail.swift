internal import AlertModel
public import PluginKit

extension Format {
  /// Records of AWS CloudTrail as AWS delivers them, alone, in `{"Records": […]}` files, or through EventBridge.
  public static let cloudTrail = Format(
    name: "cloudtrail",
    title: "AWS CloudTrail",
    references: ["https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html"],
    shape: .all([
      .has("eventSource"), .has("eventName"),
      .hasAny("userIdentity", "eventVersion", "awsRegion", "eventTime", "eventType", "requestParameters"),
      // S3's own notifications look much the same (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
      .not(.begins("eventSource", "aws:")),
    ]),
    envelopes: [Envelope(.isArray("Records"), path: "Records")],
    id: "eventID",
    severity: .fixed(.informational),
    fields: FieldTable(emptyIsMissing: true, [
      "@timestamp": "eventTime",
      "event.provider": "eventSource",
      "event.action": "eventName",
      "event.id": "eventID",
      "cloud.account.id": "userIdentity.accountId",
      "cloud.region": "awsRegion",
      "user.name": .first(["userIdentity.userName", "userIdentity.sessionContext.sessionIssuer.userName"]),
      "user.id": "userIdentity.principalId",
      "source.address": "sourceIPAddress",
      "source.ip": "sourceIPAddress",
      "user_agent.original": "userAgent",
      "aws.cloudtrail.user_identity.arn": "userIdentity.arn",
    ]),
    actors: [Actor("aws.cloudtrail.user_identity.arn"), Actor("user.name"), Actor("user.id")])
}
