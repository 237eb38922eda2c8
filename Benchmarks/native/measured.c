// Runs a program and says what it cost. Small on purpose: a child's peak memory counts what its parent had when it was
// started, so it must not be started by something large.
//
//   measured RESULT CPUS STDIN STDOUT STDERR PROGRAM [ARGUMENT…]
//
// CPUS is a list such as `0,1`. RESULT gets one JSON object: seconds of wall clock and of CPU (user and system, of all
// processes that the program started), the peak memory of the largest of them in KiB, and the exit status. SIGTERM is
// passed on.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile pid_t child;

static void passOn(int number) {
  if (child > 0) kill(child, number);
}

static double seconds(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

static void open_as(int descriptor, const char *path, int flags) {
  const int opened = open(path, flags, 0644);
  if (opened < 0 || dup2(opened, descriptor) < 0) {
    perror(path);
    _exit(126);
  }
}

int main(int count, char **words) {
  if (count < 7) return 64;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (char *at = words[2]; *at; at += *at == ',') CPU_SET(strtoul(at, &at, 10), &cpus);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  struct sigaction action = {.sa_handler = passOn};
  sigaction(SIGTERM, &action, NULL);
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  child = fork();
  if (child == 0) {
    sched_setaffinity(0, sizeof cpus, &cpus);
    open_as(0, words[3], O_RDONLY);
    open_as(1, words[4], O_WRONLY | O_CREAT | O_TRUNC);
    open_as(2, words[5], O_WRONLY | O_CREAT | O_TRUNC);
    execvp(words[6], words + 6);
    perror(words[6]);
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {}
  clock_gettime(CLOCK_MONOTONIC, &end);
  while (waitpid(-1, NULL, WNOHANG) > 0) {}
  struct rusage use;
  getrusage(RUSAGE_CHILDREN, &use);
  FILE *result = fopen(words[1], "w");
  if (!result) return 73;
  fprintf(result, "{\"wall\": %.6f, \"user\": %.6f, \"system\": %.6f, \"peak_kib\": %ld, \"status\": %d}\n",
          end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9, seconds(use.ru_utime), seconds(use.ru_stime), use.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return fclose(result) ? 74 : 0;
}
