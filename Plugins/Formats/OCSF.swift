internal import AlertModel
public import PluginKit

extension Format {
  /// Events and findings in the Open Cybersecurity Schema Framework: Security Lake, Security Hub's newer findings, others.
  public static let ocsf = Format(
    name: "ocsf",
    title: "OCSF",
    references: ["https://schema.ocsf.io/"],
    shape: .all([.has("class_uid"), .hasAny("metadata.version", "metadata.product", "category_uid", "type_uid")]),
    // The severity too: who works on a finding in Security Hub can change it, which changes no time
    // (https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateFindingsV2.html).
    id: .first([
      .updated(
        ["finding_info.uid", "finding.uid"],
        at: [
          "finding_info.modified_time", "finding_info.modified_time_dt", "finding.modified_time", "time", "time_dt",
        ], ["severity_id"]),
      "metadata.uid",
    ]),
    // https://schema.ocsf.io/1.5.0/objects/finding_info, attribute `severity_id`.
    severity: .panthers(
      otherwise: .words(
        "severity_id",
        ["1": .informational, "2": .low, "3": .medium, "4": .high, "5": .critical, "6": .critical],
        otherwise: .words(
          "severity", SeverityWords.common,
          // A finding that does not say how bad it is (0, unknown) is still a finding; other events are a log.
          otherwise: .words("category_uid", ["2": .medium], otherwise: .fixed(.informational))))),
    fields: FieldTable(
      // In OCSF `user` is who it was done to; an event that an attacker makes somebody else's must not pass for theirs.
      emptyIsMissing: true, hides: ["user": .always],
      [
        "@timestamp": .time(.first(["time", "time_dt", "metadata.logged_time", "start_time"])),
        "rule.id": .first([
          "finding_info.analytic.uid",
          .mapped("other than an ARN", { isARN($0) ? nil : asText($0, &$1) }, "finding.product_uid"),
          "analytic.uid", "compliance.control", "rule.uid",
          // What kind of event it is; of a finding that says nothing about what found it.
          .only(
            "the class is of no findings", of: ["class_uid"],
            { $0[0]?.withText { $0.first != UInt8(ascii: "2") } ?? true },
            "type_uid"),
        ]),
        "rule.name": .first([
          "finding_info.title", "finding.title", "rule.name",
          // One word is a stage or a state, such as Kubernetes' `ResponseComplete`.
          .mapped(
            "of several words",
            { value, text in
              guard value.isScalar, value.bytes.contains(UInt8(ascii: " ")) else { return nil }
              value.appendText(to: &text)
              return .string
            }, "message"),
          .only(
            "there is a message", of: ["message"], { $0[0] != nil },
            .joined(["api.operation", "resources.type"], with: " ")),
          "message", "api.operation", "type_name", "class_name",
          .mapped("the name of the class", { OCSFClasses.appendName(of: $0, to: &$1) ? .string : nil }, "class_uid"),
        ]),
        "message": .first(["finding_info.desc", "finding.desc", "message", "status_detail", "finding_info.title"]),
        "event.id": .first(["finding_info.uid", "finding.uid", "metadata.uid"]),
        "event.severity": .first(["severity_id", "severity"]),
        "event.action": .first(["api.operation", "evidences.api.operation", "activity_name"]),
        "event.provider": .first(["api.service.name", "evidences.api.service.name", "metadata.product.name"]),
        "event.outcome": .outcome(
          .first(["status", "status_id"]), success: ["success", "1"], failure: ["failure", "2"]),
        "cloud.provider": "cloud.provider",
        "cloud.account.id": .first([
          account("cloud.account.uid"), "cloud.account_uid", account("actor.user.account.uid"),
          "resources.owner.account.uid",
        ]),
        "cloud.region": .first(["cloud.region", "resources.region"]),
        "user.name": .first([
          .only(
            "where one of them has an actor's user", of: ["evidences.actor.user.name"], { $0.filled(0) != nil },
            .named(.firstInEach("evidences", ["actor.user.name", "actor.process.user.name"]))),
          .named([
            "actor.user.name", "actor.user.email_addr", "evidences.actor.process.user.name", "actor.process.user.name",
          ]), acting("user.name"), acting("user.email_addr"),
        ]),
        "user.id": .first(["evidences.actor.user.uid", "actor.user.uid", acting("user.uid")]),
        "user.email": .first(["actor.user.email_addr", acting("user.email_addr")]),
        "user.target.name": target("user.name"),
        "user.target.id": target("user.uid"),
        // What AWS calls somebody: the ARN is the `uid`, before version 1.0 the `uuid`; the issuer is the role.
        "aws.cloudtrail.user_identity.arn": .first([arn("actor.user.uid"), arn("actor.user.uuid")]),
        "aws.cloudtrail.user_identity.session_context.session_issuer.arn": arn("actor.session.issuer"),
        "source.ip": .addresses(.first(["evidences.src_endpoint.ip", "src_endpoint.ip", "device.ip"])),
        "destination.ip": .addresses(.first(["evidences.dst_endpoint.ip", "dst_endpoint.ip"])),
        "host.name": .first([
          .named(["device.hostname", "device.name", "evidences.device.hostname", "resources.hostname"]),
          .ofFirst(
            "of the first of `resources` whose `type` is a host its `name`, else its `uid`", in: "resources",
            type: "type", where: { hosts.contains($0.text.lowercased()) }, names: ["name", "uid"]),
          .named(["src_endpoint.hostname", "src_endpoint.instance_uid"]),
        ]),
        "user_agent.original": "http_request.user_agent",
        "threat.technique.id": .list(
          .first([
            "finding_info.attacks.technique.uid", "attacks.technique.uid", "attacks.technique_uid",
            "finding_info.attacks.sub_technique.uid",
          ])),
        "threat.tactic.id": .list(
          .first(["finding_info.attacks.tactic.uid", "attacks.tactic.uid", "attacks.tactics.uid"])),
      ]),
    actors: [
      Actor("user.name"), Actor("user.id"), Actor("user.email"), Actor("aws.cloudtrail.user_identity.arn"),
      Actor("aws.cloudtrail.user_identity.session_context.session_issuer.arn"),
    ],
    spoofable: ["user_agent.*", "host.name", "user.target.*"])

