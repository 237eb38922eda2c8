internal import AlertModel
public import PluginKit

extension Format {
  /// Any other JSON: the names that detectors commonly use for the same things. Never an error.
  public static let generic = Format(
    name: "generic",
    title: "Any other JSON",
    shape: .anything,
    id: .first(["alert_id", "alertId", "event_id", "eventId", "uuid", "id"]),
    severity: .words(
      .first(["severity", "level", "priority"]), SeverityWords.common, otherwise: .fixed(.informational)),
    fields: FieldTable([
      "@timestamp": .first(["@timestamp", "timestamp", "time", "ts"]),
      "message": .first(["message", "msg", "description"]),
      "rule.name": .first(["rule.name", "rule_name", "rule", "title", "name", "message"]),
      "user.name": .first(["user.name", "username", "user"]),
    ]),
    actors: ECSActors.all)
}
