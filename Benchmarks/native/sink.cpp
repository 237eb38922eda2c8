// Takes whatever is sent to it on 127.0.0.1, and counts.
//
//   sink lines|http STATS
//
// `lines` counts line feeds on any number of connections. `http` answers every request with `200` and `ok`, as Slack does,
// and counts requests; requests need a Content-Length. The port is chosen by the system and printed. STATS is a file of
// five 64-bit numbers that are always up to date: messages, bytes, connections, and when the first and the last message
// came (CLOCK_MONOTONIC, ns).
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unordered_map>

struct Stats {
  volatile uint64_t messages, bytes, connections, first, last;
};

static Stats *stats;

static void count(uint64_t messages, uint64_t bytes) {
  stats->bytes = stats->bytes + bytes;
  if (!messages) return;
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  stats->last = now.tv_sec * 1000000000ull + now.tv_nsec;
  if (!stats->first) stats->first = stats->last;
  stats->messages = stats->messages + messages;
}

static uint64_t lineFeeds(const char *bytes, ssize_t size) {
  uint64_t n = 0;
  for (ssize_t i = 0; i < size; i++) n += bytes[i] == '\n';
  return n;
}

// Takes whole requests from the front of `received`; returns how many, or -1 where it is no request that this can read.
static int takeRequests(std::string &received, std::string &answer) {
  int requests = 0;
  size_t at = 0;
  for (;;) {
    const size_t end = received.find("\r\n\r\n", at);
    if (end == std::string::npos) break;
    const char *length = strcasestr(received.c_str() + at, "\r\ncontent-length:");
    if (!length || length > received.c_str() + end) return -1;
    const size_t next = end + 4 + strtoul(length + 17, nullptr, 10);
    if (received.size() < next) break;
    at = next;
    requests++;
    answer += "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";
  }
  received.erase(0, at);
  return requests;
}

int main(int argumentCount, char **words) {
  if (argumentCount < 3) return 64;
  const bool isHTTP = !strcmp(words[1], "http");
  const int file = open(words[2], O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || ftruncate(file, sizeof(Stats))) return 73;
  stats = (Stats *)mmap(nullptr, sizeof(Stats), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

  const int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, (sockaddr *)&address, size) || listen(listener, 1024)) return 69;
  getsockname(listener, (sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  const int poll = epoll_create1(0);
  epoll_event event{EPOLLIN, {.fd = listener}};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  std::unordered_map<int, std::string> received;
  static char buffer[1 << 20];
  for (;;) {
    epoll_event ready[64];
    const int n = epoll_wait(poll, ready, 64, -1);
    for (int i = 0; i < n; i++) {
      const int peer = ready[i].data.fd;
      if (peer == listener) {
        event.data.fd = accept(listener, nullptr, nullptr);
        if (event.data.fd < 0) continue;
        setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
        stats->connections = stats->connections + 1;
        continue;
      }
      const ssize_t k = recv(peer, buffer, sizeof buffer, 0);
      bool isOver = k <= 0;
      if (!isOver && !isHTTP) {
        count(lineFeeds(buffer, k), k);
      } else if (!isOver) {
        std::string answer;
        std::string &text = received[peer];
        text.append(buffer, k);
        const int requests = takeRequests(text, answer);
        if (requests >= 0) count(requests, k);
        isOver = requests < 0 || (!answer.empty() && send(peer, answer.data(), answer.size(), MSG_NOSIGNAL) < 0);
      }
      if (isOver) {
        received.erase(peer);
        close(peer);
      }
    }
  }
}
