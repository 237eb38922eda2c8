internal import AlertModel
public import PluginKit

// Tools that run Sigma rules over Windows event logs. Written after their documentation and source; the samples at hand
// were events, not the tools' output.
extension Format {
  /// Chainsaw's JSON output: `individual` detections hold one document, `aggregate` ones several.
  public static let chainsaw = Format(
    name: "chainsaw",
    title: "Chainsaw",
    references: [
      "https://github.com/WithSecureLabs/chainsaw",
      "https://github.com/WithSecureLabs/chainsaw/blob/master/src/cli.rs",
    ],
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
        "user.name": .first([
          WindowsEvent.loggedOn(eventPaths("System.EventID"), "document.data.Event.EventData.TargetUserName"),
          .named(
            (WindowsEvent.users.map { "EventData." + $0 } + ["UserData.LogFileCleared.SubjectUserName"])
              .flatMap(eventPaths)),
          WindowsEvent.target(
            eventPaths("EventData.TargetUserName"), unless: eventPaths("EventData.SubjectUserName")),
        ]),
        "user.id": .first([
          WindowsEvent.loggedOn(eventPaths("System.EventID"), "document.data.Event.EventData.TargetUserSid"),
          .named(
            [
              "EventData.SubjectUserSid", "UserData.LogFileCleared.SubjectUserSid", "System.Security_attributes.UserID",
            ].flatMap(eventPaths)),
          WindowsEvent.target(
            eventPaths("EventData.TargetUserSid"), unless: eventPaths("EventData.SubjectUserSid")),
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
          WindowsEvent.loggedOn(["EventID"], "Details.TgtUser"),
          .named([
            "Details.User", "Details.SrcUser", "ExtraFieldInfo.SubjectUserName", "AllFieldInfo.SubjectUserName",
            "AllFieldInfo.User",
          ]),
          WindowsEvent.target(
            ["Details.TgtUser", "AllFieldInfo.TargetUserName"],
            unless: ["Details.SrcUser", "ExtraFieldInfo.SubjectUserName", "AllFieldInfo.SubjectUserName"]),
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

  /// Zircolite: one entry a rule, whose `matches` are the alerts; what the rule says stands in the entry only. What it
  /// forwards (to Elasticsearch, Splunk) is one match a document, with the rule's fields beside the event's.
  public static let zircolite = Format(
    name: "zircolite",
    title: "Zircolite",
    references: [
      "https://github.com/wagga40/Zircolite", "https://github.com/wagga40/Zircolite/blob/master/zircolite/core.py",
    ],
    // What `matches` holds is any event: only the entry tells that it is Zircolite's.
    shape: .all([.has("rule_level"), .has("title"), .not(.isArray("matches"))]),
    envelopes: [
      Envelope(
        .all([.isArray("matches"), .has("title"), .hasAny("rule_level", "sigmafile", "sigma")]),
        path: "matches",
        members: ["title", "id", "description", "sigma", "sigmafile", "rule_level", "tags", "count", "matches"],
        own: true)
    ],
    severity: .words(
      .first([.envelope("rule_level"), "rule_level", .envelope("level"), "event.severity"]), SeverityWords.common,
      otherwise: .fixed(.medium)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["SystemTime", "UtcTime", "@timestamp", "timestamp"])),
        "rule.id": .first([.envelope("id"), "rule.id", "id"]),
        "rule.name": .first([.envelope("title"), "rule.name", "title"]),
        "message": .first([.envelope("description"), .envelope("title"), "message", "description", "title"]),
        "event.severity": .first([.envelope("rule_level"), "rule_level", "event.severity"]),
        "event.action": "EventID",
        "event.code": "EventID",
        "event.provider": .first(["Provider_Name", "Channel"]),
        "user.name": .first([
          WindowsEvent.loggedOn(["EventID"], "TargetUserName"), .named(WindowsEvent.users),
          WindowsEvent.target(["TargetUserName"], unless: ["SubjectUserName"]),
        ]),
        "user.id": .first([
          WindowsEvent.loggedOn(["EventID"], "TargetUserSid"), .named(["SubjectUserSid", "UserID"]),
          WindowsEvent.target(["TargetUserSid"], unless: ["SubjectUserSid"]),
        ]),
        "source.ip": .addresses(.first(WindowsEvent.addresses.map { .path(FieldPath($0)) })),
        "host.name": .first(["Computer", "Hostname", "host"]),
        "process.command_line": "CommandLine",
        "process.executable": "Image",
        "threat.technique.id": .list(
          .first([.techniques(in: .envelope("tags")), "threat.technique.id", .techniques(in: "tags")])),
      ]),
    actors: [Actor("user.name"), Actor("user.id")],
    spoofable: ["process.*", "host.name"],
    carried: ["rule.id", "rule.name", "message", "event.severity", "threat.technique.id"])

  /// A path below the Windows event that Chainsaw found.
  private static func event(_ path: String) -> FieldSource {
    .first(eventPaths(path).map { .scalar($0) })
  }

  private static func eventPaths(_ path: String) -> [String] {
    ["document.data.Event." + path, "documents.data.Event." + path]
  }
}
