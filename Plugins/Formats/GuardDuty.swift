internal import AlertModel
public import PluginKit

extension Format {
  /// Findings of Amazon GuardDuty: as EventBridge and S3 exports have them (`accountId`), or as the API answers
  /// (`AccountId`, `{"Findings": […]}`).
  public static let guardDuty = Format(
    name: "guardduty",
    title: "Amazon GuardDuty",
    references: [
      "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-format.html",
      "https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Finding.html",
    ],
    shape: .any([
      .hasAll("accountId", "type", "service.detectorId"), .hasAll("AccountId", "Type", "Service.DetectorId"),
      // Findings as people pass them on, with what they do not need left out.
      .hasAll("schemaVersion", "accountId", "type", "severity", "title"),
    ]),
    envelopes: [.findings],
    id: .updated(["id", "Id"], at: ["updatedAt", "UpdatedAt"]),
    // Low 1–3.9, medium 4–6.9, high 7–8.9, critical 9–10
    // (https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html).
    severity: .panthers(
      otherwise: .thresholds(
        cased("severity"), [(0, .low), (4, .medium), (7, .high), (9, .critical)], otherwise: .fixed(.medium))),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first([cased("updatedAt"), cased("service.eventLastSeen"), cased("createdAt")])),
        "rule.id": cased("type"),
        "rule.name": cased("title"),
        "message": cased("description"),
        "event.id": cased("id"),
        "event.severity": cased("severity"),
        "event.action": .first([cased("service.action.awsApiCallAction.api"), cased("service.action.actionType")]),
        "event.provider": .first([cased("service.action.awsApiCallAction.serviceName"), .constant("guardduty")]),
        "event.outcome": .only(
          "an API call with an error", of: errorCodes, { $0[0] != nil || $0[1] != nil }, .constant("failure")),
        "cloud.provider": .constant("aws"),
        "cloud.account.id": cased("accountId"),
        "cloud.region": cased("region"),
        "user.name": .first([
          cased("resource.accessKeyDetails.userName"),
          cased("resource.kubernetesDetails.kubernetesUserDetails.username"),
          cased("resource.rdsDbUserDetails.user"), sequence("actors.user.name"),
        ]),
        "user.id": .first([cased("resource.accessKeyDetails.principalId"), sequence("actors.user.uid")]),
        "source.ip": .first(
          actions.flatMap { action in
            ["ipAddressV4", "ipAddressV6"].map { .addresses(cased("service.action.\(action).remoteIpDetails.\($0)")) }
          } + [.addresses(sequence("endpoints.ip"))]),
        "host.name": cased("resource.instanceDetails.instanceId"),
        "host.id": cased("resource.instanceDetails.instanceId"),
        "dns.question.name": cased("service.action.dnsRequestAction.domain"),
        "threat.technique.id": .list(.techniques(in: cased("service.detection.sequence.indicators.values"))),
        "user_agent.original": cased("service.additionalInfo.userAgent.fullUserAgent"),
      ]),
    actors: [Actor("user.name"), Actor("user.id")],
    spoofable: ["user_agent.*", "dns.question.name"])

  private static let actions = [
    "awsApiCallAction", "networkConnectionAction", "portProbeAction.portProbeDetails", "kubernetesApiCallAction",
    "rdsLoginAttemptAction",
  ]

  private static let errorCodes = [
    "service.action.awsApiCallAction.errorCode", "Service.Action.AwsApiCallAction.ErrorCode",
  ]

  /// A part of an attack sequence: a finding of several signals, with everybody who took part in it
  /// (https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Sequence.html).
  private static func sequence(_ path: String) -> FieldSource { cased("service.detection.sequence." + path) }

  /// The path as findings write it, else with capitals as the API does.
  private static func cased(_ path: String) -> FieldSource {
    let capitals = path.split(separator: ".").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: ".")
    return .first([.path(FieldPath(path)), .path(FieldPath(capitals))])
  }
}
