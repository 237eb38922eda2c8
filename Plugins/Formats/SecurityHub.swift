internal import AlertModel
public import PluginKit

extension Format {
  /// Findings of AWS Security Hub in its finding format (ASFF): alone, in `{"Findings": […]}`, or through EventBridge.
  /// Security Hub's newer findings are OCSF and recognised as that.
  public static let securityHub = Format(
    name: "security_hub",
    title: "AWS Security Hub (ASFF)",
    references: ["https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html"],
    shape: .hasAll("AwsAccountId", "ProductArn", "GeneratorId"),
    envelopes: [
      Envelope(
        .all([.has("detail-type"), .isArray("detail.findings")]), path: "detail.findings", members: Envelope.eventBridge
      ),
      .findings,
    ],
    // Who works on a finding, and automation rules, can change its severity, which leaves `UpdatedAt` as it is
    // (https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateFindings.html).
    id: .updated(
      ["Id"], at: ["UpdatedAt"], ["Severity.Label", "FindingProviderFields.Severity.Label", "Severity.Normalized"]),
    severity: .panthers(
      otherwise: .words(
        .first(["Severity.Label", "FindingProviderFields.Severity.Label"]), SeverityWords.common,
        // https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Severity.html
        otherwise: .thresholds(
          "Severity.Normalized", [(0, .informational), (1, .low), (40, .medium), (70, .high), (90, .critical)],
          otherwise: .fixed(.medium)))),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["UpdatedAt", "LastObservedAt", "CreatedAt"])),
        "rule.id": "GeneratorId",
        "rule.name": "Title",
        "rule.reference": .first(["Remediation.Recommendation.Url", "SourceUrl"]),
        "message": "Description",
        "event.id": "Id",
        "event.severity": .first(["Severity.Label", "Severity.Normalized", "Severity.Product"]),
        "event.action": .first([
          "Action.AwsApiCallAction.Api", guardDuty("action/awsApiCallAction/api"), "Action.ActionType",
        ]),
        "event.provider": .first(["ProductName", "ProductFields.aws/securityhub/ProductName", "ProductArn"]),
        "event.outcome": .outcome("Compliance.Status", success: ["passed"], failure: ["failed"]),
        "cloud.provider": .constant("aws"),
        "cloud.account.id": "AwsAccountId",
        "cloud.account.name": "AwsAccountName",
        "cloud.region": .first(["Region", "Resources.Region"]),
        "user.name": .first([
          .firstInEach(
            "Resources",
            [
              "Details.AwsIamAccessKey.UserName", "Details.AwsIamAccessKey.PrincipalName",
              "Details.AwsIamUser.UserName",
            ]), guardDuty("resource/accessKeyDetails/userName"),
          .path(FieldPath(issuer + "UserName")),
        ]),
        "user.id": .first([
          "Resources.Details.AwsIamAccessKey.PrincipalId", guardDuty("resource/accessKeyDetails/principalId"),
        ]),
        "aws.cloudtrail.user_identity.session_context.session_issuer.arn": .path(FieldPath(issuer + "Arn")),
        "source.ip": .addresses(
          .first([
            "Action.AwsApiCallAction.RemoteIpDetails.IpAddressV4",
            "Action.NetworkConnectionAction.RemoteIpDetails.IpAddressV4",
            "Action.PortProbeAction.PortProbeDetails.RemoteIpDetails.IpAddressV4", "Network.SourceIpV4",
            "Network.SourceIpV6",
            guardDuty("action/awsApiCallAction/remoteIpDetails/ipAddressV4"),
            guardDuty("action/networkConnectionAction/remoteIpDetails/ipAddressV4"),
          ])),
        // A machine where there is one; else what the finding is about, as other tools have it.
        "host.name": .first([
          .ofFirst(
            "`Resources.Id` of the first whose `Type` is `AwsEc2Instance`", in: "Resources", type: "Type",
            where: { $0.equals("AwsEc2Instance") }, names: ["Id"]),
          "Resources.Id",
        ]),
        "threat.technique.id": .list(.techniques(in: "Types")),
      ]),
    actors: [
      Actor("user.name"), Actor("user.id"),
      Actor("aws.cloudtrail.user_identity.session_context.session_issuer.arn"),
    ],
    spoofable: ["user_agent.*"])

  /// The role whose session an access key is of.
  private static let issuer = "Resources.Details.AwsIamAccessKey.SessionContext.SessionIssuer."

  /// What GuardDuty puts into `ProductFields`: with its prefix now, without it before 2020.
  private static func guardDuty(_ key: String) -> FieldSource {
    .first([.path(FieldPath("ProductFields.aws/guardduty/service/" + key)), .path(FieldPath("ProductFields." + key))])
  }
}

extension Envelope {
  /// What AWS' GetFindings calls answer
  /// (https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindings.html).
  static let findings = Envelope(
    .isArray("Findings"), path: "Findings", members: ["Findings", "NextToken", "ResponseMetadata"], bare: true)
}
