internal import AlertModel
public import PluginKit

extension Format {
  /// Wazuh's `alerts.json`. Written after the documentation: no sample was at hand.
  public static let wazuh = Format(
    name: "wazuh",
    title: "Wazuh",
    references: [
      "https://documentation.wazuh.com/current/user-manual/manager/alert-management.html",
      "https://documentation.wazuh.com/current/user-manual/ruleset/rules/rules-classification.html",
    ],
    shape: .all([.hasAll("rule.level", "rule.id"), .hasAny("agent.id", "agent.name", "manager.name", "decoder.name")]),
    id: "id",
    severity: .thresholds(
      "rule.level", [(0, .informational), (4, .low), (7, .medium), (12, .high), (15, .critical)],
      otherwise: .fixed(.medium)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["timestamp", "@timestamp"])),
        "rule.id": "rule.id",
        "rule.name": "rule.description",
        "message": .first(["full_log", "data.win.system.message", "rule.description"]),
        "event.id": "id",
        "event.severity": "rule.level",
        "event.action": .first(["data.action", "data.aws.eventName", "syscheck.event", "data.win.system.eventID"]),
        "event.provider": .first(["data.aws.eventSource", "data.win.system.providerName", "decoder.name"]),
        "event.outcome": .outcome(
          .first(["data.status", "data.outcome"]), success: ["success", "ok"], failure: ["failure", "failed", "error"]),
        "cloud.account.id": .first([
          "data.aws.recipientAccountId", "data.aws.userIdentity.accountId", "data.aws.aws_account_id",
          "data.aws.accountId",
        ]),
        "cloud.region": .first(["data.aws.awsRegion", "data.aws.region"]),
        "user.name": .first([
          "data.srcuser", "data.aws.userIdentity.userName", "data.win.eventdata.subjectUserName",
          "data.win.eventdata.targetUserName", "data.win.eventdata.user", "data.office365.UserId", "data.dstuser",
          "syscheck.audit.user.name", "syscheck.uname_after",
        ]),
        "user.id": .first([
          "data.aws.userIdentity.principalId", "data.win.eventdata.subjectUserSid", "data.uid",
        ]),
        "user.target.name": .first(["data.dstuser", "data.win.eventdata.targetUserName"]),
        "aws.cloudtrail.user_identity.arn": "data.aws.userIdentity.arn",
        "source.ip": .addresses(
          .first(["data.srcip", "data.aws.sourceIPAddress", "data.win.eventdata.ipAddress", "data.office365.ClientIP"])),
        "destination.ip": .addresses("data.dstip"),
        "host.name": .first(["agent.name", "predecoder.hostname", "data.win.system.computer"]),
        "host.ip": "agent.ip",
        "threat.technique.id": .list("rule.mitre.id"),
        "threat.technique.name": .list("rule.mitre.technique"),
        "threat.tactic.name": .list("rule.mitre.tactic"),
      ]),
    actors: [Actor("aws.cloudtrail.user_identity.arn"), Actor("user.name"), Actor("user.id")],
    spoofable: ["host.name", "message"])
}
