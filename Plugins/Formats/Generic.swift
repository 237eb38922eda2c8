internal import AlertModel
public import PluginKit

extension Format {
  /// Any other JSON: the names that detectors commonly use for the same things. Never an error.
  ///
  /// A severity that is a number is taken on the scale 0 to 10 (from 4 medium, 7 high, 9 critical), or to 100 where it is
  /// larger than 10. `formats` in the configuration says it better for one detector.
  public static let generic = Format(
    name: "generic",
    title: "Any other JSON",
    references: [],
    shape: .anything,
    id: .updated(
      ["alert_id", "alertId", "alertID", "event_id", "eventId", "uuid", "id", "_id"], at: ["updated_at", "updatedAt"]),
    severity: .words(
      severities, SeverityWords.common,
      // A score counts where the severity is no number either: `P1`.
      otherwise: .thresholds(
        .first(["severity", "Severity"]), thresholds,
        otherwise: .thresholds(
          .first(["severity_score", "risk_score", "riskScore", "score"]), thresholds, otherwise: .fixed(.informational))
      )),
    fields: FieldTable(
      // Where there is an actor, a `user` is who it was done to.
      emptyIsMissing: true, hides: ["user": .beside(actors)],
      [
        "@timestamp": .time(
          .first([
            "@timestamp", "timestamp", "time", "ts", "eventTime", "event_time", "createdAt", "created_at",
            "creationTime",
            "detected_at", "detectedAt", "date", "Timestamp", "published", "messageTime", "backend_timestamp",
            "createdat",
            "updatedAt", "updated_at", "first_event_timestamp", "alarm_date", "insert_date",
            "Event.System.TimeCreated.#attributes.SystemTime",
            "TimeCreated", "StateChangeTime", "Datetime", "query_timestamp", "event.timestamp", "p_event_time",
            .envelope("time"),
          ])),
        "rule.id": .scalar(
          "rule.id", "rule.uuid", "rule_id", "ruleId", "ruleID", "RuleId", "RuleID", "rule.uid", "sourceRule.id",
          "control.id",
          "alert_rule_id",
          "policy_id", "check_id", "signature_id", "data.ruleid", "rule"),
        "rule.name": .first([
          // Teleport's events have the `name` of what was done to.
          .only("there is an `ei`", of: ["ei"], { $0[0] != nil }, .scalar("event")),
          .scalar(
            "rule.name", "rule.title", "rule_name", "ruleName", "RuleName", "rule", "sourceRule.name", "control.name",
            "data.rulename", "alert_name", "alertName", "alertname", "policy_name", "check_name", "title", "Title",
            "subject",
            "Subject", "alert", "name", "Name", "alarm_type_details.alarm_sub_type", "AlarmName",
            "type_string", "event.action", "eventName", "event_type", "eventType", "event", "Description", "message",
            "msg"),
          .envelope("detail-type"),
          .scalar(
            "MessageTitle", "terminatingRuleId", "primaryDescription", "primarydescription", "data.description",
            "reason",
            "description", "summary", "text", "Message"),
          .joined(["data.flagged_rules.name"], with: ""),
          WindowsEvent.title(
            provider: "Event.System.Provider.#attributes.Name", id: "Event.System.EventID", idText: "#text"),
          // Cloudflare's firewall: which part of it, and what that did.
          .joined(["Source", "Action"], with: " "),
          // Logs that say no more than what was done, or of what they are a log.
          .scalar(
            "event.type", "operationName", "operationname", "methodName", "action", "Action", "type", "category",
            "p_log_type"),
        ]),
        "rule.reference": .scalar("link", "url", "alert_url", "ruleUrl", "upwind_console_link"),
        "message": .scalar(
          "message", "msg", "description", "Description", "details", "text", "summary", "reason", "Message",
          "alarm_text",
          "title", "Title"),
        "event.severity": severities,
        "event.action": .first([
          .scalar(
            "action", "event_action", "eventName", "event_name", "eventType", "event_type", "operation", "type", "event"
          ),
          .envelope("detail-type"),
        ]),
        "event.provider": .first([
          .scalar("provider", "source", "product", "product_name", "vendor", "p_log_type"), .envelope("source"),
        ]),
        "event.outcome": .outcome(
          .scalar("outcome", "result", "outcome.result", "status"),
          success: ["success", "succeeded", "ok", "allow", "allowed"],
          failure: ["failure", "failed", "fail", "error", "deny", "denied"]),
        "cloud.account.id": .first([
          .scalar(
            "account_id", "accountId", "account", "aws_account_id", "awsAccountId", "cloud_account_id",
            "cloudAccount.externalId", "cloudAccounts.externalId", "primaryResource.cloudAccount.externalId",
            "resource.cloud_account_id", "resource.subscriptionId", "canary.aws.account_id", "cloud_account.id",
            "project_id",
            "subscription_id", "p_any_aws_account_ids"),
          .envelope("account"),
        ]),
        "cloud.region": .first([
          .scalar("region", "awsRegion", "aws_region", "resource.region", "primaryResource.region"),
          .envelope("region"),
        ]),
        // No `account_name`: with some vendors that is a cloud account.
        "user.name": .first([
          WindowsEvent.loggedOn(
            ["Event.System.EventID", "Event.System.EventID.#text"], "Event.EventData.TargetUserName"),
          .person(
            "actor", "actor.name", "actor.email", "actor.alternateId", "primaryActor.name", "actor_user_name",
            "actor_name", "actor_email"),
          withoutActor(
            .person(
              "user", "user.name", "username", "user_name", "userName", "UserName", "user.username", "user.email",
              "principal",
              "principal.aws.arn", "principal.id", "email", "user_email", "device_username", "process_username",
              "src_user", "identity", "data.username", "login", "Event.EventData.SubjectUserName",
              "Event.EventData.User", "Event.EventData.TargetUserName")),
        ]),
        "user.id": .first([
          .scalar("actor.id", "actor_id"),
          withoutActor(.scalar("user_id", "userId", "uid", "principal_id", "user.uuid")),
        ]),
        "user.email": .scalar("actor.email", "actor_email"),
        "user.target.name": withActor(
          .scalar("user", "user.name", "user.username", "username", "user_name", "userName", "user.email")),
        "user.target.id": withActor(.scalar("user.id", "user.uuid", "user_id", "userId")),
        "source.ip": .addresses(
          .scalar(
            "source_ip", "src_ip", "sourceIp", "sourceIP", "sourceIPAddress", "srcip", "src", "source.address",
            "client_ip",
            "clientIp", "ClientIP", "clientIP", "ip", "ip_address", "ipAddress", "ipaddr",
            "callerIpAddress", "calleripaddress", "srcaddr", "srcAddr", "client.ip_address", "event.ip_address",
            "remote_ip", "remoteIp", "client.ip",
            "event.request.ip", "httpRequest.clientIp", "senderIP", "CanaryIP", "data.agentipv4", "device_external_ip",
            "device_internal_ip", "p_any_ip_addresses")),
        "host.name": .scalar(
          "host", "hostname", "host_name", "hostName", "Hostname", "Computer", "computer", "computer_name",
          "device_name",
          "deviceName", "device.hostname", "agent.name", "node", "server", "CanaryName", "asset_name", "resource.name",
          "Event.System.Computer",
          "primaryResource.name", "entitySnapshot.name"),
        "threat.technique.id": .list(
          .techniques(
            in: .first([
              "technique_id", "techniqueId", "mitre_technique", "mitreTechniques", "attack_technique",
              "mitre_attacks.technique_id",
              "mitre.technique_id", "tags", "alert_labels",
            ]))),
      ]),
    actors: [Actor("user.name"), Actor("user.id"), Actor("user.email")],
    spoofable: [
      "user_agent.*", "user_agent", "userAgent", "host.name", "host", "hostname", "message", "user.target.*",
    ],
    carried: ["event.provider", "event.action", "cloud.account.id", "cloud.region"])

  private static let actors = [
    "actor", "actor.id", "actor.name", "actor.email", "actor.alternateId", "primaryActor", "primaryActor.name",
    "actor_user_name", "actor_name", "actor_email", "actor_id",
  ]

  private static func withActor(_ source: FieldSource) -> FieldSource {
    .only(
      "there is an actor", of: actors, { $0.hasNode(among: actors.indices) }, source)
  }

  private static func withoutActor(_ source: FieldSource) -> FieldSource {
    .only(
      "there is no actor", of: actors, { !$0.hasNode(among: actors.indices) }, source)
  }

  private static let thresholds: [(from: Double, Severity)] = [
    (0, .informational), (1, .low), (4, .medium), (7, .high), (9, .critical), (10.5, .low), (40, .medium), (70, .high),
    (90, .critical),
  ]

  private static let severities: FieldSource = .scalar(
    "severity", "Severity", "level", "Level", "priority", "Priority", "alert_severity", "alertSeverity",
    "severity_label",
    "severity.label", "severity_name", "severity.name", "risk_level", "riskLevel", "alarm_risk_level",
    "importance_level",
    "issue.severity", "data.severity", "log.level", "labels.severity", "alarm.severity", "impact")
}
