// CloudTrail records as AWS writes them, detection rules over them, and how many alerts the rules must make.
#pragma once
#include <stdexcept>
#include "json_text.h"
#include "world.h"

// What a rule asks for beside its call. The variants take turns, so that every kind of condition is among the rules.
enum class Extra { nothing, succeeded, failed, userOnly, commandLine, notFromService, parameter, count };

class TrailCorpus {
 public:
  static constexpr int kRules = 150, kFewRules = 15;

  TrailCorpus(const World &world, uint64_t seed) : world_(world), random_(seed, 20) {}

  // Appends one record. Nine of ten are calls that only read, about which there is no rule.
  void append(std::string &to) {
    const size_t start = to.size();
    bool ignored;
    const Principal &who = world_.somebody(random_, 0.3, ignored);
    const bool failed = random_.chance(0.1), readOnly = random_.chance(0.9);
    const std::string region = random_.pick(kRegions), agent = random_.pick(kAgents);
    const bool sensitive = random_.chance(0.2);
    const int number = random_.below(kRules);
    time_ += 1 + random_.below(200);

    JSONText json(to, false);
    json.open('{').member("eventVersion", "1.10");
    json.key("userIdentity").open('{').member("type", who.kind).member("principalId", who.id).member("arn", who.arn);
    json.member("accountId", who.account).member("accessKeyId", (who.kind == "IAMUser" ? "AKIA" : "ASIA") + who.id.substr(4));
    if (who.kind == "IAMUser") {
      json.member("userName", who.user);
    } else {
      json.key("sessionContext").open('{').key("sessionIssuer").open('{').member("type", "Role");
      const size_t from = who.arn.find('/') + 1;
      const std::string role = who.arn.substr(from, who.arn.find('/', from) - from);
      json.member("arn", "arn:aws:iam::" + who.account + ":role/" + role).member("accountId", who.account).member("userName", role);
      json.close('}').key("attributes").open('{').member("creationDate", timestamp(time_ - 900000, true)).member("mfaAuthenticated", "false").close('}').close('}');
    }
    json.close('}').member("eventTime", timestamp(time_, true));
    json.member("eventSource", provider(number)).member("eventName", readOnly ? "Describe" + noun(number) + "s" : action(number));
    json.member("awsRegion", region).member("sourceIPAddress", address(random_)).member("userAgent", agent);
    if (failed) json.member("errorCode", "AccessDenied").member("errorMessage", "User: " + who.arn + " is not authorized to perform this action");
    json.key("requestParameters").open('{').member("name", (sensitive ? "audit-" : "team-") + random_.hex(8)).number("maxResults", 50 + random_.below(50));
    json.key("filter").open('[').open('{').member("key", "tag:Stage").member("value", "prod").close('}').close(']').close('}');
    if (failed || readOnly) {
      json.key("responseElements").raw("null");
    } else {
      json.key("responseElements").open('{').member("requestId", random_.uuid()).key("_return").raw("true").close('}');
    }
    json.member("requestID", random_.uuid()).member("eventID", random_.uuid()).key("readOnly").raw(readOnly ? "true" : "false");
    json.member("eventType", "AwsApiCall").key("managementEvent").raw("true").member("recipientAccountId", who.account).member("eventCategory", "Management");
    json.key("tlsDetails").open('{').member("tlsVersion", "TLSv1.3").member("cipherSuite", "TLS_AES_128_GCM_SHA256");
    json.member("clientProvidedHostHeader", std::string(provider(number)).insert(std::string(provider(number)).find('.'), "." + region)).close('}');
    json.close('}');
    to += '\n';

    records++;
    bytes += to.size() - start;
    if (!readOnly && matches(number, who, failed, agent, sensitive)) {
      detections++;
      if (number < kFewRules) detectionsOfFew++;
    }
  }

  // One rule as a TOML file in the form Elastic publishes.
  static std::string rule(int number) {
    std::string query = "event.dataset:aws.cloudtrail and event.provider:" + provider(number) + " and event.action:" + action(number);
    switch (extra(number)) {
      case Extra::succeeded: query += " and event.outcome:success"; break;
      case Extra::failed: query += " and event.outcome:failure"; break;
      case Extra::userOnly: query += " and aws.cloudtrail.user_identity.type:IAMUser"; break;
      case Extra::commandLine: query += " and user_agent.original:(aws-cli* or Boto3*)"; break;
      case Extra::notFromService: query += " and not user_agent.original:(\"AWS Internal\" or *.amazonaws.com)"; break;
      case Extra::parameter: query += " and aws.cloudtrail.flattened.request_parameters.name:audit-*"; break;
      default: break;
    }
    return "[metadata]\nmaturity = \"production\"\nupdated_date = \"2026/11/21\"\n\n[rule]\nauthor = [\"Weir\"]\n"
           "description = \"Made for measuring.\"\nindex = [\"logs-aws.cloudtrail-*\"]\nlanguage = \"kuery\"\nlicense = \"Apache-2.0\"\nname = \"" + action(number) +
           " Was Called\"\nrisk_score = 47\nrule_id = \"" + Random(number, 5).uuid() +
           "\"\nseverity = \"medium\"\ntype = \"query\"\nquery = '''\n" + query + "\n'''\n";
  }

  uint64_t records = 0, bytes = 0, detections = 0, detectionsOfFew = 0;  // of all rules, and of the first 15

 private:
  static bool matches(int number, const Principal &who, bool failed, const std::string &agent, bool sensitive) {
    switch (extra(number)) {
      case Extra::succeeded: return !failed;
      case Extra::failed: return failed;
      case Extra::userOnly: return who.kind == "IAMUser";
      case Extra::commandLine: return agent.rfind("aws-cli", 0) == 0 || agent.rfind("Boto3", 0) == 0;
      case Extra::notFromService: return agent != "AWS Internal" && agent != "cloudformation.amazonaws.com";
      case Extra::parameter: return sensitive;
      default: return true;
    }
  }

  static Extra extra(int number) { return Extra(number % int(Extra::count)); }

  static std::string noun(int number) {
    static const char *const nouns[] = {"Bucket", "Role", "Key", "Instance", "Trail", "Function", "Snapshot", "Queue", "Topic", "Secret",
                                        "Cluster", "Volume", "Policy", "User", "Gateway", "Detector", "Stack", "Table", "Repository", "Certificate",
                                        "Domain", "Vault", "Image", "Subnet", "Rule"};
    return nouns[number % 25];
  }

  static std::string action(int number) {
    static const char *const verbs[] = {"Create", "Delete", "Modify", "Put", "Attach", "Disable"};
    return verbs[number / 25] + noun(number);
  }

  static std::string provider(int number) {
    static const char *const services[] = {"s3", "iam", "kms", "ec2", "cloudtrail", "lambda", "ec2", "sqs", "sns", "secretsmanager",
                                           "eks", "ec2", "iam", "iam", "apigateway", "guardduty", "cloudformation", "dynamodb", "ecr", "acm",
                                           "route53", "backup", "ec2", "ec2", "events"};
    return std::string(services[number % 25]) + ".amazonaws.com";
  }

  const World &world_;
  Random random_;
  int64_t time_ = 1780272000000;  // 2026-06-01
};
