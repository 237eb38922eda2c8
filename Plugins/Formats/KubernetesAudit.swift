internal import AlertModel
public import PluginKit

extension Format {
  /// The audit log of the Kubernetes API server, of any provider: events alone or in an `EventList`.
  public static let kubernetesAudit = Format(
    name: "kubernetes_audit",
    title: "Kubernetes audit log",
    references: ["https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/"],
    shape: .all([
      .has("verb"),
      .any([.equals("kind", "Event"), .begins("apiVersion", "audit.k8s.io/"), .has("auditID")]),
      .hasAny("objectRef", "requestURI", "auditID", "user.username"),
    ]),
    envelopes: [Envelope(.all([.equals("kind", "EventList"), .isArray("items")]), path: "items")],
    id: .joined(["auditID", "stage"], with: "/"),
    severity: .fixed(.informational),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["requestReceivedTimestamp", "stageTimestamp", "timestamp", "p_event_time"])),
        "rule.id": .joined(["verb", "objectRef.resource", "objectRef.subresource"], with: ":"),
        "rule.name": .joined(["verb", "objectRef.resource", "objectRef.subresource"], with: " "),
        "message": .computed("`verb`, `requestURI` or the object, and `responseStatus.message`") { event, _, text in
          let parts = [
            summary.verb, summary.uri.first(in: event) == nil ? summary.resource : summary.uri, summary.status,
          ]
          for value in parts.compactMap({ $0.first(in: event)?.value }) where value.isScalar {
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            value.appendText(to: &text)
          }
          return .string
        },
        "event.id": "auditID",
        "event.action": "verb",
        "event.provider": .constant("kubernetes"),
        "event.outcome": .computed("`failure` where the status code is 400 or more or the request was forbidden") {
          event, _, text in
          guard summary.code.first(in: event) != nil || summary.decision.first(in: event) != nil else { return nil }
          let code = summary.code.first(in: event).flatMap { Int($0.value.text) } ?? 200
          let isForbidden = summary.decision.first(in: event)?.value.equals("forbid") ?? false
          text.append(contentsOf: (code >= 400 || isForbidden ? "failure" : "success").utf8)
          return .string
        },
        "user.name": "user.username",
        "user.id": "user.uid",
        "user.effective.name": "impersonatedUser.username",
        "group.name": "user.groups",
        "cloud.account.id": "p_any_aws_account_ids",
        "source.ip": .addresses("sourceIPs"),
        "host.name": "objectRef.name",
        "orchestrator.namespace": "objectRef.namespace",
        "orchestrator.resource.type": "objectRef.resource",
        "orchestrator.resource.name": "objectRef.name",
        "user_agent.original": "userAgent",
      ]),
    // Whoever may impersonate names whom; and all but the last address are what the client's headers say.
    actors: [Actor("user.name"), Actor("user.id"), Actor("user.effective.name", spoofable: true)],
    spoofable: ["user_agent.*", "host.name", "orchestrator.resource.name", "source.ip", "message"])

  private static let summary = (
    verb: FieldPath("verb"), uri: FieldPath("requestURI"), resource: FieldPath("objectRef.resource"),
    status: FieldPath("responseStatus.message"), code: FieldPath("responseStatus.code"),
    decision: FieldPath(#"annotations.authorization.k8s.io/decision"#)
  )
}
