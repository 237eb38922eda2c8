// Alerts as Elastic's detection engine writes them for CloudTrail, and what must become of them.
#pragma once
#include <algorithm>
#include <array>
#include <stdexcept>
#include "json_text.h"
#include "world.h"

// How the fields of a corpus are distributed.
struct Shape {
  const char *name;
  double administrators;           // the share of alerts that known administrators make
  std::array<double, 4> severity;  // shares of low, medium, high, critical
  int payload;                     // bytes of request parameters beside the usual ones; -1: hardly any fields at all
  bool shuffled = false;           // fields in any order, blanks between tokens
  bool foreign = false;            // values full of escapes and of letters beyond ASCII
};

inline const Shape kShapes[] = {
    {"usual", 0.30, {0.60, 0.25, 0.12, 0.03}, 330},
    {"loud", 0.85, {0.80, 0.15, 0.04, 0.01}, 330},
    {"urgent", 0.05, {0.10, 0.20, 0.45, 0.25}, 330},
    {"shuffled", 0.30, {0.60, 0.25, 0.12, 0.03}, 330, true},
    {"foreign", 0.30, {0.60, 0.25, 0.12, 0.03}, 330, false, true},
    {"small", 0.30, {0.60, 0.25, 0.12, 0.03}, -1},
    {"large", 0.30, {0.60, 0.25, 0.12, 0.03}, 7000},
};

inline const Shape &shapeNamed(const std::string &name) {
  for (const Shape &shape : kShapes) {
    if (name == shape.name) return shape;
  }
  throw std::runtime_error("no shape is called '" + name + "'");
}

struct AlertRule {
  const char *name, *action, *provider, *tactic, *tacticName, *technique, *techniqueName;
  int severity, weight;  // the severity's place; how often it comes among those of its severity
};

inline const AlertRule kAlertRules[] = {
    {"Many Buckets Listed by One Identity", "ListBuckets", "s3.amazonaws.com", "TA0007", "Discovery", "T1619", "Cloud Storage Object Discovery", 0, 5},
    {"First Caller Identity Request From a Host", "GetCallerIdentity", "sts.amazonaws.com", "TA0007", "Discovery", "T1087", "Account Discovery", 0, 3},
    {"Instances Described Far More Often Than Usual", "DescribeInstances", "ec2.amazonaws.com", "TA0007", "Discovery", "T1580", "Cloud Infrastructure Discovery", 0, 2},
    {"Inline Policy Put on a User", "PutUserPolicy", "iam.amazonaws.com", "TA0003", "Persistence", "T1098", "Account Manipulation", 1, 3},
    {"Secrets Read in Quick Succession", "GetSecretValue", "secretsmanager.amazonaws.com", "TA0006", "Credential Access", "T1555", "Credentials from Password Stores", 1, 2},
    {"Administrator Policy Attached to a User", "AttachUserPolicy", "iam.amazonaws.com", "TA0004", "Privilege Escalation", "T1098", "Account Manipulation", 2, 2},
    {"Snapshot Shared With Another Account", "ModifySnapshotAttribute", "ec2.amazonaws.com", "TA0010", "Exfiltration", "T1537", "Transfer Data to Cloud Account", 2, 1},
    {"Customer Key Scheduled for Deletion", "ScheduleKeyDeletion", "kms.amazonaws.com", "TA0040", "Impact", "T1485", "Data Destruction", 3, 1},
};

// What must become of a corpus' alerts, counted while it is made.
struct AlertTruth {
  uint64_t alerts = 0, bytes = 0, suppressed = 0, kept = 0, high = 0, matching = 0;
};

class AlertCorpus {
 public:
  AlertCorpus(const World &world, const Shape &shape, uint64_t seed)
      : world_(world), shape_(shape), random_(seed, 10 + (&shape - kShapes)) {}

  // Appends one line.
  void append(std::string &to) {
    const size_t start = to.size();
    const int severity = drawSeverity();
    const AlertRule &rule = drawRule(severity);
    bool isAdministrator;
    const Principal &who = world_.somebody(random_, shape_.administrators, isAdministrator);
    time_ += 1 + random_.below(1500);
    const bool failed = random_.chance(0.1);

    truth.alerts++;
    (isAdministrator ? truth.suppressed : truth.kept)++;
    if (!isAdministrator && severity >= 2) truth.high++;
    if (severity >= 2 && failed) truth.matching++;
    write(to, rule, who, severity, failed);
    truth.bytes += to.size() - start;
  }

  AlertTruth truth;

 private:
  static constexpr const char *kSeverities[] = {"low", "medium", "high", "critical"};

  int drawSeverity() {
    double u = random_.unit();
    for (int i = 0; i < 3; i++) {
      if ((u -= shape_.severity[i]) < 0) return i;
    }
    return 3;
  }

  const AlertRule &drawRule(int severity) {
    int sum = 0;
    for (const AlertRule &rule : kAlertRules) sum += rule.severity == severity ? rule.weight : 0;
    int place = random_.below(sum);
    for (const AlertRule &rule : kAlertRules) {
      if (rule.severity == severity && (place -= rule.weight) < 0) return rule;
    }
    return kAlertRules[0];
  }

