internal import Gateway
internal import Glibc
internal import PluginKit

/// Tells a person at a terminal that weir waits for what they type: most did not mean that.
enum TerminalInput {
  static func announce(_ parts: GatewayParts) {
    guard parts.readsStandardInput, isatty(STDIN_FILENO) == 1 else { return }
    Terminal.say(
      "waiting for alerts on this terminal, one JSON document a line; Ctrl-D ends. To read a file: weir run FILE; "
        + "a program: PROGRAM | weir run")
  }
}

extension GatewayParts {
  /// True where an input reads what is piped in or typed.
  var readsStandardInput: Bool { inputs.contains { type(of: $0.input).readsStandardInput } }
}
