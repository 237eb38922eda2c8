internal import AlertModel
internal import ArgumentParser
internal import Foundation
internal import Gateway
internal import KQL
internal import PluginKit

/// `weir silence`: hold back what is known to be noise, for a short time.
struct SilenceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "silence",
    abstract: "Holds back alerts that meet a condition for a short time; lists and ends that.",
    discussion: """
      A running gateway obeys within a second or two, without a reload. Silences are kept in the state folder with who \
      added them and when, and hold alerts back exactly as allowlist entries do: under a ceiling, never what 'never' \
      names, each with a record. An output is told when one begins and ends, and how much it held back.
      """,
    subcommands: [SilenceAdd.self, SilenceList.self, SilenceExpire.self],
    defaultSubcommand: SilenceList.self)

  /// Who gives the command: the user (behind sudo, who called it) and the machine.
  static var caller: String {
    let environment = ProcessInfo.processInfo.environment
    let user = getuid() == 0 ? environment["SUDO_USER"] ?? NSUserName() : NSUserName()
    return "\(user)@\(ProcessInfo.processInfo.hostName)"
  }

  /// Does something with the file of silences; what goes wrong ends the command.
  static func attempt<Result>(_ action: () throws(SilenceFile.Failure) -> Result) throws -> Result {
    do {
      return try action()
    } catch {
      Terminal.say("error: \(error)")
      throw ExitCode.unavailable
    }
  }
}

/// `weir silence add`.
struct SilenceAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Holds back what meets the condition, from now on.")

  @OptionGroup var config: ConfigurationOption

  @Argument(help: "The condition (KQL).")
  var condition: String

  @Option(name: .customLong("for"), help: "For how long: 30m, 2h, 1d.", transform: DurationArgument.init(text:))
  var duration: DurationArgument

  @Option(help: "Why this is no cause for alarm; a ticket, if there is one.")
  var reason: String

  @Option(help: "Whom to ask: a team or a person.")
  var owner: String

  @Option(help: "Nothing more severe is held back.")
  var ceiling: String = "medium"

  @Flag(help: "Accept that the condition rests only on what an attacker can choose.")
  var acceptSpoofable = false

  func validate() throws {
    guard Severity(name: ceiling) != nil else {
      throw ValidationError("--ceiling: '\(ceiling)' is no severity; informational, low, medium, high or critical")
    }
    guard duration.duration > .zero else { throw ValidationError("--for: a silence must last longer than nothing") }
  }

  func run() async throws {
    let environment = CommandEnvironment(logLevel: .error)
    let (_, parts) = try config.assemble(environment)
    let now = environment.clock.now
    let silence = try silence(now: now, longest: parts.silences.longest)
    for enricher in parts.silencing {
      do throws(ConfigurationError) {
        try enricher.check(silence)
      } catch {
        for diagnostic in error.diagnostics {
          let message = diagnostic.message.replacing("'accept_spoofable: true'", with: "--accept-spoofable")
          Terminal.say("error: \(message)")
        }
        throw ExitCode.usage
      }
    }
    if let expression = try? KQLExpression(parsing: condition) {
      var doubts = ConditionDoubts(parts.formats, added: parts.addedFieldNames)
      for doubt in doubts.about(expression) { Terminal.say("warning: the condition \(doubt)") }
    }
    try FolderMaking.make(parts.stateFolder)
    let file = SilenceFile(stateFolder: parts.stateFolder)
    try SilenceCommand.attempt { () throws(SilenceFile.Failure) in
      try file.update(now: now) { silences throws(SilenceFile.Failure) in
        silences.append(KeptSilence(silence, addedBy: SilenceCommand.caller))
      }
    }
    Terminal.print(silence.id)
    let limit =
      silence.ceiling == .critical
      ? ""
      : ", nothing above \(silence.ceiling): what is more severe goes on being delivered, unless --ceiling says otherwise"
    Terminal.say("silenced until \(silence.ends.rfc3339)\(limit); to end it before: weir silence expire \(silence.id)")
  }

  private func silence(now: Timestamp, longest: Duration) throws -> Silence {
    guard duration.duration <= longest else {
      Terminal.say(
        "error: --for: \(duration.text) is longer than the \(longest.settingText) that 'max_duration' of "
          + "'silences' in the configuration allows; what is known for longer belongs in the allowlist")
      throw ExitCode.usage
    }
    let id = String(UInt32.random(in: 0..<(1 << 24)) | 1 << 24, radix: 16).dropFirst()
    return Silence(
      id: String(id), when: condition, reason: reason, owner: owner, begins: now,
      ends: now + duration.duration, ceiling: Severity(name: ceiling) ?? .medium, acceptsSpoofable: acceptSpoofable)
  }
}

/// `weir silence list`.
struct SilenceList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists what is silenced, and how much was held back.")

  @OptionGroup var config: ConfigurationOption

  @Flag(help: "Also those that have ended, of the last 90 days.")
  var all = false

  @Flag(help: "One JSON object a line, for programs.")
  var json = false

  func run() async throws {
    let folder = try config.loadDespiteMistakes().stateFolder
    let now = SystemClock().now
    let silences = try SilenceCommand.attempt { () throws(SilenceFile.Failure) in
      try SilenceFile(stateFolder: folder).read()
    }.filter { all || $0.isInForce(now) }
    for silence in silences {
      let row = SilenceRow(silence, now: now)
      Terminal.print(json ? row.json : row.text)
    }
    if silences.isEmpty { Terminal.say(all ? "nothing was silenced" : "nothing is silenced") }
  }
}

/// `weir silence expire`.
struct SilenceExpire: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "expire", abstract: "Ends silences now, by their ids.")

  @OptionGroup var config: ConfigurationOption

  @Argument(help: "Ids, or their beginnings.")
  var ids: [String] = []

  @Flag(help: "All of them.")
  var all = false

  func validate() throws {
    guard all != !ids.isEmpty else { throw ValidationError("name silences by their ids, or all with --all") }
  }

  func run() async throws {
    let folder = try config.loadDespiteMistakes().stateFolder
    let now = SystemClock().now
    let caller = SilenceCommand.caller
    let (ended, unknown) = try SilenceCommand.attempt { () throws(SilenceFile.Failure) in
      try SilenceFile(stateFolder: folder).update(now: now) { silences throws(SilenceFile.Failure) in
        var ended: [String] = []
        var unknown: [String] = []
        let current = silences.indices.filter { silences[$0].isInForce(now) }
        for id in all ? current.map({ silences[$0].silence.id }) : ids {
          let meant = id.isEmpty ? [] : current.filter { silences[$0].silence.id.hasPrefix(id) }
          guard meant.count == 1, let place = meant.first else {
            unknown.append(meant.isEmpty ? "nothing in force has the id '\(id)'" : "several ids begin with '\(id)'")
            continue
          }
          silences[place].expired = now
          silences[place].expiredBy = caller
          ended.append(silences[place].silence.id)
        }
        return (ended, unknown)
      }
    }
    for id in ended { Terminal.say("ended: \(id)") }
    for problem in unknown { Terminal.say("error: \(problem)") }
    if !unknown.isEmpty { throw ExitCode.no }
  }
}
