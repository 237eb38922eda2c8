internal import AlertModel
public import PluginKit

extension Format {
  /// CrowdStrike Falcon: detection summaries and other events of the event streams (with `metadata`, or bare), alerts of
  /// the API, and sensor events of Falcon Data Replicator.
  public static let crowdStrike = Format(
    name: "crowdstrike",
    title: "CrowdStrike Falcon",
    references: [
      "https://developer.crowdstrike.com/docs/openapi/",
      "https://www.elastic.co/docs/reference/integrations/crowdstrike",
    ],
    shape: .any([
      .hasAny("ExternalApiType", "event.ExternalApiType", "unknown_payload.ExternalApiType"),
      .hasAny("DetectName", "event.DetectName"),
      .all([.has("metadata.customerIDString"), .hasAny("event", "metadata.eventType")]),
      .hasAll("composite_id", "severity_name"),
      .all([
        .hasAny("cid", "aid", "event.aid"), .hasAny("event_simpleName", "event.event_simpleName", "fdr_event_type"),
      ]),
    ]),
    id: .first([
      either("CompositeId"), either("EventUUID"), either("DetectId"),
      .updated(["composite_id"], at: ["updated_timestamp"]), "metadata.eventUUID",
      either("id"),
    ]),
    severity: .panthers(
      otherwise: .words(
        .first([either("SeverityName"), "severity_name"]), SeverityWords.common,
        // Old summaries count 1 to 5, new ones and the API to 100.
        otherwise: .thresholds(
          .first([either("Severity"), "severity"]),
          [
            (0, .informational), (2, .low), (3, .medium), (4, .high), (5, .critical), (6, .low), (40, .medium),
            (60, .high),
            (80, .critical),
          ],
          otherwise: .fixed(.informational)))),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(
          .first([
            either("UTCTimestamp"), either("timestamp"), "created_timestamp", "metadata.eventCreationTime",
            either("ContextTimeStamp"),
            either("ProcessStartTime"),
          ])),
        "rule.id": .first([
          either("PatternId"), "pattern_id", either("DetectName"), sensorEvent, either("Name"),
          either("OperationName"), either("event_simpleName"), either("ExternalApiType"), "metadata.eventType",
        ]),
        "rule.name": .first([
          // A sensor's event has a `name` too, with the version of its shape behind.
          either("DetectName"), sensorEvent, either("Name"), "display_name", "name", either("OperationName"),
          either("event_simpleName"), either("ExternalApiType"), "metadata.eventType",
        ]),
        "rule.reference": .first([either("FalconHostLink"), "falcon_host_link"]),
        "message": .first([
          either("DetectDescription"), either("Description"), "description", either("CommandLine"),
          either("OperationName"),
          either("ExternalApiType"),
        ]),
        "event.severity": .first([either("SeverityName"), "severity_name", either("Severity"), "severity"]),
        "event.action": .first([
          either("OperationName"), either("PatternDispositionDescription"), "pattern_disposition_description",
          either("event_simpleName"), either("ExternalApiType"),
        ]),
        "event.provider": .first([either("ServiceName"), .constant("crowdstrike")]),
        "event.outcome": .outcome(either("Success"), success: ["true"], failure: ["false"]),
        "cloud.account.id": .first(["device.service_provider_account_id", "cloud_account_id"]),
        "user.name": .first([
          either("UserName"), "user_name", either("UserId"), either("UserPrincipal"), either("user_name"),
        ]),
        "user.id": .first([either("UserSid"), "user_id", either("UserId"), either("UID")]),
        "source.ip": .addresses(
          .first([
            either("UserIp"), either("SourceEndpointIpAddress"), either("OriginSourceIpAddress"),
            either("RemoteAddressIP4"),
            either("LocalIP"), either("LocalAddressIP4"), "device.local_ip", either("aip"),
          ])),
        "host.name": .first([
          either("ComputerName"), either("Hostname"), either("HostnameField"), "device.hostname",
          either("AgentIdString"),
          either("aid"),
        ]),
        "host.ip": either("LocalIP"),
        "process.name": .first([either("FileName"), "filename"]),
        "process.command_line": .first([either("CommandLine"), "cmdline"]),
        "threat.tactic.name": .first([either("Tactic"), "tactic"]),
        "threat.technique.name": .first([either("Technique"), "technique"]),
        "threat.technique.id": .list(
          .techniques(
            in: .first([either("TechniqueId"), "technique_id", either("MitreAttack.TechniqueID"), either("Technique")]))
        ),
      ]),
    actors: [Actor("user.name"), Actor("user.id")],
    spoofable: ["process.*", "host.name"])

  /// The kind of a sensor's event; what the cloud makes of them is `Event_…`, and has a better name.
  private static let sensorEvent = FieldSource.mapped(
    "other than `Event_…`",
    { value, text in
      guard value.isScalar, !value.withText({ $0.starts(with: "Event_".utf8) }) else { return nil }
      value.appendText(to: &text)
      return .string
    }, either("event_simpleName"))

  /// A key of the event, wherever the event is.
  private static func either(_ key: String) -> FieldSource {
    .first([.path(FieldPath("event." + key)), .path(FieldPath(key)), .path(FieldPath("unknown_payload." + key))])
  }
}
