// For valgrind up to 3.19, which writes into the mask that a program gives to sigsuspend: libdispatch's is read-only.
// Preloaded, this hands over a copy.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
  sigset_t copy = *mask;
  return syscall(SYS_rt_sigsuspend, &copy, 8);
}
