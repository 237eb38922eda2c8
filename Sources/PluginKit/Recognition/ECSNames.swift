/// What ECS knows of the parts of it that Weir's own vocabulary is made of
/// (https://www.elastic.co/docs/reference/ecs/ecs-field-reference, 9.3).
enum ECSNames {
  /// The fields below `event`, `user`, `cloud`, `source`, `rule` and `threat`. A name that ends in `.*` stands for all
  /// below it.
  static let fields: [String: [String]] = [
    "event": [
      "action", "agent_id_status", "category", "code", "created", "dataset", "duration", "end", "hash", "id",
      "ingested", "kind", "module", "original", "outcome", "provider", "reason", "reference", "risk_score",
      "risk_score_norm", "sequence", "severity", "start", "timezone", "type", "url",
    ],
    "user": user + ["changes", "effective", "target"].flatMap { part in user.map { part + "." + $0 } }
      + ["entity.*", "risk.*"],
    "cloud": cloud + ["origin", "target"].flatMap { part in cloud.map { part + "." + $0 } } + ["entity.*"],
    "source": [
      "address", "as.number", "as.organization.name", "bytes", "domain", "geo.*", "ip", "mac", "nat.ip", "nat.port",
      "packets", "port", "registered_domain", "subdomain", "top_level_domain",
    ] + user.map { "user." + $0 },
    "rule": [
      "author", "category", "description", "id", "license", "name", "reference", "ruleset", "uuid", "version",
    ],
    "threat": [
      "enrichments.*", "feed.*", "framework", "group.*", "indicator.*", "software.*", "tactic.id", "tactic.name",
      "tactic.reference", "technique.id", "technique.name", "technique.reference", "technique.subtechnique.id",
      "technique.subtechnique.name", "technique.subtechnique.reference",
    ],
  ]

  /// The names that ECS's fields begin with.
  static let fieldSets: Set<String> = [
    "agent", "client", "cloud", "container", "data_stream", "destination", "device", "dll", "dns", "ecs", "email",
    "entity", "error", "event", "faas", "file", "gen_ai", "group", "host", "http", "log", "network", "observer",
    "orchestrator", "organization", "package", "process", "registry", "related", "rule", "server", "service", "source",
    "span", "threat", "tls", "trace", "transaction", "url", "user", "user_agent", "volume", "vulnerability",
  ]

  /// What detectors' own documents have under the same beginnings: OCSF, Wazuh, CrowdStrike, Kubernetes, Tracebit and
  /// others.
  static let detectorsOwn: [String: [String]] = [
    "event": [
      "actor.*", "aid", "aip", "cid", "details.*", "eid", "event_platform", "ip_address", "name", "operation",
      "request.*", "resources.*", "timestamp", "workspace_id",
    ],
    "user": [
      "account.*", "arn", "credential_uid", "email_addr", "extra.*", "groups.*", "has_mfa", "is_admin", "login",
      "org.*", "phone_number", "risk_level", "risk_level_id", "risk_score", "site_admin", "type", "type_id", "uid",
      "uid_alt", "username", "uuid",
    ],
    "cloud": ["account.*", "account_uid", "org.*", "project_uid", "zone"],
    "source": ["id", "login", "name", "type"],
    "rule": [
      "cis.*", "firedtimes", "frequency", "gdpr", "gpg13", "groups", "hipaa", "info", "level", "mail", "mitre.*",
      "nist_800_53", "note", "parameters.*", "pci_dss", "reference_url", "references", "risk_score", "rule_id",
      "severity", "tags", "threat.*", "title", "tsc", "type", "uid",
    ],
  ]

  private static let user = [
    "domain", "email", "full_name", "group.domain", "group.id", "group.name", "hash", "id", "name", "roles",
  ]

  private static let cloud = [
    "account.id", "account.name", "availability_zone", "instance.id", "instance.name", "machine.type", "project.id",
    "project.name", "provider", "region", "service.name",
  ]

  /// Fields that ECS allows only some values for (https://www.elastic.co/docs/reference/ecs/ecs-category-field-values-reference).
  static let values: [String: [String]] = [
    "event.kind": ["alert", "asset", "enrichment", "event", "metric", "state", "pipeline_error", "signal"],
    "event.category": [
      "api", "authentication", "configuration", "database", "driver", "email", "file", "host", "iam",
      "intrusion_detection", "library", "malware", "network", "package", "process", "registry", "session", "threat",
      "vulnerability", "web",
    ],
    "event.type": [
      "access", "admin", "allowed", "change", "connection", "creation", "deletion", "denied", "device", "end", "error",
      "group", "indicator", "info", "installation", "protocol", "start", "user",
    ],
    "event.outcome": ["failure", "success", "unknown"],
  ]

  /// What Weir itself adds to alerts, whatever the configuration.
  static let weirsOwn = [
    "weir.alert_id", "weir.demotion.*", "weir.digest.*", "weir.enrichment_errors.*", "weir.rule.*", "weir.severity",
    "weir.suppression.*",
  ]
}
