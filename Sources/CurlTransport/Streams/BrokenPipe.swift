// Swift finds `sigset_t` in the module that includes its header first.
internal import CCurl
internal import Glibc
internal import PluginKit

/// Runs `body` without SIGPIPE: a write to a closed connection is an error there, not the end of the program. OpenSSL
/// writes without asking for that.
func withoutBrokenPipeSignal<Result>(_ body: () throws(TransportError) -> Result) throws(TransportError) -> Result {
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