  private static func arn(_ path: String) -> FieldSource {
    .mapped("an ARN", { isARN($0) ? asText($0, &$1) : nil }, .path(FieldPath(path)))
  }

  /// AWS' mapping of EKS puts the caller's ARN in its account's place.
  private static func account(_ path: String) -> FieldSource {
    .mapped(
      "of an ARN its account",
      { value, text in
        guard isARN(value) else { return asText(value, &text) }
        return value.withText { arn in
          let parts = arn.split(separator: UInt8(ascii: ":"), maxSplits: 5, omittingEmptySubsequences: false)
          guard parts.count == 6, !parts[4].isEmpty else { return nil }
          text.append(contentsOf: parts[4])
          return .string
        }
      }, .path(FieldPath(path)))
  }

  private static func isARN(_ value: FieldValue) -> Bool { value.withText { $0.starts(with: "arn:".utf8) } }

  /// A number too: ids are text in ECS.
  private static func asText(_ value: FieldValue, _ text: inout [UInt8]) -> FieldValue.Kind? {
    guard value.isScalar else { return nil }
    value.appendText(to: &text)
    return .string
  }

  /// How products call a machine among what a finding is about, in lower case; OCSF leaves it to them.
  private static let hosts: Set<String> = [
    "awsec2instance", "aws::ec2::instance", "compute.googleapis.com/instance", "microsoft.compute/virtualmachines",
    "virtual machine", "host", "device", "server", "node", "nodes",
  ]

  private static let actors = [
    "evidences.actor.user", "actor.user", "evidences.actor.process.user", "actor.process.user",
  ]

  private static func target(_ path: String) -> FieldSource {
    .only(
      "there is an actor, or the class is of identities or inventories other than 3002",
      of: actors + ["class_uid", "actor", "evidences.actor"],
      { !isActing($0) }, .named([path]))
  }

  private static func acting(_ path: String) -> FieldSource {
    .only(
      "there is no actor, and the class is 3002 or not of identities or inventories",
      of: actors + ["class_uid", "actor", "evidences.actor"],
      isActing, .named([path]))
  }

  /// The `user` of an event is who it was done to where an actor is named beside it. Without an actor it is so too where
  /// accounts, their groups and rights change, and in inventories; but who logs on does that himself
  /// (https://schema.ocsf.io/1.5.0/classes, each with what its `user` is).
  private static func isActing(_ parts: FieldParts) -> Bool {
    if parts.hasNode(among: actors.indices) { return false }
    let number = parts[actors.count]
    if number?.equals("3002") ?? false { return true }
    // An actor may be a session or an application, which the user beside it is not.
    if parts.node(actors.count + 1) != nil || parts.node(actors.count + 2) != nil { return false }
    return !(number?.withText { $0.count == 4 && ($0[0] == UInt8(ascii: "3") || $0[0] == UInt8(ascii: "5")) } ?? false)
  }
}
