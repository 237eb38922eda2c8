// How fast the work can be done at all: one thread, simdjson, and the line's own bytes with the account's name behind them.
// It does what W1 (and, with a port, W2) asks for and nothing else: no configuration, no records of why, no checks.
//
//   bound dom|line|copy ALERTS ACCOUNTS.csv ACTORS.txt FOLDER [PORT]
//
//   dom   parses all of each line, so that nothing invalid gets through, as Weir does
//   line  On-Demand: finds four fields, and looks at nothing behind them
//   copy  no JSON: finds line ends, and writes all lines to one file
//
// With PORT, each alert that is not suppressed also goes to 127.0.0.1 as RFC 5424, one a line.
#include <arpa/inet.h>
#include <fcntl.h>
#include <simdjson.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

using std::string, std::string_view;

[[noreturn]] static void fail(const string &what) {
  perror(("bound: " + what).c_str());
  exit(74);
}

// A file or a connection behind a buffer.
class Writer {
 public:
  explicit Writer(int descriptor) : descriptor_(descriptor) { buffer_.reserve(kCapacity + (1 << 16)); }

  void put(string_view text) {
    buffer_ += text;
    if (buffer_.size() > kCapacity) flush();
  }

  void flush() {
    for (size_t done = 0; done < buffer_.size();) {
      const ssize_t n = write(descriptor_, buffer_.data() + done, buffer_.size() - done);
      if (n < 0) fail("write");
      done += n;
    }
    buffer_.clear();
  }

 private:
  static constexpr size_t kCapacity = 1 << 20;
  const int descriptor_;
  string buffer_;
};

// Lets tables be asked with a view, without making a string of it.
struct ViewHash {
  using is_transparent = void;
  size_t operator()(string_view text) const { return std::hash<string_view>{}(text); }
};

struct Fields {
  string_view time, severity, account, arn;
};

static int create(const string &path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (descriptor < 0) fail(path);
  return descriptor;
}

static int connectTo(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, (sockaddr *)&address, sizeof address)) fail("connect");
  return descriptor;
}

class Bound {
 public:
  Bound(const string &accounts, const string &actors, const string &folder, int port)
      : all_(create(folder + "/all.ndjson")), high_(create(folder + "/high.ndjson")), suppressed_(create(folder + "/suppressed.ndjson")),
        network_(port ? connectTo(port) : -1), hasNetwork_(port != 0) {
    string line;
    std::ifstream table(accounts), list(actors);
    getline(table, line);
    while (getline(table, line)) {
      const size_t comma = line.find(',');
      tails_.emplace(line.substr(0, comma), ",\"cloud.account.name\":\"" + line.substr(comma + 1) + "\"}\n");
    }
    while (getline(list, line)) actors_.insert(line);
  }

  void emit(string_view line, const Fields &fields) {
    const auto found = tails_.find(fields.account);
    const string_view tail = found == tails_.end() ? string_view("}\n") : string_view(found->second);
    while (line.back() != '}') line.remove_suffix(1);
    line.remove_suffix(1);
    if (actors_.find(fields.arn) != actors_.end()) return put(suppressed_, line, tail);
    put(all_, line, tail);
    const char first = fields.severity.empty() ? 0 : fields.severity[0];
    if (first == 'h' || first == 'c') put(high_, line, tail);
    if (!hasNetwork_) return;
    network_.put(first == 'c' ? "<130>1 " : first == 'h' ? "<131>1 " : first == 'm' ? "<132>1 " : "<133>1 ");
    network_.put(fields.time);
    network_.put(" host bound - alert - ");
    put(network_, line, tail);
  }

  void copy(string_view line) {
    all_.put(line);
    all_.put("\n");
  }

  void flush() {
    all_.flush(), high_.flush(), suppressed_.flush();
    if (hasNetwork_) network_.flush();
  }

 private:
  static void put(Writer &to, string_view line, string_view tail) {
    to.put(line);
    to.put(tail);
  }

  std::unordered_map<string, string, ViewHash, std::equal_to<>> tails_;
  std::unordered_set<string, ViewHash, std::equal_to<>> actors_;
  Writer all_, high_, suppressed_, network_;
  const bool hasNetwork_;
};

template <class Document>
static bool find(Document &&document, Fields &fields) {
  return !document["@timestamp"].get_string().get(fields.time) &&
         !document["kibana.alert.severity"].get_string().get(fields.severity) &&
         !document["cloud"]["account"]["id"].get_string().get(fields.account) &&
         !document["aws"]["cloudtrail"]["user_identity"]["arn"].get_string().get(fields.arn);
}

int main(int count, char **words) {
  if (count < 6) {
    fputs("bound dom|line|copy ALERTS ACCOUNTS ACTORS FOLDER [PORT]\n", stderr);
    return 64;
  }
  const string_view mode = words[1];
  Bound bound(words[3], words[4], words[5], count > 6 ? atoi(words[6]) : 0);
  const int input = open(words[2], O_RDONLY);
  if (input < 0) fail(words[2]);

  constexpr size_t kBlock = 4 << 20;
  simdjson::padded_string block(kBlock);
  simdjson::dom::parser whole;
  simdjson::ondemand::parser lazy;
  size_t held = 0, unreadable = 0;
  for (bool atEnd = false; !atEnd;) {
    const ssize_t n = read(input, block.data() + held, kBlock - held);
    if (n < 0) fail("read");
    atEnd = n == 0;
    held += n;
    char *at = block.data(), *const end = at + held;
    while (at < end) {
      char *lineEnd = (char *)memchr(at, '\n', end - at);
      if (!lineEnd && !atEnd) break;
      if (!lineEnd) lineEnd = end;
      const string_view line(at, lineEnd - at);
      at = lineEnd + 1;
      Fields fields;
      if (line.empty()) continue;
      if (mode == "copy") {
        bound.copy(line);
      } else if (mode == "dom") {
        simdjson::dom::element document;
        if (whole.parse(line.data(), line.size(), false).get(document) || !find(document, fields)) unreadable++;
        else bound.emit(line, fields);
      } else {
        simdjson::ondemand::document document;
        const size_t capacity = block.data() + kBlock + simdjson::SIMDJSON_PADDING - line.data();
        if (lazy.iterate(line.data(), line.size(), capacity).get(document) || !find(document, fields)) unreadable++;
        else bound.emit(line, fields);
      }
    }
    held = at < end ? end - at : 0;
    memmove(block.data(), at, held);
    if (held == kBlock) fail("a line is too long");
  }
  bound.flush();
  if (unreadable) fprintf(stderr, "bound: %zu lines could not be read\n", unreadable);
  return unreadable ? 65 : 0;
}
