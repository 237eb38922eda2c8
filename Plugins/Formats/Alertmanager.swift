internal import AlertModel
public import PluginKit

extension Format {
  /// Prometheus Alertmanager: alerts of a webhook's group, or as its API lists them. Labels are free; those that people
  /// use for who, where and which account are looked for.
  public static let alertmanager = Format(
    name: "alertmanager",
    title: "Prometheus Alertmanager",
    references: ["https://prometheus.io/docs/alerting/latest/configuration/#webhook_config"],
    shape: .all([.has("labels.alertname"), .hasAny("startsAt", "endsAt", "annotations", "generatorURL", "fingerprint")]
    ),
    envelopes: [
      Envelope(
        .all([
          .isArray("alerts"),
          .hasAny("receiver", "groupKey", "groupLabels", "commonLabels", "externalURL", "commonAnnotations"),
        ]), path: "alerts",
        members: [
          "version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels",
          "commonAnnotations", "externalURL", "alerts", "orgId", "title", "state", "message",
        ])
    ],
    severity: .words(
      .first(["labels.severity", "labels.level", "labels.priority"]), SeverityWords.common, otherwise: .fixed(.medium)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time("startsAt"),
        "rule.id": .first(["fingerprint", "labels.alertname"]),
        "rule.name": "labels.alertname",
        "rule.reference": .first(["annotations.runbook_url", "annotations.runbook", "generatorURL"]),
        "message": .first([
          "annotations.summary", "annotations.description", "annotations.message", "annotations.title",
          "labels.alertname",
        ]),
        "event.severity": .first(["labels.severity", "labels.level", "labels.priority"]),
        "event.action": .scalar("status", "status.state"),
        "event.provider": .first(["labels.job", .constant("alertmanager")]),
        "cloud.account.id": .first([
          "labels.account_id", "labels.aws_account_id", "labels.account", "labels.project_id",
        ]),
        "cloud.region": .first(["labels.region", "labels.aws_region"]),
        "user.name": .first(["labels.user", "labels.username", "labels.user_name", "labels.actor"]),
        "source.ip": .addresses(.first(["labels.source_ip", "labels.src_ip", "labels.client_ip", "labels.ip"])),
        "host.name": .first(["labels.instance", "labels.host", "labels.hostname", "labels.node", "labels.nodename"]),
        "orchestrator.namespace": "labels.namespace",
      ]),
    actors: [Actor("user.name")],
    spoofable: ["host.name", "message"])
}
