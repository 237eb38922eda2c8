internal import Gateway
internal import Glibc

/// Tells a person at a terminal that weir waits for what they type: most did not mean that.
enum TerminalInput {
  static func announce(_ parts: GatewayParts) {
    guard parts.inputs.contains(where: { $0.name == "stdin" }), isatty(STDIN_FILENO) == 1 else { return }
    Terminal.say(
      "waiting for alerts on this terminal, one JSON document a line; Ctrl-D ends. To read a file: weir run FILE; "
        + "a program: PROGRAM | weir run")
  }
}
