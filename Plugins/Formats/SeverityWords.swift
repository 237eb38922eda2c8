internal import AlertModel
internal import PluginKit

/// The words that detectors use for severities, in lower case.
enum SeverityWords {
  /// What most detectors, and people, call the steps of their scale.
  static let common: [String: Severity] = [
    "informational": .informational, "information": .informational, "info": .informational, "none": .informational,
    "debug": .informational, "notice": .low, "ok": .informational, "low": .low, "minor": .low,
    "medium": .medium, "med": .medium, "moderate": .medium, "warning": .medium, "warn": .medium,
    "high": .high, "major": .high, "error": .high, "err": .high, "severe": .high,
    "critical": .critical, "crit": .critical, "fatal": .critical, "emergency": .critical, "emerg": .critical,
    "e_low": .low, "e_medium": .medium, "e_high": .high, "e_critical": .critical,
    "alert": .critical, "page": .critical, "emer": .critical, "panic": .critical,
  ]
}

extension SeverityRule {
  /// By Panther's alert, where a rule of Panther's matched this record of a log, and Panther's fields stand beside the
  /// record's own (https://docs.panther.com/search/panther-fields); then `otherwise`.
  static func panthers(otherwise: SeverityRule) -> SeverityRule {
    .words("p_alert_severity", SeverityWords.common, otherwise: otherwise)
  }
}

/// From which number on each severity begins.
enum Thresholds {
  /// Elastic's risk scores, 0 to 100: low 0–21, medium 22–47, high 48–73, critical 74–100
  /// (https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule).
  static let elasticRiskScore: [(from: Double, Severity)] = [
    (0, .low), (22, .medium), (48, .high), (74, .critical),
  ]
}
