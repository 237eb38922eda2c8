internal import AlertModel
public import PluginKit

// Tools that run Sigma rules over Windows event logs. Written after their documentation and source; the samples at hand
// were events, not the tools' output.
extension Format {
  /// Chainsaw's JSON output: `individual` detections hold one document, `aggregate` ones several.
  public static let chainsaw = Format(
    name: "chainsaw",
    title: "Chainsaw",
    references: ["https://github.com/WithSecureLabs/chainsaw"],
    shape: .all([.hasAll("level", "name"), .hasAny("document.data", "documents.data")]),
    severity: .words("level", SeverityWords.common, otherwise: .fixed(.medium)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time("timestamp"),
        "rule.id": .first(["id", "name"]),
        "rule.name": "name",
        "rule.reference": "references",
        "message": .first(["description", "name"]),
        "event.severity": "level",
        "event.action": .first([event("System.EventID"), "kind"]),
        "event.code": .first([event("System.EventID"), event("System.EventID.#text")]),
        "event.provider": .first([
          event("System.Provider_attributes.Name"), event("System.Provider.#attributes.Name"), event("System.Channel"),
        ]),
        "user.name": .first(WindowsEvent.users.map { event("EventData." + $0) }),
        "user.id": .first([
          event("EventData.SubjectUserSid"), event("EventData.TargetUserSid"),
          event("System.Security_attributes.UserID"),
        ]),
        "source.ip": .addresses(.first(WindowsEvent.addresses.map { event("EventData." + $0) })),
        "host.name": event("System.Computer"),
        "process.command_line": event("EventData.CommandLine"),
        "process.executable": event("EventData.Image"),
        "threat.technique.id": .list(.techniques(in: "tags")),
      ]),
    actors: [Actor("user.name"), Actor("user.id")],
    spoofable: ["process.*", "host.name"])

  /// Hayabusa's JSON and JSONL timelines.
  public static let hayabusa = Format(
    name: "hayabusa",
    title: "Hayabusa",
    references: ["https://github.com/Yamato-Security/hayabusa"],
    shape: .hasAll("RuleTitle", "Level"),
    severity: .words("Level", SeverityWords.common, otherwise: .fixed(.medium)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time("Timestamp"),
        "rule.id": .first(["RuleID", "RuleTitle"]),
        "rule.name": "RuleTitle",
        "message": .scalar("Details", "RuleTitle"),
        "event.severity": "Level",
        "event.action": "EventID",
        "event.code": "EventID",
        "event.provider": .first(["Provider", "Channel"]),
        "user.name": .first([
          "Details.User", "Details.SrcUser", "Details.TgtUser", "ExtraFieldInfo.SubjectUserName",
          "AllFieldInfo.SubjectUserName", "AllFieldInfo.TargetUserName", "AllFieldInfo.User",
        ]),
        "source.ip": .addresses(
          .first([
            "Details.SrcIP", "Details.SourceIP", "AllFieldInfo.IpAddress", "AllFieldInfo.SourceIp",
            "ExtraFieldInfo.IpAddress",
          ])),
        "host.name": "Computer",
        "process.command_line": .first(["Details.Cmdline", "AllFieldInfo.CommandLine"]),
        "threat.technique.id": .list(.techniques(in: .all(["MitreTags", "MitreTechniques"]))),
        "threat.tactic.name": .list("MitreTactics"),
      ]),
    actors: [Actor("user.name")],
    spoofable: ["process.*", "host.name"])

  /// Zircolite: one entry a rule, whose `matches` are the alerts; what the rule says stands in the entry only.
  public static let zircolite = Format(
    name: "zircolite",
    title: "Zircolite",
    references: ["https://github.com/wagga40/Zircolite"],
    // What `matches` holds is any event: only the entry tells that it is Zircolite's.
    shape: .all([.has("rule_level"), .has("title"), .not(.isArray("matches"))]),
    envelopes: [
      Envelope(
        .all([.isArray("matches"), .has("title"), .hasAny("rule_level", "sigmafile", "sigma", "count")]),
        path: "matches", own: true)
    ],
    severity: .words(
      .first([.envelope("rule_level"), "rule_level", .envelope("level"), "event.severity"]), SeverityWords.common,
      otherwise: .fixed(.medium)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["SystemTime", "UtcTime", "@timestamp", "timestamp"])),
        "rule.id": .first([.envelope("id"), "rule.id"]),
        "rule.name": .first([.envelope("title"), "rule.name", "title"]),
        "message": .first([.envelope("description"), .envelope("title"), "message"]),
        "event.severity": .first([.envelope("rule_level"), "rule_level", "event.severity"]),
        "event.action": "EventID",
        "event.code": "EventID",
        "event.provider": .first(["Provider_Name", "Channel"]),
        "user.name": .first(WindowsEvent.users.map { .path(FieldPath($0)) }),
        "user.id": .first(["SubjectUserSid", "TargetUserSid", "UserID"]),
        "source.ip": .addresses(.first(WindowsEvent.addresses.map { .path(FieldPath($0)) })),
        "host.name": .first(["Computer", "Hostname", "host"]),
        "process.command_line": "CommandLine",
        "process.executable": "Image",
        "threat.technique.id": .list(.first([.techniques(in: .envelope("tags")), "threat.technique.id"])),
      ]),
    actors: [Actor("user.name"), Actor("user.id")],
    spoofable: ["process.*", "host.name"],
    carried: ["rule.id", "rule.name", "message", "event.severity", "threat.technique.id"])

  /// A path below the Windows event that Chainsaw found.
  private static func event(_ path: String) -> FieldSource {
    .scalar("document.data.Event." + path, "documents.data.Event." + path)
  }
}

/// Where Windows events and Sysmon's name people and addresses, the one who acts before the one acted upon
/// (https://learn.microsoft.com/en-us/windows/security/threat-protection/auditing/).
enum WindowsEvent {
  static let users = ["SubjectUserName", "User", "SourceUser", "TargetUserName", "AccountName", "UserName"]
  static let addresses = ["IpAddress", "SourceIp", "SourceAddress", "ClientAddress", "ClientIP"]
}
