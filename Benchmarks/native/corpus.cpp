// Makes what is measured, the same for the same seed everywhere.
//
//   corpus alerts SEED SHAPE COUNT OUT.ndjson   alerts; prints what must become of them, as JSON
//   corpus records SEED COUNT OUT.ndjson        CloudTrail records; prints how many alerts the rules must make
//   corpus rules COUNT FOLDER                   detection rules, one TOML file each
//   corpus accounts SEED COUNT OUT.csv          account ids and names; the alerts' own accounts come first
//   corpus actors SEED COUNT OUT.txt            listed ARNs, one a line; the alerts' known administrators come first
//
// The first N lines of a corpus do not depend on its COUNT.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include "alerts.h"
#include "trail.h"

// Writes what `append` makes to a file, in large pieces.
template <class Append>
static void writeFile(const std::string &path, uint64_t count, Append append) {
  FILE *file = fopen(path.c_str(), "wb");
  if (!file) throw std::runtime_error("cannot write '" + path + "': " + strerror(errno));
  std::string buffer;
  for (uint64_t i = 0; i < count; i++) {
    append(buffer);
    if (buffer.size() > 1 << 20 || i + 1 == count) {
      if (fwrite(buffer.data(), 1, buffer.size(), file) != buffer.size()) throw std::runtime_error("cannot write '" + path + "'");
      buffer.clear();
    }
  }
  if (fclose(file)) throw std::runtime_error("cannot write '" + path + "'");
}

static int run(int count, char **words) {
  const std::string what = count > 1 ? words[1] : "";
  auto text = [&](int n) { return n < count ? std::string(words[n]) : throw std::runtime_error("an argument is missing"); };
  auto number = [&](int n) { return std::stoull(text(n)); };

  if (what == "rules") {
    if (number(2) > TrailCorpus::kRules) throw std::runtime_error("there are 150 rules at the most");
    for (uint64_t i = 0; i < number(2); i++) {
      writeFile(text(3) + "/rule-" + std::to_string(1000 + i) + ".toml", 1, [&](std::string &to) { to += TrailCorpus::rule(i); });
    }
    return 0;
  }
  const uint64_t seed = number(2);
  const World world(seed);
  if (what == "alerts") {
    AlertCorpus corpus(world, shapeNamed(text(3)), seed);
    writeFile(text(5), number(4), [&](std::string &to) { corpus.append(to); });
    const AlertTruth &t = corpus.truth;
    printf("{\"alerts\": %lu, \"bytes\": %lu, \"suppressed\": %lu, \"kept\": %lu, \"high\": %lu, \"matching\": %lu}\n", t.alerts, t.bytes,
           t.suppressed, t.kept, t.high, t.matching);
  } else if (what == "records") {
    TrailCorpus corpus(world, seed);
    writeFile(text(4), number(3), [&](std::string &to) { corpus.append(to); });
    printf("{\"records\": %lu, \"bytes\": %lu, \"detections\": {\"150\": %lu, \"15\": %lu}}\n", corpus.records, corpus.bytes,
           corpus.detections, corpus.detectionsOfFew);
  } else if (what == "accounts") {
    std::ofstream out(text(4));
    out << "account_id,account_name\n";
    for (auto &[id, name] : world.makeAccounts(number(3))) out << id << ',' << name << '\n';
    if (!out.flush()) throw std::runtime_error("cannot write '" + text(4) + "'");
  } else if (what == "actors") {
    std::ofstream out(text(4));
    for (auto &arn : world.listedActors(number(3))) out << arn << '\n';
    if (!out.flush()) throw std::runtime_error("cannot write '" + text(4) + "'");
  } else {
    throw std::runtime_error("alerts, records, rules, accounts or actors?");
  }
  return 0;
}

int main(int count, char **words) {
  try {
    return run(count, words);
  } catch (const std::exception &error) {
    std::cerr << "corpus: " << error.what() << '\n';
    return 64;
  }
}
