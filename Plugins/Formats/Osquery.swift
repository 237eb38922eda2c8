internal import AlertModel
public import PluginKit

extension Format {
  /// Results of osquery's scheduled queries: differential events and snapshots. A query has no severity.
  public static let osquery = Format(
    name: "osquery",
    title: "osquery",
    references: ["https://osquery.readthedocs.io/en/stable/deployment/logging/"],
    shape: .all([
      .has("name"),
      .any([.all([.has("action"), .isObject("columns")]), .all([.has("action"), .isArray("snapshot")])]),
    ]),
    severity: .panthers(otherwise: .fixed(.informational)),
    fields: FieldTable(
      emptyIsMissing: true,
      [
        "@timestamp": .time(.first(["unixTime", "columns.unix_time", "columns.time"])),
        "rule.id": "name",
        "rule.name": "name",
        "message": .joined(["name", "action", "columns.cmdline", "columns.command", "columns.path"], with: " "),
        "event.action": "action",
        "event.provider": .constant("osquery"),
        "user.name": .first(["columns.username", "columns.user", "decorations.username"]),
        "user.id": .first(["columns.uid", "columns.auid"]),
        "source.ip": .addresses(
          .first(["columns.remote_address", "columns.source", "columns.host", "columns.address"])),
        "host.name": .first(["hostIdentifier", "decorations.hostname", "decorations.host_uuid"]),
        "process.name": "columns.name",
        "process.command_line": .first(["columns.cmdline", "columns.command"]),
        "file.path": "columns.path",
      ]),
    actors: [Actor("user.name"), Actor("user.id")],
    spoofable: ["process.*", "host.name"])
}
