internal import ArgumentParser

/// Puts a configuration or a state folder that is named before a command behind it, where commands look for it:
/// `outbox -c FILE list` becomes `outbox list -c FILE`. A parser that takes `list` for the default command would take the
/// word for an id.
enum ArgumentOrder {
  private static let names = ["-c", "--config", "--state"]

  static func ordered(_ arguments: [String], below command: any ParsableCommand.Type) -> [String] {
    var rest = arguments[...]
    var named: [String] = []
    while let first = rest.first, let count = words(of: first) {
      named += rest.prefix(count)
      rest = rest.dropFirst(count)
    }
    guard let word = rest.first,
      let subcommand = command.configuration.subcommands.first(where: { $0.configuration.commandName == word })
    else { return arguments }
    return [word] + ordered(named + rest.dropFirst(), below: subcommand)
  }

  /// How many words the option has that begins here; nil where it is none of these.
  private static func words(of first: String) -> Int? {
    if names.contains(first) { return 2 }
    return names.contains { first.hasPrefix($0 + "=") } ? 1 : nil
  }
}
