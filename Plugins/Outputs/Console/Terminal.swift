internal import Glibc

/// What is known of the terminal behind a file descriptor.
struct Terminal: Sendable {
  var isTerminal: Bool
  var hasColor: Bool
  /// The file descriptor.
  let descriptor: Int32

  /// Asks the system and the environment: no colour with `NO_COLOR` (no-color.org) or `TERM=dumb`.
  init(descriptor: Int32) {
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
    let refusesColor = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? false
    hasColor = isTerminal && !refusesColor && !isDumb
  }

  /// How many columns there are now; nil where lines need not be cut, since nothing shows them.
  var width: Int? {
    guard isTerminal else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
