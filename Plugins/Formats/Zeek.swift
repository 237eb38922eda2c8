internal import AlertModel
public import PluginKit

extension Format {
  /// Zeek's notice log as JSON. Nobody is named: it has no actors.
  public static let zeekNotice = Format(
    name: "zeek_notice",
    title: "Zeek notice log",
    references: [
      "https://docs.zeek.org/en/master/scripts/base/frameworks/notice/main.zeek.html#type-Notice::Info"
    ],
    shape: .hasAll("note", "ts", "msg"),
    // A notice has no severity; what the site asked Zeek to do about it says how grave it is.
    severity: .words(
      "actions",
      [
        "notice::action_alarm": .medium, "notice::action_email": .medium, "notice::action_page": .high,
        "notice::action_drop": .medium,
      ], otherwise: .fixed(.low)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time("ts"),
        "rule.id": "note",
        "rule.name": "msg",
        "message": .joined(["msg", "sub"], with: "; "),
        "event.action": "note",
        "event.provider": .constant("zeek"),
        "source.ip": .addresses(.first(["src", "id.orig_h"])),
        "source.port": "id.orig_p",
        "destination.ip": .addresses(.first(["dst", "id.resp_h"])),
        "destination.port": .first(["p", "id.resp_p"]),
        "host.name": .scalar("peer_descr", "peer_name", "_system_name"),
        "network.transport": "proto",
      ]),
    spoofable: ["message"])
}
