internal import AlertModel
public import PluginKit

extension Format {
  /// Falco's JSON output, and what falcosidekick forwards. `output_fields` has dotted keys.
  public static let falco = Format(
    name: "falco",
    title: "Falco",
    references: [
      "https://falco.org/docs/concepts/outputs/formatting/", "https://falco.org/docs/reference/rules/supported-fields/",
    ],
    shape: .hasAll("rule", "priority", "output"),
    id: "uuid",
    severity: .words(
      "priority",
      [
        "emergency": .critical, "alert": .critical, "critical": .critical, "error": .high, "warning": .medium,
        "notice": .low, "informational": .informational, "info": .informational, "debug": .informational,
      ], otherwise: .fixed(.medium)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["time", "output_fields.evt.time"])),
        "rule.id": .scalar("rule"),
        "rule.name": .scalar("rule"),
        "message": "output",
        "event.severity": "priority",
        "event.action": .first(["output_fields.evt.type", "output_fields.ka.verb", "output_fields.ct.name"]),
        "event.provider": "source",
        "user.name": .first([
          "output_fields.user.name", "output_fields.ka.user.name", "output_fields.ct.user",
          "output_fields.user.loginname",
        ]),
        "user.id": .first(["output_fields.user.uid", "output_fields.ka.user.uid", "output_fields.ct.user.arn"]),
        "client.user.name": .first(["output_fields.ka.user.name", "output_fields.ct.user"]),
        "aws.cloudtrail.user_identity.arn": "output_fields.ct.user.arn",
        "cloud.account.id": .first(["output_fields.ct.user.accountid", "output_fields.aws.accountID"]),
        "cloud.region": "output_fields.ct.region",
        "source.ip": .addresses(
          .first([
            "output_fields.fd.cip", "output_fields.ct.srcip", "output_fields.ka.sourceips",
          ])),
        "destination.ip": .addresses("output_fields.fd.sip"),
        "host.name": .first(["hostname", "output_fields.evt.hostname", "output_fields.k8s.node.name"]),
        "process.name": "output_fields.proc.name",
        "process.command_line": "output_fields.proc.cmdline",
        "process.parent.name": "output_fields.proc.pname",
        // Of a socket the name is the connection: `10.0.0.1:40000->10.0.0.2:443`.
        "file.path": .mapped(
          "an absolute path",
          { $0.withText { $0.first == UInt8(ascii: "/") } ? FieldSource.copy($0, &$1) : nil }, "output_fields.fd.name"),
        "container.id": "output_fields.container.id",
        "container.name": "output_fields.container.name",
        "container.image.name": .first(["output_fields.container.image.repository", "output_fields.container.image"]),
        "orchestrator.namespace": .first(["output_fields.k8s.ns.name", "output_fields.ka.target.namespace"]),
        "orchestrator.resource.name": .first(["output_fields.k8s.pod.name", "output_fields.ka.target.name"]),
        "threat.technique.id": .list(.techniques(in: "tags")),
        "tags": "tags",
      ]),
    // In a container both a process's uid and the name for it come from the image. Kubernetes and CloudTrail know theirs.
    actors: [
      Actor("client.user.name"), Actor("aws.cloudtrail.user_identity.arn"), Actor("user.name", spoofable: true),
      Actor("user.id", spoofable: true),
    ],
    spoofable: [
      "process.*", "container.name", "host.name", "message", "file.path", "orchestrator.resource.name", "source.ip",
    ])
}
