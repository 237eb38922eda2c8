internal import AlertModel
public import PluginKit

extension Format {
  /// The audit log of the Kubernetes API server, of any provider: events alone or in an `EventList`.
  public static let kubernetesAudit = Format(
    name: "kubernetes_audit",
    title: "Kubernetes audit log",
    references: ["https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/"],
    shape: .any([
      .all([
        .has("verb"),
        .any([.equals("kind", "Event"), .begins("apiVersion", "audit.k8s.io/"), .has("auditID")]),
        .hasAny("objectRef", "requestURI", "auditID", "user.username", "sourceIPs"),
      ]),
      // A log that leaves the verb out still says what it is.
      .all([.equals("kind", "Event"), .begins("apiVersion", "audit.k8s.io/")]),
    ]),
    envelopes: [
      Envelope(
        .all([.equals("kind", "EventList"), .isArray("items")]), path: "items",
        members: ["kind", "apiVersion", "metadata", "items"])
    ],
    id: .joined(["auditID", "stage"], with: "/"),
    severity: .panthers(otherwise: .fixed(.informational)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["requestReceivedTimestamp", "stageTimestamp", "timestamp", "p_event_time"])),
        "rule.id": .first([request(joinedBy: ":"), .constant("audit")]),
        "rule.name": .first([request(joinedBy: " "), .constant("Kubernetes audit event")]),
        "message": .computed(
          "`verb`, `requestURI` or the object, and `responseStatus.message`",
          of: ["verb", "requestURI", "objectRef.resource", "responseStatus.message"]
        ) { parts, text in
          append([parts.filled(0), parts.filled(1) ?? parts.filled(2), parts.filled(3)], joinedBy: " ", to: &text)
        },
        "event.id": "auditID",
        "event.action": "verb",
        "event.provider": .constant("kubernetes"),
        "event.outcome": .computed(
          "`failure` where the status code is 400 or more or the request was forbidden",
          of: ["responseStatus.code", "annotations.authorization.k8s.io/decision"]
        ) { parts, text in
          guard parts[0] != nil || parts[1] != nil else { return nil }
          let code = parts[0].flatMap { Int($0.text) } ?? 200
          let isForbidden = parts[1]?.equals("forbid") ?? false
          text.append(contentsOf: (code >= 400 || isForbidden ? "failure" : "success").utf8)
          return .string
        },
        "user.name": "user.username",
        "user.id": "user.uid",
        "user.effective.name": "impersonatedUser.username",
        "group.name": "user.groups",
        "cloud.account.id": "p_any_aws_account_ids",
        "source.ip": .addresses("sourceIPs"),
        "host.name": .only(
          "the object is a node", of: ["objectRef.resource"], { $0[0]?.equals("nodes") ?? false }, "objectRef.name"),
        "orchestrator.namespace": "objectRef.namespace",
        "orchestrator.resource.type": "objectRef.resource",
        "orchestrator.resource.name": "objectRef.name",
        "user_agent.original": "userAgent",
      ]),
    // Whoever may impersonate names whom; and all but the last address are what the client's headers say.
    actors: [Actor("user.name"), Actor("user.id"), Actor("user.effective.name", spoofable: true)],
    spoofable: ["user_agent.*", "host.name", "orchestrator.resource.name", "source.ip", "message"])

  /// What was asked for: `create pods exec`, or `get /version` where that is no object.
  private static func request(joinedBy separator: String) -> FieldSource {
    .computed(
      "`verb`\(separator)`objectRef.resource`\(separator)`objectRef.subresource`, else `requestURI` without its query",
      of: ["verb", "objectRef.resource", "objectRef.subresource", "requestURI"]
    ) { parts, text in
      if let resource = parts.filled(1) {
        return append([parts.filled(0), resource, parts.filled(2)], joinedBy: separator, to: &text)
      }
      guard append([parts.filled(0), parts.filled(3)], joinedBy: separator, to: &text) != nil else { return nil }
      if let query = text.firstIndex(of: UInt8(ascii: "?")) { text.removeSubrange(query...) }
      return .string
    }
  }

  /// Appends those of the values that there are; nil where there is none.
  private static func append(
    _ values: [FieldValue?], joinedBy separator: String, to text: inout [UInt8]
  ) -> FieldValue.Kind? {
    for value in values.compactMap({ $0 }) {
      if !text.isEmpty { text.append(contentsOf: separator.utf8) }
      value.appendText(to: &text)
    }
    return text.isEmpty ? nil : .string
  }
}
