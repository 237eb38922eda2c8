internal import ArgumentParser
internal import Glibc
internal import PluginKit

/// What a person sees: messages on standard error, in colour only on a terminal.
enum Terminal {
  /// True where a descriptor is a terminal that wants colour (https://no-color.org: an empty `NO_COLOR` says nothing).
  static func hasColour(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1 && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
  }

  enum Style: String {
    case bold = "1"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case faint = "2"
  }

  static func styled(_ text: String, _ style: Style) -> String {
    hasColour(STDERR_FILENO) ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Writes a line to standard error.
  static func say(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

  /// Writes to standard error without ending the line.
  static func show(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Writes a line to standard output. Ends the process where nobody reads it any more.
  static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

  /// Writes bytes to standard output. Ends the process where nobody reads them any more.
  static func print(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  private static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    // Styles begin with a control character of ASCII; in an alert's JSON there is none.
    let bytes = isatty(descriptor) == 1 ? VisibleText.escapedBeyondASCII(bytes) : bytes
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
      if count < 0, errno == EINTR { continue }
      if count < 0, descriptor == STDOUT_FILENO { exit(errno == EPIPE ? 0 : ExitCode.outputFailed.rawValue) }
      guard count > 0 else { return }
      written += count
    }
  }
}
