internal import Glibc

/// Runs `body` without SIGPIPE: a write to what nobody reads any more is an error there, not the end of the program.
public func withoutBrokenPipeSignal<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  var broken = sigset_t()
  var before = sigset_t()
  sigemptyset(&broken)
  sigaddset(&broken, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &broken, &before)
  defer {
    // A signal that came is taken away before others could see it.
    var now = timespec(tv_sec: 0, tv_nsec: 0)
    sigtimedwait(&broken, nil, &now)
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
  return try body()
}
