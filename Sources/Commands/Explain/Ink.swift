internal import Glibc

/// Colour for what goes to standard output.
struct Ink: Sendable {
  let isOn: Bool

  /// On where standard output is a terminal that wants colour (https://no-color.org).
  static var standardOutput: Ink { Ink(isOn: Terminal.hasColour(STDOUT_FILENO)) }

  func callAsFunction(_ text: String, _ style: Terminal.Style) -> String {
    isOn ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// `✓` in green, or `✗` in red.
  func mark(_ holds: Bool) -> String { holds ? self("✓", .green) : self("✗", .red) }
}
