internal import Gateway
internal import Glibc

/// Warns of alerts that are piped in while the configuration reads other inputs: they would be passed over in silence.
struct UnreadInput {
  private var isExpected: Bool

  /// - Parameter areFilesNamed: where the command line says what to read, that is what is meant.
  init(_ parts: GatewayParts, areFilesNamed: Bool) {
    isExpected = !areFilesNamed && !parts.readsStandardInput
  }

  /// Looks without reading: it is somebody else's. What comes late is seen by the look at the end.
  mutating func warn() {
    guard isExpected, Self.isThere else { return }
    isExpected = false
    let warning = Terminal.styled("warning: ", .yellow)
    Terminal.say(
      warning + "what is piped to standard input is not read, since the configuration has other inputs; add "
        + "'- stdin: {}' to 'inputs', or run 'weir run -' to read nothing else")
  }

  private static var isThere: Bool {
    var status = stat()
    guard fstat(STDIN_FILENO, &status) == 0 else { return false }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return Int64(status.st_size) > Int64(lseek(STDIN_FILENO, 0, SEEK_CUR))
    case S_IFIFO, S_IFSOCK:
      var look = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      return poll(&look, 1, 0) > 0 && look.revents & Int16(POLLIN) != 0
    default: return false
    }
  }
}
