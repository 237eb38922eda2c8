internal import AlertModel
public import PluginKit

extension Format {
  /// Google Cloud's audit logs: log entries with a `protoPayload`. Some collectors write the keys in lower case.
  public static let gcpAudit = Format(
    name: "gcp_audit",
    title: "Google Cloud audit logs",
    references: [
      "https://cloud.google.com/logging/docs/audit/understanding-audit-logs",
      "https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog",
    ],
    shape: .hasAny(
      "protoPayload.methodName", "protoPayload.serviceName", "protopayload.methodName", "protopayload.serviceName",
      "protoPayload.authenticationInfo", "protoPayload.at_sign_type", "protoPayload.@type"),
    id: .first(["insertId", "insertid"]),
    // https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity. An error is a call that failed.
    severity: .panthers(
      otherwise: .words(
        "severity",
        [
          "default": .informational, "debug": .informational, "info": .informational, "notice": .informational,
          "warning": .low, "error": .medium, "critical": .high, "alert": .critical, "emergency": .critical,
        ], otherwise: .fixed(.informational))),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["timestamp", "receiveTimestamp", "receivetimestamp", "p_event_time"])),
        "rule.id": payload("methodName"),
        "rule.name": .first([
          payload("methodName"), payload("serviceName"),
          // Some collectors leave the method out: the permission that was asked for says as much.
          .joined(["protoPayload.authorizationInfo.permission"], with: ""),
          .joined(["protopayload.authorizationInfo.permission"], with: ""),
        ]),
        "message": .first([payload("status.message"), payload("methodName")]),
        "event.id": .first(["insertId", "insertid"]),
        "event.severity": "severity",
        "event.action": payload("methodName"),
        "event.provider": payload("serviceName"),
        "event.outcome": .computed(
          "`failure` where `protoPayload.status.code` is not 0, else `success`",
          of: ["protoPayload.status.code", "protopayload.status.code"]
        ) { parts, text in
          let failed = (parts[0] ?? parts[1]).map { !$0.equals("0") } ?? false
          text.append(contentsOf: (failed ? "failure" : "success").utf8)
          return .string
        },
        "cloud.provider": .constant("gcp"),
        "cloud.account.id": .first(["resource.labels.project_id", "resource.labels.organization_id"]),
        "cloud.region": .first([
          "resource.labels.location", "resource.labels.region", "resource.labels.zone",
          payload("resourceLocation.currentLocations"),
        ]),
        "user.name": .first([
          payload("authenticationInfo.principalEmail"), payload("authenticationInfo.principalSubject"),
        ]),
        "user.email": payload("authenticationInfo.principalEmail"),
        "user.id": payload("authenticationInfo.principalSubject"),
        "source.ip": .addresses(
          .first([payload("requestMetadata.callerIp"), payload("requestMetadata.callerIP")])),
        "host.name": .first(["resource.labels.instance_id", "resource.labels.cluster_name"]),
        "user_agent.original": payload("requestMetadata.callerSuppliedUserAgent"),
      ]),
    actors: [Actor("user.name"), Actor("user.email"), Actor("user.id")],
    spoofable: ["user_agent.*"])

  /// Findings of Google's Security Command Center: as Pub/Sub notifications, or as the API lists them. Written after the
  /// documentation: no sample was at hand.
  public static let gcpSCC = Format(
    name: "gcp_scc",
    title: "Google Security Command Center",
    references: [
      "https://cloud.google.com/security-command-center/docs/how-to-api-manage-notifications",
      "https://cloud.google.com/security-command-center/docs/reference/rest/v2/organizations.sources.findings",
    ],
    shape: .all([.has("finding.category"), .hasAny("finding.resourceName", "finding.parent", "notificationConfigName")]
    ),
    envelopes: [
      Envelope(
        .isArray("listFindingsResults"), path: "listFindingsResults",
        members: ["listFindingsResults", "readTime", "nextPageToken", "totalSize"], bare: true)
    ],
    // A severity that somebody sets changes no time.
    id: .updated(["finding.name"], at: ["finding.eventTime"], ["finding.severity"]),
    severity: .words("finding.severity", SeverityWords.common, otherwise: .fixed(.medium)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["finding.eventTime", "finding.createTime"])),
        "rule.id": "finding.category",
        "rule.name": "finding.category",
        "rule.reference": "finding.externalUri",
        "message": .first(["finding.description", "finding.sourceProperties.Explanation", "finding.category"]),
        "event.id": "finding.name",
        "event.severity": "finding.severity",
        "event.action": .first(["finding.access.methodName", "finding.state"]),
        "event.provider": .first([
          "finding.access.serviceName", "finding.parentDisplayName", .constant("security_command_center"),
        ]),
        "cloud.provider": .constant("gcp"),
        "cloud.account.id": .first([
          "resource.gcpMetadata.projectDisplayName", "resource.projectDisplayName", "resource.gcpMetadata.project",
          "resource.project", "resource.projectName",
        ]),
        "cloud.region": "resource.location",
        "user.name": .first([
          "finding.access.principalEmail", "finding.access.principalSubject", "finding.access.userName",
        ]),
        "user.email": "finding.access.principalEmail",
        "source.ip": .addresses(
          .first(["finding.access.callerIp", "finding.connections.sourceIp", "finding.indicator.ipAddresses"])),
        "host.name": .first(["resource.displayName", "finding.resourceName"]),
        "user_agent.original": "finding.access.userAgent",
        "threat.tactic.name": "finding.mitreAttack.primaryTactic",
        "threat.technique.name": "finding.mitreAttack.primaryTechniques",
      ]),
    actors: [Actor("user.name"), Actor("user.email")],
    spoofable: ["user_agent.*"])

  private static func payload(_ path: String) -> FieldSource {
    .first([.path(FieldPath("protoPayload." + path)), .path(FieldPath("protopayload." + path))])
  }
}
