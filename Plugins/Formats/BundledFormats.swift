public import PluginKit

/// The formats that ship, in order of priority.
public enum BundledFormats {
  /// Every format; the last one is `generic`, which takes what no other does.
  public static let all: [Format] = [
    // The most common come first. Where a document could be of two formats, the more telling shape comes first.
    .elastic, .cloudTrail, .falco, .guardDuty, .securityHub, .suricata, .wazuh,
    .panther, .microsoftDefender, .crowdStrike, .ocsf, .zircolite, .chainsaw, .hayabusa, .zeekNotice, .alertmanager,
    .okta, .gcpAudit, .gcpSCC, .kubernetesAudit, .gitHubAudit, .osquery,
    .ecs, .generic,
  ]
}