  void write(std::string &to, const AlertRule &rule, const Principal &who, int severity, bool failed) {
    const std::string ip = address(random_), region = random_.pick(kRegions), eventID = random_.uuid();
    const std::string agent = random_.pick(kAgents), uuid = random_.hex(64);
    std::string reason = who.user + " called " + rule.action + " from " + ip + " in " + region + ", which made the alert " + rule.name + ".";
    if (shape_.foreign) reason += " Größe \"übergroß\"\n\tсобытие 出来事 \\server\\share 🔐 – naïve façade";
    JSONText json(to, shape_.shuffled);
    const bool small = shape_.payload < 0;

    auto kibana = [&] {
      json.member("kibana.alert.uuid", uuid).member("kibana.alert.status", "active");
      json.member("kibana.alert.workflow_status", "open").member("kibana.alert.severity", kSeverities[severity]);
      json.number("kibana.alert.risk_score", 21 + 26 * severity);
      json.member("kibana.alert.rule.name", rule.name).member("kibana.alert.rule.uuid", ruleID(rule));
      if (small) return;
      json.member("kibana.alert.rule.severity", kSeverities[severity]).number("kibana.alert.rule.version", 7);
      json.key("kibana.alert.rule.tags").open('[').value("Domain: Cloud").value("Data Source: AWS").value(std::string("Tactic: ") + rule.tacticName).close(']');
      json.key("kibana.alert.rule.threat").open('[').open('{').member("framework", "MITRE ATT&CK");
      json.key("tactic").open('{').member("id", rule.tactic).member("name", rule.tacticName).close('}');
      json.key("technique").open('[').open('{').member("id", rule.technique).member("name", rule.techniqueName).close('}').close(']');
      json.close('}').close(']');
      json.member("kibana.alert.original_time", timestamp(time_));
      json.member("kibana.alert.reason", reason);
    };
    auto event = [&] {
      json.key("event").open('{').member("action", rule.action).member("provider", rule.provider).member("outcome", failed ? "failure" : "success");
      if (!small) {
        json.key("category").open('[').value("iam").close(']').key("type").open('[').value("info").close(']');
        json.member("kind", "signal").member("module", "aws").member("dataset", "aws.cloudtrail");
      }
      json.member("id", eventID).close('}');
    };
    auto user = [&] { json.key("user").open('{').member("name", who.user).member("id", who.id).close('}'); };
    auto source = [&] { json.key("source").open('{').member("ip", ip).close('}'); };
    auto cloud = [&] {
      json.key("cloud").open('{').member("provider", "aws").member("region", region);
      json.key("account").open('{').member("id", who.account).close('}').close('}');
    };
    auto client = [&] { json.key("user_agent").open('{').member("original", agent).close('}'); };
    auto trail = [&] {
      json.key("aws").open('{').key("cloudtrail").open('{').member("event_version", "1.10").member("event_type", "AwsApiCall");
      json.member("recipient_account_id", who.account).key("read_only").raw(severity == 0 ? "true" : "false");
      json.key("user_identity").open('{').member("type", who.kind).member("arn", who.arn);
      json.member("access_key_id", (who.kind == "IAMUser" ? "AKIA" : "ASIA") + who.id.substr(4)).close('}');
      if (failed) json.member("error_code", "AccessDenied").member("error_message", who.arn + " may not call \"" + rule.action + "\" on this resource");
      if (!small) {
        std::string flat;
        json.key("flattened").open('{').key("request_parameters").open('{');
        request(json, flat, rule, who, region);
        json.close('}').close('}').member("request_parameters", '{' + flat + '}');
      }
      json.close('}').close('}');
    };
    auto tags = [&] { json.key("tags").open('[').value("preserve_original_event").value("forwarded").value("aws-cloudtrail").close(']'); };

    json.open('{').member("@timestamp", timestamp(time_ + 41000));
    if (!shape_.shuffled) {
      kibana(), event(), user(), source(), cloud(), client(), trail(), tags();
    } else {
      int order[] = {0, 1, 2, 3, 4, 5, 6, 7};
      for (int i = 7; i > 0; i--) std::swap(order[i], order[random_.below(i + 1)]);
      for (int part : order) {
        switch (part) {
          case 0: kibana(); break;
          case 1: event(); break;
          case 2: user(); break;
          case 3: source(); break;
          case 4: cloud(); break;
          case 5: client(); break;
          case 6: trail(); break;
          default: tags();
        }
      }
    }
    json.close('}');
    to += '\n';
  }

  // What was asked for: names and values, as JSON and as the flat text that the shipper makes of it.
  void request(JSONText &json, std::string &flat, const AlertRule &rule, const Principal &who, const std::string &region) {
    auto parameter = [&](const std::string &name, const std::string &value) {
      json.member(name, value);
      flat += (flat.empty() ? "" : ", ") + name + '=' + value;
    };
    const std::string service(rule.provider, std::string(rule.provider).find('.'));
    parameter("resourceArn", "arn:aws:" + service + ':' + region + ':' + who.account + ":object/" + random_.hex(12));
    if (random_.chance(0.3)) parameter("policyDocument", "{\n \"Version\": \"2012-10-17\",\n \"Effect\": \"Allow\"}");
    if (shape_.foreign) parameter("Beschreibung", "Prüfung \"täglich\"\\nächtlich\n検査 ✓");
    // Between nothing and twice the usual, so that lines differ in length.
    const int wanted = shape_.payload / 2 * (0.4 + 1.2 * random_.unit());
    for (int i = 0; (int)flat.size() < wanted; i++) {
      parameter("item" + std::to_string(i), random_.pick(kRegions) + std::string("/") + random_.hex(16));
    }
  }

  static std::string ruleID(const AlertRule &rule) { return Random(&rule - kAlertRules, 4).uuid(); }

  const World &world_;
  const Shape &shape_;
  Random random_;
  int64_t time_ = 1780272000000;  // 2026-06-01
};
