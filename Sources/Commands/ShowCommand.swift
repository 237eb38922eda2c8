internal import AlertModel
internal import ArgumentParser
internal import PluginKit

/// `weir show`: alerts for people.
struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Prints one readable line for each alert: time, severity, rule, who, where.",
    discussion: "Also for files that Weir wrote: what was added stands with the rest.")

  @OptionGroup var config: FormatsOption

  @Argument(help: "Files (plain or gzip); '-' or none is standard input.")
  var files: [String] = []

  @Flag(help: "Also says which allowlist entry held the alert back, whose it is, and why.")
  var suppression = false

  func run() async throws {
    let environment = CommandEnvironment(logLevel: .error)
    let formats = try config.formats()
    let fields = AlertLineFields(formats.vocabulary)
    let showsSuppression = suppression
    let visitor = AlertVisitor(formats: formats) { alert, _, desk in
      fields.appendLine(of: alert, to: &desk.output)
      if showsSuppression { fields.appendSuppression(of: alert, to: &desk.output) }
    }
    let context = environment.context(named: "show", vocabulary: formats.vocabulary)
    guard try await visitor.visit(files, context: context) else { throw ExitCode.badData }
  }
}

/// The fields of an alert that fit on a line.
struct AlertLineFields: Sendable {
  private let time: Field
  private let rule: Field
  private let details: [Field]
  private let suppression: [(String, Field)]
  private let matches: (field: Field, value: Field, pattern: Field)

  init(_ vocabulary: Vocabulary) {
    time = vocabulary.field("@timestamp")
    rule = vocabulary.field("rule.name")
    details = ["user.name", "cloud.account.name", "cloud.account.id", "source.ip", "host.name"].map(vocabulary.field)
    suppression = [("entry", "entry"), ("reason", "reason"), ("owner", "owner"), ("until", "expires")].map {
      ($0.0, vocabulary.field("weir.suppression." + $0.1))
    }
    let matched = "weir.suppression.matched."
    matches = (
      vocabulary.field(matched + "field"), vocabulary.field(matched + "value"), vocabulary.field(matched + "pattern")
    )
  }

  func appendLine(of alert: borrowing Alert, to line: inout [UInt8]) {
    let moment = alert.text(time) ?? "-"
    let severity = alert.severity.description
    let name = alert.text(rule) ?? "-"
    var parts = [moment, severity + String(repeating: " ", count: max(0, 13 - severity.count)), name]
    for field in details {
      if let text = alert.text(field) { parts.append(text) }
    }
    append(parts.joined(separator: "  "), to: &line)
  }

  func appendSuppression(of alert: borrowing Alert, to line: inout [UInt8]) {
    for (label, field) in suppression {
      if let text = alert.text(field) { append("    \(label): \(text)", to: &line) }
    }
    let all = [matches.field, matches.value, matches.pattern].map { field in
      var texts: [String] = []
      alert.forEachValue(field) { value in
        texts.append(value.text)
        return false
      }
      return texts
    }
    for index in all[0].indices where index < all[1].count && index < all[2].count {
      append("    matched: \(all[0][index]) is \(all[1][index]), by \(all[2][index])", to: &line)
    }
  }

  /// Appends a line in which control characters are shown and not obeyed.
  private func append(_ text: String, to line: inout [UInt8]) {
    for scalar in text.unicodeScalars {
      if scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format {
        line.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
      } else {
        line.append(contentsOf: String(scalar).utf8)
      }
    }
    line.append(0x0A)
  }
}
