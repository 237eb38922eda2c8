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
        "user.name": row(isOfAccount: false, .first(["columns.username", "columns.user"])),
        "user.id": row(isOfAccount: false, .first(["columns.uid", "columns.auid"])),
        "user.target.name": row(isOfAccount: true, "columns.username"),
        "user.target.id": row(isOfAccount: true, "columns.uid"),
        // Whoever was logged on when the query ran need not have done it.
        "related.user": .list("decorations.username"),
        "source.ip": .addresses(
          .first(["columns.remote_address", "columns.source", "columns.host", "columns.address"])),
        "host.name": .first(["hostIdentifier", "decorations.hostname", "decorations.host_uuid"]),
        "process.name": "columns.name",
        "process.command_line": .first(["columns.cmdline", "columns.command"]),
        "file.path": "columns.path",
      ]),
    actors: [Actor("user.name"), Actor("user.id")],
    spoofable: ["process.*", "host.name", "user.target.*"])

  /// Of a row of the table `users`, which is about an account, or of another
  /// (https://osquery.io/schema/5.12.1/#users).
  private static func row(isOfAccount: Bool, _ source: FieldSource) -> FieldSource {
    .only(
      isOfAccount ? "the row is an account's" : "the row is no account's",
      of: ["columns.shell", "columns.directory", "columns.command", "columns.cmdline"],
      { ($0[0] != nil && $0[1] != nil && $0[2] == nil && $0[3] == nil) == isOfAccount }, source)
  }
}
