internal import AlertModel
public import PluginKit

extension Format {
  /// Suricata's EVE output: alerts, and its other event types as informational events. Nobody is named: it has no actors.
  public static let suricata = Format(
    name: "suricata",
    title: "Suricata EVE",
    references: ["https://docs.suricata.io/en/latest/output/eve/eve-json-format.html"],
    shape: .all([
      .has("event_type"),
      .any([.has("flow_id"), .hasAll("src_ip", "dest_ip"), .hasAll("timestamp", "event_type", "stats")]),
    ]),
    severity: .panthers(
      otherwise: .thresholds(
        "alert.severity", [(1, .high), (2, .medium), (3, .low), (4, .informational)], otherwise: .fixed(.informational))
    ),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time("timestamp"),
        "rule.id": .joined(["alert.gid", "alert.signature_id", "alert.rev"], with: ":"),
        "rule.name": .first(["alert.signature", "anomaly.event", "event_type"]),
        "rule.category": "alert.category",
        "message": .first(["alert.signature", "anomaly.event", "event_type"]),
        "event.severity": "alert.severity",
        "event.action": .first(["alert.action", "event_type"]),
        "event.provider": .constant("suricata"),
        "source.ip": .addresses("src_ip"),
        "source.port": "src_port",
        "destination.ip": .addresses("dest_ip"),
        "destination.port": "dest_port",
        "host.name": .scalar("host"),
        "network.transport": "proto",
        "url.domain": .first(["http.hostname", "tls.sni"]),
        "url.path": "http.url",
        "user_agent.original": "http.http_user_agent",
        "dns.question.name": .first(["dns.rrname", "dns.query.rrname", "dns.queries.rrname"]),
        "threat.technique.id": .list(
          .techniques(in: .first(["alert.metadata.mitre_technique_id", "alert.metadata.mitre_attack"]))),
      ]),
    spoofable: ["user_agent.*", "url.*", "dns.question.name"])
}
