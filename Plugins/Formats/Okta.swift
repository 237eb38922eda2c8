internal import AlertModel
public import PluginKit

extension Format {
  /// Okta's System Log: alone, through EventBridge, or as event hooks deliver it. Some collectors write its keys in lower
  /// case. A log: severe only where Okta says so.
  public static let okta = Format(
    name: "okta",
    title: "Okta System Log",
    references: ["https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/"],
    shape: .all([
      .hasAny("eventType", "eventtype"), .isObject("actor"),
      .hasAny(
        "displayMessage", "displaymessage", "outcome.result", "legacyEventType", "legacyeventtype", "actor.alternateId"),
    ]),
    envelopes: [
      Envelope(
        .all([.equals("eventType", "com.okta.event_hook"), .isArray("data.events")]), path: "data.events",
        members: [
          "eventType", "eventTypeVersion", "cloudEventsVersion", "source", "eventId", "data", "eventTime",
          "contentType",
        ])
    ],
    id: "uuid",
    severity: .panthers(
      otherwise: .words(
        // DEBUG, INFO, WARN, ERROR; whoever hands events on may have words of their own.
        "severity", SeverityWords.common, otherwise: .fixed(.informational))),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["published", "p_event_time"])),
        "rule.id": .first(["eventType", "eventtype"]),
        "rule.name": .first(["displayMessage", "displaymessage", "eventType", "eventtype"]),
        "message": .first(["displayMessage", "displaymessage", "eventType", "eventtype"]),
        "event.id": "uuid",
        "event.severity": "severity",
        "event.action": .first(["eventType", "eventtype"]),
        "event.provider": .constant("okta"),
        "event.outcome": .outcome("outcome.result", success: ["success", "allow"], failure: ["failure", "deny"]),
        "event.reason": "outcome.reason",
        // Never the display name: people choose theirs.
        "user.name": "actor.alternateId",
        "user.id": "actor.id",
        "user.full_name": "actor.displayName",
        "user.target.name": .first(["target.alternateId", "target.displayName"]),
        "source.ip": .addresses(.first(["client.ipAddress", "request.ipChain.ip"])),
        "source.geo.country_name": "client.geographicalContext.country",
        "host.name": .first(["device.name"]),
        "user_agent.original": "client.userAgent.rawUserAgent",
      ]),
    actors: [Actor("user.name"), Actor("user.id"), Actor("user.full_name", spoofable: true)],
    spoofable: ["user_agent.*", "host.name", "user.target.name"])
}
