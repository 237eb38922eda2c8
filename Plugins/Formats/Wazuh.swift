internal import AlertModel
public import PluginKit

extension Format {
  /// Wazuh's `alerts.json`. Written after the documentation and the source of what writes it: no sample was at hand.
  ///
  /// Who did it is who logged on, where that is what happened; of a changed file it is the user of the login session
  /// (audit's `auid`, which `sudo` does not change), never the file's owner.
  public static let wazuh = Format(
    name: "wazuh",
    title: "Wazuh",
    references: [
      "https://documentation.wazuh.com/current/user-manual/manager/alert-management.html",
      "https://documentation.wazuh.com/current/user-manual/ruleset/rules/rules-classification.html",
      "https://github.com/wazuh/wazuh/blob/v4.9.0/src/analysisd/format/to_json.c",
    ],
    shape: .all([.hasAll("rule.level", "rule.id"), .hasAny("agent.id", "agent.name", "manager.name", "decoder.name")]),
    id: "id",
    // Wazuh's dashboard calls 0 to 6 low, 7 to 11 medium, 12 to 14 high, 15 and 16 critical. Up to 3 its classification
    // has what is normal (status messages, successful logins): informational here.
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
        "event.action": .first([
          "data.action", "data.aws.eventName", "data.office365.Operation", "data.github.action",
          "data.gcp.protoPayload.methodName", "syscheck.event", "data.win.system.eventID",
        ]),
        "event.provider": .first([
          "data.aws.eventSource", "data.gcp.protoPayload.serviceName", "data.win.system.providerName", "decoder.name",
        ]),
        "event.outcome": .outcome(
          .first(["data.status", "data.outcome"]), success: ["success", "ok"], failure: ["failure", "failed", "error"]),
        "cloud.account.id": .first([
          "data.aws.recipientAccountId", "data.aws.userIdentity.accountId", "data.aws.aws_account_id",
          "data.aws.accountId", "data.gcp.resource.labels.project_id",
        ]),
        "cloud.region": .first(["data.aws.awsRegion", "data.aws.region"]),
        "user.name": .first([
          WindowsEvent.loggedOn(["data.win.system.eventID"], "data.win.eventdata.targetUserName"),
          .named([
            "data.srcuser", "data.aws.userIdentity.userName",
            "data.aws.userIdentity.sessionContext.sessionIssuer.userName", "data.win.eventdata.subjectUserName",
            "data.win.eventdata.user", "data.office365.UserId", "data.github.actor",
            "data.gcp.protoPayload.authenticationInfo.principalEmail",
          ]),
          WindowsEvent.target(
            ["data.win.eventdata.targetUserName"], unless: ["data.win.eventdata.subjectUserName"]),
          .only(
            "a group of the rule's speaks of authentication or logins", of: ["rule.groups"],
            { parts in groups.forEachValue(in: parts.document) { isOfLogon($0.value.text) } }, .named(["data.dstuser"])),
          .named(["syscheck.audit.login_user.name", "syscheck.audit.user.name"]),
        ]),
        "user.id": .first([
          WindowsEvent.loggedOn(["data.win.system.eventID"], "data.win.eventdata.targetUserSid"),
          .named([
            "data.aws.userIdentity.principalId", "data.win.eventdata.subjectUserSid", "syscheck.audit.login_user.id",
            "syscheck.audit.user.id",
          ]),
          .only(
            "no group of the rule's is `adduser` or `account_changed`", of: ["rule.groups"],
            { parts in
              !groups.forEachValue(in: parts.document) {
                $0.value.equals("adduser") || $0.value.equals("account_changed")
              }
            }, "data.uid"),
        ]),
        "user.target.name": .first(["data.dstuser", "data.win.eventdata.targetUserName"]),
        "aws.cloudtrail.user_identity.arn": "data.aws.userIdentity.arn",
        "source.ip": .addresses(
          .first([
            "data.srcip", "data.src_ip", "data.aws.sourceIPAddress", "data.win.eventdata.ipAddress",
            "data.office365.ClientIP", "data.gcp.protoPayload.requestMetadata.callerIp",
          ])),
        "destination.ip": .addresses(.first(["data.dstip", "data.dest_ip"])),
        "file.path": "syscheck.path",
        "file.owner": "syscheck.uname_after",
        "host.name": .first(["agent.name", "predecoder.hostname", "data.win.system.computer"]),
        "host.ip": "agent.ip",
        "threat.technique.id": .list("rule.mitre.id"),
        "threat.technique.name": .list("rule.mitre.technique"),
        "threat.tactic.name": .list("rule.mitre.tactic"),
      ]),
    actors: [Actor("aws.cloudtrail.user_identity.arn"), Actor("user.name"), Actor("user.id")],
    spoofable: ["host.name", "message", "user.target.name", "file.*"])

  private static let groups = FieldPath("rule.groups")

  /// In a logon `dstuser` is who logged on; elsewhere it is whom something was done to, such as a user that was made
  /// (https://documentation.wazuh.com/current/user-manual/ruleset/rules/rules-classification.html).
  private static func isOfLogon(_ group: String) -> Bool { group.contains("authentication") || group.contains("login") }
}
