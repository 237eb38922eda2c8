internal import AlertModel
public import PluginKit

extension Format {
  /// Alert documents of Elastic Security's detection engine, as its `.alerts-security.alerts-*` indices hold them
  /// (`kibana.alert.*`, since 8.0) or as `.siem-signals-*` did before (`signal.*`). Dotted keys and nested objects alike.
  public static let elastic = Format(
    name: "elastic",
    title: "Elastic Security",
    references: [
      "https://www.elastic.co/docs/reference/security/fields-and-object-schemas/alert-schema"
    ],
    shape: .any([.has("kibana.alert.rule.name"), .has("kibana.alert.uuid"), .has("signal.rule.name")]),
    id: .first(["kibana.alert.uuid", .envelope("_id"), "signal.id"]),
    severity: .words(
      .first(["kibana.alert.severity", "kibana.alert.rule.severity", "signal.rule.severity"]), SeverityWords.common,
      otherwise: .thresholds(
        .first(["kibana.alert.risk_score", "kibana.alert.rule.risk_score", "signal.rule.risk_score"]),
        Thresholds.elasticRiskScore, otherwise: .fixed(.medium))),
    // The source document's fields are copied into the alert.
    fields: FieldTable(
      holdsEvent: true,
      [
        "rule.id": .first([
          "kibana.alert.rule.rule_id", "kibana.alert.rule.parameters.rule_id", "kibana.alert.rule.uuid",
          "signal.rule.rule_id", "signal.rule.id", "rule.id",
        ]),
        "rule.uuid": .first(["kibana.alert.rule.uuid", "signal.rule.id", "rule.uuid"]),
        "rule.name": .first(["kibana.alert.rule.name", "signal.rule.name", "rule.name"]),
        "rule.description": .first(["kibana.alert.rule.description", "signal.rule.description", "rule.description"]),
        "rule.reference": .first(["kibana.alert.rule.references", "signal.rule.references", "rule.reference"]),
        "message": .first(["kibana.alert.reason", "signal.reason", "message"]),
        "event.severity": .first(["event.severity", "kibana.alert.risk_score", "signal.rule.risk_score"]),
        "event.risk_score": .first(["kibana.alert.risk_score", "signal.rule.risk_score", "event.risk_score"]),
        "threat.tactic.id": .first([
          "kibana.alert.rule.threat.tactic.id", "kibana.alert.rule.parameters.threat.tactic.id",
          "signal.rule.threat.tactic.id", "threat.tactic.id",
        ]),
        "threat.tactic.name": .first([
          "kibana.alert.rule.threat.tactic.name", "kibana.alert.rule.parameters.threat.tactic.name",
          "signal.rule.threat.tactic.name", "threat.tactic.name",
        ]),
        "threat.technique.id": .first([
          "kibana.alert.rule.threat.technique.id", "kibana.alert.rule.parameters.threat.technique.id",
          "signal.rule.threat.technique.id", "threat.technique.id",
        ]),
        "threat.technique.name": .first([
          "kibana.alert.rule.threat.technique.name", "kibana.alert.rule.parameters.threat.technique.name",
          "signal.rule.threat.technique.name", "threat.technique.name",
        ]),
        "host.name": .first(["host.name", "host.hostname"]),
      ]),
    actors: ECSActors.all,
    spoofable: ECSActors.spoofable,
    isECS: true)

  /// Documents that are in ECS already and are no Elastic Security alerts: what Elastic Agent, Beats and integrations
  /// write (https://www.elastic.co/docs/reference/ecs).
  public static let ecs = Format(
    name: "ecs",
    title: "Elastic Common Schema",
    references: ["https://www.elastic.co/docs/reference/ecs"],
    shape: .any([
      .has("ecs.version"), .has("data_stream.dataset"), .has("event.kind"), .has("event.dataset"), .has("event.action"),
      .has("event.category"),
    ]),
    id: .first(["event.id", .envelope("_id")]),
    severity: .words(
      "severity", SeverityWords.common,
      otherwise: .thresholds(
        .first(["event.risk_score", "risk.score"]), Thresholds.elasticRiskScore, otherwise: .fixed(.informational))),
    fields: FieldTable([
      "@timestamp": .first([
        "@timestamp", .time(.first(["event.created", "timestamp", "event.start", "event.ingested"])),
      ]),
      "rule.id": .first(["rule.id", "rule.uuid", "event.action", "event.code"]),
      "rule.name": .first(["rule.name", "event.action", "message"]),
      "message": .first(["message", "event.reason", "event.action"]),
      "host.name": .first(["host.name", "host.hostname"]),
    ]),
    actors: ECSActors.all,
    spoofable: ECSActors.spoofable,
    isECS: true)
}

/// Who did it, in documents that are in ECS.
enum ECSActors {
  static let all: [Format.Actor] = [
    Format.Actor("user.name"), Format.Actor("user.id"), Format.Actor("user.email"),
    Format.Actor("aws.cloudtrail.user_identity.arn"),
    Format.Actor("aws.cloudtrail.user_identity.session_context.session_issuer.arn"),
    Format.Actor("client.user.name"), Format.Actor("client.user.email"), Format.Actor("source.user.name"),
  ]

  static let spoofable: Set<String> = [
    "user_agent.*", "source.domain", "host.name", "host.hostname", "agent.name", "process.name", "process.title",
    "process.args", "process.command_line", "process.executable", "process.parent.name", "process.parent.command_line",
    "user.full_name", "user.target.name", "user.changes.name", "okta.actor.display_name",
    "aws.cloudtrail.request_parameters", "aws.cloudtrail.flattened.request_parameters.*",
    "kubernetes.audit.impersonatedUser.*", "kubernetes.audit.userAgent", "tls.client.server_name",
    "dns.question.name", "url.*",
  ]
}
