internal import AlertModel
public import PluginKit

extension Format {
  /// Panther: alerts as its webhook destinations get them, and rule matches as its data lake keeps them (the event, with
  /// `p_` fields beside). Written after the documentation and the source: the samples at hand are events without alerts.
  ///
  /// A row of a log that Weir knows (`p_log_type: AWS.CloudTrail`) is that log's, with or without Panther's fields beside,
  /// so that rules find in it what Elastic's would; a row that names its alert and its rule (`p_alert_id`, `p_rule_id`) is
  /// Panther's alert where the log is unknown.
  ///
  /// `alertContext` is what the rule makes of the event; the names looked for are those of Panther's own rules. Its
  /// `p_any_usernames` and `p_any_emails` are everybody in the event, whoever it was done to among them, and nobody's name.
  public static let panther = Format(
    name: "panther",
    title: "Panther",
    references: [
      "https://docs.panther.com/alerts/destinations/custom_webhook", "https://docs.panther.com/search/panther-fields",
      "https://github.com/panther-labs/panther/blob/master/internal/core/alert_delivery/outputs/outputs.go",
      "https://github.com/panther-labs/panther-analysis/tree/main/global_helpers",
    ],
    shape: .any([
      .all([.hasAll("alertId", "title", "severity"), .hasAny("alertContext", "link", "runbook", "createdAt")]),
      // A policy's alerts have a null for their id.
      .all([.equals("type", "POLICY"), .hasAll("id", "title", "severity", "createdAt", "link")]),
      .hasAll("p_alert_id", "p_rule_id"),
    ]),
    // Every event that a rule matched is a row with the id of the one alert.
    id: .first(["alertId", .joined(["p_alert_id", "p_row_id"], with: "/")]),
    severity: .words(
      .first(["severity", "p_alert_severity", "p_rule_severity"]), SeverityWords.common, otherwise: .fixed(.medium)),
    fields: FieldTable(
      // A row is an event of any log: where there is an actor, a `user` is who it was done to.
      emptyIsMissing: true, hides: ["user": .beside(["actor", "actor.id", "actor.name", "actor.alternateId"])],
      [
        "@timestamp": .time(.first(["createdAt", "p_event_time", "p_alert_creation_time"])),
        "rule.id": .first(["p_rule_id", "id", "ruleId"]),
        "rule.name": .first(["title", "p_alert_title", "name", "p_rule_id"]),
        "rule.reference": "link",
        "message": .first(["description", "title", "p_alert_title"]),
        "event.severity": .first(["severity", "p_alert_severity", "p_rule_severity"]),
        "event.action": .first([
          "alertContext.eventName", "eventName", "alertContext.methodName", "alertContext.event_type",
          .scalar("alertContext.action", "action", "type"),
        ]),
        "event.provider": .first([
          "alertContext.eventSource", "eventSource", "alertContext.serviceName", "p_log_type", .constant("panther"),
        ]),
        "cloud.account.id": .first([
          "alertContext.recipientAccountId", "alertContext.accountId", "recipientAccountId", "alertContext.project",
          "p_any_aws_account_ids",
        ]),
        "cloud.region": .first(["alertContext.awsRegion", "awsRegion"]),
        "user.name": .first([
          .scalar(
            "alertContext.userIdentity.userName", "alertContext.actor.alternateId", "alertContext.actor",
            "alertContext.actor_user", "alertContext.principal"),
          .only(
            "there is no `alertContext.actor`", of: ["alertContext.actor"], { $0.node(0) == nil },
            .scalar("alertContext.user")),
          .scalar(
            "userIdentity.userName", "actor.alternateId", "actor", "protoPayload.authenticationInfo.principalEmail"),
        ]),
        "user.id": .scalar(
          "alertContext.userIdentity.principalId", "alertContext.actor.id", "userIdentity.principalId", "actor.id"),
        "related.user": .list(.all(["p_any_usernames", "p_any_emails"])),
        "aws.cloudtrail.user_identity.arn": .first([
          "alertContext.userIdentity.arn", "alertContext.actorArn", "userIdentity.arn",
        ]),
        "source.ip": .addresses(
          .first([
            "alertContext.sourceIPAddress", "alertContext.sourceIp", "alertContext.client.ipAddress",
            "alertContext.caller_ip", "sourceIPAddress", "p_any_ip_addresses",
          ])),
        "host.name": .scalar("alertContext.hostname", "hostname"),
        "threat.technique.id": .list(.techniques(in: .all(["p_rule_tags", "tags"]))),
      ]),
    actors: [Actor("aws.cloudtrail.user_identity.arn"), Actor("user.name"), Actor("user.id")],
    // A rule composes its alerts' titles, often of what the event says.
    spoofable: ["host.name", "message", "rule.name", "related.user"])
}
