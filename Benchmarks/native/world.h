// Who makes the alerts: accounts, people and the known administrators among them.
#pragma once
#include <set>
#include <string>
#include <vector>
#include "random.h"

struct Principal {
  std::string user, arn, kind, account, id;
};

inline const char *const kRegions[] = {"us-east-1", "us-west-2", "eu-central-1", "eu-west-2", "ap-northeast-1", "ca-central-1"};
inline const char *const kAgents[] = {
    "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.97 md/arch#x86_64 lang/python#3.11.8 cfg/retry-mode#standard",
    "Boto3/1.34.144 md/Botocore#1.34.144 ua/2.0 os/linux#5.10.219 md/arch#aarch64 lang/python#3.12.4 md/pyimpl#CPython",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://www.terraform.io) terraform-provider-aws/5.58.0 aws-sdk-go-v2/1.30.1",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "cloudformation.amazonaws.com", "AWS Internal",
    "aws-sdk-go/1.54.19 (go1.22.5; linux; amd64) S3Manager"};

class World {
 public:
  static constexpr int kAccounts = 200, kPeople = 2000, kAdministrators = 100;

  explicit World(uint64_t seed) : seed_(seed) {
    accounts = makeAccounts(kAccounts);
    Random random(seed, 2);
    for (int i = 0; i < kPeople; i++) people.push_back(principal(random, accounts[i % kAccounts].first, i));
  }

  // Distinct account ids, some with leading zeros, and their names; a shorter list begins a longer one.
  std::vector<std::pair<std::string, std::string>> makeAccounts(size_t count) const {
    static const char *const units[] = {"payments", "identity", "warehouse", "forecasting", "storefront", "mobile", "billing",
                                        "freight", "search", "telemetry", "lab", "security", "Genève vault", "Ærø shop",
                                        "reporting", "edge", "partner API", "people & culture", "Łódź plant", "大阪 store"};
    static const char *const stages[] = {"prod", "staging", "dev", "test", "backup", "shared", "audit", "log archive", "network", "qa"};
    Random random(seed_, 1);
    std::set<std::string> seen;
    std::vector<std::pair<std::string, std::string>> list;
    while (list.size() < count) {
      char id[16];
      snprintf(id, sizeof id, "%012llu", (unsigned long long)random.below(999999999999));
      if (!seen.insert(id).second) continue;
      const size_t n = list.size();
      std::string name = std::string(units[n % 20]) + '-' + stages[n / 20 % 10];
      if (n >= 200) name += '-' + std::to_string(n / 200);
      list.emplace_back(id, name);
    }
    return list;
  }

  // The known administrators' ARNs, and after them others that never occur.
  std::vector<std::string> listedActors(size_t count) const {
    std::vector<std::string> list;
    for (int i = 0; i < kAdministrators && list.size() < count; i++) list.push_back(people[i].arn);
    Random random(seed_, 3);
    for (int i = 0; list.size() < count; i++) {
      list.push_back(principal(random, accounts[i % kAccounts].first, kPeople + i).arn);
    }
    return list;
  }

  // One of the people; administrators with the given share. Within each group a few are much busier than the rest.
  const Principal &somebody(Random &random, double administratorShare, bool &isAdministrator) const {
    isAdministrator = random.chance(administratorShare);
    const double u = random.unit();
    const int size = isAdministrator ? kAdministrators : kPeople - kAdministrators;
    const int place = std::min<int>(size - 1, u * u * size);
    return people[isAdministrator ? place : kAdministrators + place];
  }

  std::vector<std::pair<std::string, std::string>> accounts;
  std::vector<Principal> people;

 private:
  static Principal principal(Random &random, const std::string &account, int number) {
    static const char *const given[] = {"aino", "bela", "chiara", "dara", "emil", "freya", "goran", "hana", "ivo", "june", "kai", "luz", "mira"};
    static const char *const family[] = {"abe", "bauer", "costa", "dubois", "eriksen", "farah", "gallo", "horvat", "ito", "jung", "kaya", "lund", "moreau"};
    static const char *const roles[] = {"AWSReservedSSO_Administrators_5c1d77e0", "AWSReservedSSO_ReadOnly_19aa03f2", "deploy-pipeline", "node-group", "etl-runner", "function-exec", "backup-agent"};
    Principal p;
    p.account = account;
    p.user = std::string(random.pick(given)) + '.' + random.pick(family) + std::to_string(number);
    if (random.chance(0.5)) {
      p.kind = "IAMUser";
      p.arn = "arn:aws:iam::" + account + (number % 4 ? ":user/" : ":user/teams/platform/") + p.user;
      p.id = "AIDA" + upper(random.hex(17));
    } else {
      p.kind = "AssumedRole";
      p.user += "@corp.example";
      p.arn = "arn:aws:sts::" + account + ":assumed-role/" + random.pick(roles) + '/' + p.user;
      p.id = "AROA" + upper(random.hex(17));
    }
    return p;
  }

  static std::string upper(std::string text) {
    for (char &c : text) c = toupper(c);
    return text;
  }

  const uint64_t seed_;
};

inline std::string address(Random &random) {
  if (random.chance(0.8)) {
    return std::to_string(1 + random.below(223)) + '.' + std::to_string(random.below(256)) + '.' +
           std::to_string(random.below(256)) + '.' + std::to_string(1 + random.below(254));
  }
  return "2001:db8:" + random.hex(3) + '1' + ":" + random.hex(3) + '2' + "::" + random.hex(3) + '3';
}

// Milliseconds since 1970 as RFC 3339 in UTC; without its fraction where `whole`.
inline std::string timestamp(int64_t milliseconds, bool whole = false) {
  const time_t seconds = milliseconds / 1000;
  struct tm parts;
  gmtime_r(&seconds, &parts);
  char text[40], *end = text + strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  if (!whole) end += snprintf(end, 8, ".%03d", (int)(milliseconds % 1000));
  *end++ = 'Z';
  return std::string(text, end);
}
