internal import AlertModel
public import PluginKit

extension Format {
  /// GitHub's audit log of organizations and enterprises, exported or streamed. Log streams write times in milliseconds.
  public static let gitHubAudit = Format(
    name: "github_audit",
    title: "GitHub audit log",
    references: [
      "https://docs.github.com/en/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization"
    ],
    shape: .all([
      .hasAll("action", "actor"), .not(.isObject("actor")),
      .hasAny("org", "repo", "business", "_document_id", "actor_location", "created_at", "at_sign_timestamp"),
    ]),
    id: "_document_id",
    severity: .panthers(otherwise: .fixed(.informational)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["@timestamp", "created_at", "at_sign_timestamp", "p_event_time"])),
        "rule.id": "action",
        "rule.name": "action",
        "message": .joined(["actor", "action", "repo", "user"], with: " "),
        "event.id": "_document_id",
        "event.action": "action",
        "event.provider": .constant("github"),
        "user.name": "actor",
        "user.id": "actor_id",
        "user.target.name": .scalar("user"),
        "organization.name": .scalar("org", "business"),
        "organization.id": .scalar("org_id", "business_id"),
        "source.ip": .addresses("actor_ip"),
        "source.geo.country_iso_code": "actor_location.country_code",
        "user_agent.original": "user_agent",
      ]),
    actors: [Actor("user.name"), Actor("user.id")],
    spoofable: ["user_agent.*"])
}
