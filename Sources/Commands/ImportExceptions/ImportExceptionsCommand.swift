internal import AlertModel
internal import ArgumentParser
internal import Foundation
internal import PluginKit
internal import Synchronization

/// `weir import-exceptions`: Kibana's exception lists as an allowlist.
struct ImportExceptionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-exceptions",
    abstract: "Turns an export of Kibana's exception lists (NDJSON) into allowlist entries.",
    discussion: """
      Prints a file for the setting 'file' of an allowlist. Each exception becomes an entry that holds back what it holds \
      back in Kibana, or is refused with the reason, as it is where 'weir check' would refuse the entry. Where the export \
      has rules as well, an entry holds for the rules that use its list, and is refused where none does. What neither the export nor an option says is \
      left open, and 'weir check' asks for it. Exit code 65 where an exception was refused.
      """)

  @Argument(help: "Exports (NDJSON, plain or gzip); '-' or none is standard input.")
  var files: [String] = []

  @Option(help: "Whom to ask about the entries, in place of who made the exceptions.")
  var owner: String?

  @Option(help: "Why, for exceptions without a comment and without a description.")
  var reason: String?

  @Option(help: "The last day of exceptions that have no expiry, such as 2027-03-31.")
  var expires: String?

  @Option(
    help: """
      What no entry holds back: anything more severe. Kibana's exceptions hold whatever the severity; so do entries with \
      critical, which Weir's shipped 'never' does not bind either.
      """)
  var ceiling = "\(ExceptionImport.Defaults().ceiling)"

  @Option(
    name: .customLong("rule"),
    help: "The 'rule.id' that exceptions are for whose list no rule of the export uses. May be given several times.")
  var rules: [String] = []

  @Option(
    name: .customLong("values"),
    help: "The values of a value list, as 'ID=FILE', one a line. May be given several times.")
  var valueLists: [String] = []

  @Flag(help: "Accept entries that rest only on what an attacker can choose, such as a host's name.")
  var acceptSpoofable = false

  func validate() throws {
    if let expires, CalendarDate(settingText: expires) == nil {
      throw ValidationError("--expires must be a date such as 2027-03-31, and is '\(expires)'")
    }
    guard Severity(name: ceiling) != nil else {
      let names = Severity.allCases.map(\.description).joined(separator: ", ")
      throw ValidationError("--ceiling must be one of \(names), and is '\(ceiling)'")
    }
    for list in valueLists where !list.contains("=") {
      throw ValidationError("--values must be 'ID=FILE', and is '\(list)'")
    }
  }

  func run() async throws {
    let environment = CommandEnvironment(logLevel: .error)
    let defaults = ExceptionImport.Defaults(
      owner: owner, reason: reason, expires: expires,
      ceiling: Severity(name: ceiling) ?? ExceptionImport.Defaults().ceiling,
      acceptsSpoofable: acceptSpoofable, rules: rules, valueLists: try readValueLists(environment))
    let gathered = Mutex(ExceptionImport())
    let formats = FormatSet([Self.anyDocument])
    let visitor = AlertVisitor(formats: formats) { document, location, _ in
      gathered.withLock { $0.add(document.root, line: location.line) }
    }
    let context = environment.context(named: "import-exceptions", vocabulary: formats.vocabulary)
    let isSound = try await visitor.visit(files, context: context)
    var exceptions = gathered.withLock { $0 }
    let check = EntryCheck(environment)
    let entries = exceptions.entries(defaults, problem: check.problem)
    if !entries.isEmpty { Terminal.print(entries.map(\.yaml).joined(separator: "\n").dropLast().description) }
    report(exceptions, entries)
    guard isSound, exceptions.refused.isEmpty else { throw ExitCode.badData }
  }

  private func report(_ exceptions: ExceptionImport, _ entries: [ImportedEntry]) {
    let source = files.count == 1 && files[0] != "-" ? files[0] : "line"
    for refused in exceptions.refused {
      let name = refused.name.isEmpty ? "" : " " + VisibleText.quoted(refused.name)
      Terminal.say("\(source):\(refused.line): refused\(name): \(VisibleText.escaped(refused.reason))")
    }
    for warning in exceptions.warnings { Terminal.say("warning: \(VisibleText.escaped(warning))") }
    let open = Set(entries.flatMap(\.missing)).sorted()
    let missing = open.isEmpty ? "" : "; fill in what is open: \(open.joined(separator: ", "))"
    let total = entries.count + exceptions.refused.count
    Terminal.say("\(entries.count) of \(total) exceptions written, \(exceptions.refused.count) refused\(missing)")
  }

  private func readValueLists(_ environment: CommandEnvironment) throws -> [String: [String]] {
    var lists: [String: [String]] = [:]
    for option in valueLists {
      let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let file = FilePath(String(parts[1]), in: "", at: SourcePlace(file: "--values"))
      do throws(ConfigurationError) {
        let bytes = try environment.files.bytes(of: file, limit: ByteCount(bytes: 16 << 20))
        lists[String(parts[0])] = Self.values(bytes)
      } catch {
        ConfigurationOption.show(error.diagnostics)
        throw ExitCode.badData
      }
    }
    return lists
  }

  /// The values of a value list as Kibana exports it, one a line; without the byte order mark and the spaces that other
  /// programs leave there.
  static func values(_ bytes: [UInt8]) -> [String] {
    let dropped = CharacterSet.whitespaces.union(["\u{FEFF}"])
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: dropped) }.filter { !$0.isEmpty }
  }

  /// Exceptions are no alerts: every document is taken as it is.
  private static let anyDocument = Format(
    name: "exception", title: "Kibana's exceptions", shape: .anything, severity: .fixed(.informational),
    fields: FieldTable([:]))
}
