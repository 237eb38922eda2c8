internal import AlertModel
public import PluginKit

extension Format {
  /// Microsoft: Graph security alerts (v2, and the older v1 with `vendorInformation`), alerts of Defender for Endpoint's
  /// API, and Defender XDR's `AlertInfo` and `AlertEvidence` streams.
  public static let microsoftDefender = Format(
    name: "microsoft_defender",
    title: "Microsoft Defender and Graph alerts",
    references: [
      "https://learn.microsoft.com/en-us/graph/api/resources/security-alert",
      "https://learn.microsoft.com/en-us/defender-endpoint/api/alerts",
      "https://learn.microsoft.com/en-us/defender-xdr/advanced-hunting-alertinfo-table",
    ],
    shape: .any([
      .all([
        .hasAll("title", "severity", "createdDateTime"),
        .hasAny("serviceSource", "detectionSource", "vendorInformation"),
      ]),
      .hasAll("title", "severity", "alertCreationTime"),
      .begins("category", "AdvancedHunting-Alert"),
    ]),
    envelopes: [
      Envelope(
        .all([.has("@odata.context"), .isArray("value")]), path: "value",
        members: ["@odata.context", "@odata.count", "@odata.nextLink", "@odata.deltaLink", "value"])
    ],
    id: .first([
      .updated(["id"], at: ["lastUpdateDateTime", "lastModifiedDateTime", "lastUpdateTime"]),
      // An alert comes with several pieces of evidence, each a record of its own: those have no id of their own.
      .only(
        "category is AdvancedHunting-AlertInfo", of: ["category"],
        { $0[0]?.equals("AdvancedHunting-AlertInfo") ?? false }, "properties.AlertId"),
    ]),
    severity: .panthers(
      otherwise: .words(
        .first(["severity", "properties.Severity"]), SeverityWords.common, otherwise: .fixed(.informational))),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(
          .first(["createdDateTime", "alertCreationTime", "properties.Timestamp", "eventDateTime", "time"])),
        "rule.id": .first([
          // The stream's own category is the name of a table.
          "alertPolicyId", "detectorId", "threatName", "properties.Title", "properties.Category", "category",
        ]),
        "rule.name": .first(["title", "properties.Title"]),
        "rule.reference": .first(["alertWebUrl", "incidentWebUrl"]),
        "message": .first(["description", "title", "properties.Title"]),
        "event.severity": .first(["severity", "properties.Severity"]),
        "event.action": .first(["properties.Category", "category"]),
        "event.provider": .first([
          "serviceSource", "detectionSource", "vendorInformation.provider", "properties.ServiceSource",
        ]),
        "cloud.account.id": .first([
          "evidence.subscriptionId", "azureSubscriptionId", "properties.SubscriptionId", "tenantId", "azureTenantId",
        ]),
        "user.name": .first([
          .firstInEach(
            "evidence",
            [
              "userAccount.userPrincipalName", "userAccount.accountName", "primaryAddress", "userPrincipalName",
              "accountName",
            ]),
          .firstInEach("userStates", ["userPrincipalName", "accountName"]), "relatedUser.userName",
          "properties.AccountUpn", "properties.AccountName",
        ]),
        // Whoever was logged on to the machine need not have done it.
        "related.user": .list("loggedOnUsers.accountName"),
        "user.id": .first([
          .firstInEach("evidence", ["userAccount.azureAdUserId", "userAccount.userSid", "aadUserId"]),
          "userStates.aadUserId",
          "properties.AccountObjectId", "properties.AccountSid",
        ]),
        "user.email": .first(["evidence.userAccount.userPrincipalName", "properties.AccountUpn"]),
        "source.ip": .addresses(
          .first([
            "evidence.ipAddress", "userStates.logonIp", "networkConnections.sourceAddress", "properties.RemoteIP",
            "evidence.senderIp", "evidence.lastExternalIpAddress", "properties.LocalIP",
          ])),
        "host.name": .first([
          "evidence.deviceDnsName", "evidence.hostName", "hostStates.fqdn", "computerDnsName", "properties.DeviceName",
        ]),
        "threat.technique.id": .list(.techniques(in: .first(["mitreTechniques", "properties.AttackTechniques"]))),
      ]),
    actors: [Actor("user.name"), Actor("user.id"), Actor("user.email")],
    spoofable: ["host.name"])
}
