/// What `weir init` knows of a detector: how its alerts come in, and one alert to begin with.
struct Starter: Sendable {
  /// The format's name.
  let format: String
  /// How its alerts come to Weir, lines of comment.
  let feed: [String]
  /// A file to follow instead of standard input, where there is a usual one.
  let file: String?
  /// An alert, one line of JSON.
  let alert: String
  /// The condition of an entry that holds the alert back.
  let when: String
  /// The entry's actors.
  let actors: [String]

  static let all: [Starter] = [falco, elastic, cloudTrail, guardDuty, securityHub, suricata, wazuh]

  private static let falco = Starter(
    format: "falco",
    feed: [
      "Falco writes JSON with `json_output: true`; its `file_output` (with keep_alive) is the file below, or pipe it:",
      "`falco -o json_output=true | weir run`.",
    ],
    file: "/var/log/falco/events.json",
    alert: """
      {"uuid":"00000000-0000-4000-8000-000000000001","time":"2026-11-20T08:00:00.000000000Z",\
      "rule":"Terminal shell in container","priority":"Notice","source":"syscall","hostname":"node-1",\
      "output":"A shell was spawned in a container","tags":["container","T1059"],\
      "output_fields":{"user.name":"debugger","k8s.ns.name":"staging","proc.name":"bash"}}
      """,
    when: #"rule.name: "Terminal shell in container" and orchestrator.namespace: staging"#, actors: ["debugger"])

  private static let elastic = Starter(
    format: "elastic",
    feed: [
      "Elastic Security's alerts are documents of `.alerts-security.alerts-*`: let Logstash write them, one a line, to the",
      "file below, or fetch them with a search; the answer to a search can be piped as it is.",
    ],
    file: "/var/log/elastic/alerts.ndjson",
    alert: """
      {"@timestamp":"2026-11-20T08:00:00Z","kibana.alert.uuid":"0000000000000000000000000000000001",\
      "kibana.alert.severity":"low","kibana.alert.risk_score":21,\
      "kibana.alert.rule.name":"AWS CloudTrail Log Created",\
      "kibana.alert.rule.rule_id":"594e0cbf-86cc-45aa-9ff7-ff27db27d3ed","event":{"action":"CreateTrail"},\
      "user":{"name":"landing-zone"},"cloud":{"account":{"id":"111122223333"}}}
      """,
    when: "rule.id: 594e0cbf-86cc-45aa-9ff7-ff27db27d3ed", actors: ["landing-zone"])

  private static let cloudTrail = Starter(
    format: "cloudtrail",
    feed: [
      "CloudTrail's files (one object with `Records`, plain or gzip) can be read as they are, and so can its events from",
      "EventBridge. They are records of all that happens: the detector `elastic_rules` finds what is worth an alert; copy",
      "rules from Plugins/Detectors/ElasticRules/Rules in Weir's repository and take the mark off `detect` below.",
    ],
    file: "/var/log/cloudtrail/*.json.gz",
    alert: """
      {"eventVersion":"1.10","eventTime":"2026-11-20T08:00:00Z","eventSource":"cloudtrail.amazonaws.com",\
      "eventName":"CreateTrail","awsRegion":"eu-central-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.15",\
      "eventID":"00000000-0000-4000-8000-000000000001","eventType":"AwsApiCall","recipientAccountId":"111122223333",\
      "userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/landing-zone",\
      "accountId":"111122223333","userName":"landing-zone"}}
      """,
    when: "event.action: CreateTrail", actors: ["arn:aws:iam::111122223333:user/landing-zone"])

  private static let guardDuty = Starter(
    format: "guardduty",
    feed: [
      "GuardDuty's findings come from EventBridge (with their envelope, as they are), from its export to S3, or from",
      "`aws guardduty get-findings`. Where a queue or a function writes them to a file, that is the file below.",
    ],
    file: "/var/log/guardduty/findings.ndjson",
    alert: """
      {"schemaVersion":"2.0","accountId":"111122223333","region":"eu-central-1","partition":"aws",\
      "id":"00000000000000000000000000000001","type":"Recon:IAMUser/UserPermissions","severity":2,\
      "title":"Permissions were listed by scanner.","description":"An unusual call.",\
      "createdAt":"2026-11-20T08:00:00.000Z","updatedAt":"2026-11-20T08:00:00.000Z",\
      "resource":{"resourceType":"AccessKey","accessKeyDetails":{"userName":"scanner","principalId":"AIDAEXAMPLE"}},\
      "service":{"serviceName":"guardduty","detectorId":"d1","action":{"actionType":"AWS_API_CALL",\
      "awsApiCallAction":{"api":"ListUsers","serviceName":"iam.amazonaws.com"}}}}
      """,
    when: #"rule.id: "Recon:IAMUser/UserPermissions" and cloud.account.id: "111122223333""#, actors: ["scanner"])

  private static let securityHub = Starter(
    format: "security_hub",
    feed: [
      "Security Hub's findings come from EventBridge (with their envelope, as they are) or from",
      "`aws securityhub get-findings`. Where a queue or a function writes them to a file, that is the file below.",
    ],
    file: "/var/log/securityhub/findings.ndjson",
    alert: """
      {"SchemaVersion":"2018-10-08","Id":"arn:aws:securityhub:eu-central-1:111122223333:finding/1",\
      "ProductArn":"arn:aws:securityhub:eu-central-1::product/aws/securityhub","ProductName":"Security Hub",\
      "GeneratorId":"security-control/S3.5","AwsAccountId":"111122223333","Region":"eu-central-1",\
      "Types":["Software and Configuration Checks"],"CreatedAt":"2026-11-20T08:00:00Z",\
      "UpdatedAt":"2026-11-20T08:00:00Z","Severity":{"Label":"LOW"},"Title":"A bucket allows requests without TLS",\
      "Description":"See the control.","Resources":[{"Type":"AwsS3Bucket","Id":"arn:aws:s3:::public-website"}]}
      """,
    when: #"rule.id: "security-control/S3.5" and cloud.account.id: "111122223333""#, actors: [])

  private static let suricata = Starter(
    format: "suricata",
    feed: ["Suricata's alerts are in eve.json: in suricata.yaml, an `eve-log` with the type `alert`."],
    file: "/var/log/suricata/eve.json",
    alert: """
      {"timestamp":"2026-11-20T08:00:00.000000+0000","flow_id":1,"event_type":"alert","src_ip":"10.0.0.5",\
      "src_port":40000,"dest_ip":"10.0.0.9","dest_port":22,"proto":"TCP","host":"sensor-1",\
      "alert":{"action":"allowed","gid":1,"signature_id":2001219,"rev":20,"signature":"SSH scan",\
      "category":"Attempted Information Leak","severity":3}}
      """,
    when: #"rule.id: "1:2001219:20" and source.ip: 10.0.0.5"#, actors: [])

  private static let wazuh = Starter(
    format: "wazuh",
    feed: ["Wazuh's alerts are in alerts.json on its manager (`jsonout_output` in ossec.conf)."],
    file: "/var/ossec/logs/alerts/alerts.json",
    alert: """
      {"timestamp":"2026-11-20T08:00:00.000+0000","id":"1783500611.1","rule":{"level":5,"id":"5715",\
      "description":"sshd: authentication success","groups":["sshd"]},"agent":{"id":"004","name":"db-2"},\
      "manager":{"name":"wazuh"},"full_log":"Accepted publickey for backup","decoder":{"name":"sshd"},\
      "data":{"srcip":"10.0.0.5","dstuser":"backup"}}
      """,
    when: #"rule.id: "5715" and source.ip: 10.0.0.5"#, actors: [])
}
