internal import AlertModel
public import PluginKit

extension Format {
  /// Panther: alerts as its webhook destinations get them, and rule matches as its data lake keeps them (the event, with
  /// `p_` fields beside). Written after the documentation: the samples at hand are events without alerts.
  public static let panther = Format(
    name: "panther",
    title: "Panther",
    references: [
      "https://docs.panther.com/alerts/destinations/custom_webhook", "https://docs.panther.com/search/panther-fields",
    ],
    shape: .any([
      .all([.hasAll("alertId", "title", "severity"), .hasAny("alertContext", "link", "runbook", "createdAt")]),
      .hasAll("p_alert_id", "p_rule_id"),
    ]),
    id: .first(["alertId", "p_alert_id"]),
    severity: .words(
      .first(["severity", "p_alert_severity", "p_rule_severity"]), SeverityWords.common, otherwise: .fixed(.medium)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["createdAt", "p_alert_creation_time", "p_event_time"])),
        "rule.id": .first(["p_rule_id", "id", "ruleId"]),
        "rule.name": .first(["title", "p_alert_title", "name", "p_rule_id"]),
        "rule.reference": .first(["link", "runbook"]),
        "message": .first(["description", "title", "p_alert_title"]),
        "event.severity": .first(["severity", "p_alert_severity", "p_rule_severity"]),
        "event.action": .first(["alertContext.eventName", "eventName", "alertContext.action", "type"]),
        "event.provider": .first(["alertContext.eventSource", "eventSource", "p_log_type", .constant("panther")]),
        "cloud.account.id": .first([
          "alertContext.recipientAccountId", "alertContext.accountId", "recipientAccountId", "p_any_aws_account_ids",
        ]),
        "cloud.region": .first(["alertContext.awsRegion", "awsRegion"]),
        "user.name": .first([
          "alertContext.userIdentity.userName", "alertContext.actor_user", "alertContext.actor", "alertContext.user",
          "userIdentity.userName", "p_any_usernames", "p_any_emails",
        ]),
        "user.id": .first(["alertContext.userIdentity.principalId", "userIdentity.principalId"]),
        "aws.cloudtrail.user_identity.arn": .first([
          "alertContext.userIdentity.arn", "alertContext.actorArn", "userIdentity.arn",
        ]),
        "source.ip": .addresses(
          .first(["alertContext.sourceIPAddress", "alertContext.sourceIp", "sourceIPAddress", "p_any_ip_addresses"])),
        "host.name": .first(["alertContext.hostname", "p_any_domain_names"]),
        "threat.technique.id": .list(.techniques(in: .all(["p_rule_tags", "tags"]))),
      ]),
    actors: [Actor("aws.cloudtrail.user_identity.arn"), Actor("user.name"), Actor("user.id")],
    spoofable: ["host.name", "message"])
}
