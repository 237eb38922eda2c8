internal import AlertModel

/// The reference page of formats, as Markdown: for each detector, which canonical field comes from where.
public enum FormatReference {
  /// The fields that people look at first, and that the overview has.
  static let overview = ["@timestamp", "rule.name", "user.name", "cloud.account.id", "source.ip", "host.name"]

  /// The page `Documentation/Formats.md`.
  public static func markdown(_ formats: [Format]) -> String {
    var page = """
      # Formats

      Made from the formats' declarations by `make docs`; do not edit. Paths are those of the detector's own JSON; of
      several, the first that has a value counts. `envelope` means the document that the alert was taken out of.
      `severity` is Weir's, `event.severity` the detector's own value.

      ## Detector → canonical fields

      | detector | severity | \(overview.map { "`\($0)`" }.joined(separator: " | ")) |
      |---|---|\(String(repeating: "---|", count: overview.count))

      """
    for format in formats {
      let cells = overview.map { name in
        format.fields[name].map { cell($0.shortSummary) } ?? (format.isECS ? "itself" : "–")
      }
      page +=
        "| [\(format.title)](#\(format.name)) | \(cell(format.severity.shortSummary)) | \(cells.joined(separator: " | ")) |\n"
    }
    for format in formats { page += section(format) }
    return page
  }

  private static func section(_ format: Format) -> String {
    var text = "\n## \(format.name)\n\n\(format.title).\(format.isECS ? " Its documents are in ECS already." : "")\n\n"
    text += "- Severity: \(format.severity.summary)\n"
    if let id = format.id { text += "- Alert id: \(id.summary)\n" }
    let actors = format.actors.map { "`\($0.field)`" + ($0.isSpoofable ? " (an attacker can choose it)" : "") }
    text += "- Who did it: \(actors.isEmpty ? "the detector names nobody" : actors.joined(separator: ", "))\n"
    if !format.spoofable.isEmpty {
      text += "- What an attacker can choose: \(format.spoofable.sorted().map { "`\($0)`" }.joined(separator: ", "))\n"
    }
    for reference in format.references { text += "- Reference: <\(reference)>\n" }
    text += "\n| field | from |\n|---|---|\n"
    for name in format.fields.names {
      if let source = format.fields[name] { text += "| `\(name)` | \(cell(source.summary)) |\n" }
    }
    return text
  }

  private static func cell(_ text: String) -> String { text.split(separator: "|").joined(separator: "\\|") }
}

extension FieldSource {
  /// Where the field comes from, in words.
  var summary: String {
    let alternatives = alternatives
    return alternatives.count == 1 ? alternatives[0] : alternatives.joined(separator: ", else ")
  }

  /// The first place that the field comes from, and whether there are others.
  var shortSummary: String { alternatives[0] + (alternatives.count > 1 ? ", …" : "") }

  private var alternatives: [String] {
    switch self {
    case .path(let path), .renamed(let path, _, _): return ["`\(path.name)`"]
    case .envelope(let path): return ["envelope `\(path.name)`"]
    case .first(let sources):
      var seen: Set<String> = []
      return sources.flatMap(\.alternatives).filter { seen.insert($0).inserted }
    case .all(let sources): return [sources.map(\.summary).joined(separator: " and ")]
    case .list(let source), .time(let source), .addresses(let source): return source.alternatives
    case .mapped(let label, _, let source):
      return label.isEmpty ? source.alternatives : source.alternatives.map { "\($0) (\(label))" }
    case .only(let label, _, let source): return source.alternatives.map { "\($0) (\(label))" }
    case .constant(let text): return ["always `\(text)`"]
    case .computed(let label, _): return [label]
    case .prefix(let sources): return [sources.map(\.summary).joined(separator: " or ")]
    }
  }
}

extension SeverityRule {
  /// The rule in words.
  var summary: String {
    switch self {
    case .fixed(let severity): return severity.description
    case .words(let source, let words, let otherwise):
      let steps = Severity.allCases.reversed().compactMap { severity -> String? in
        let own = words.filter { $0.value == severity }.keys.sorted()
        return own.isEmpty ? nil : "\(severity) for \(own.map { "`\($0)`" }.joined(separator: ", "))"
      }
      return "by the word in \(source.summary): \(steps.joined(separator: "; ")); otherwise \(otherwise.summary)"
    case .thresholds(let source, let thresholds, let otherwise):
      let steps = thresholds.sorted { $0.from < $1.from }.map { "\($0.1) from \(number($0.from))" }
      return "by the number in \(source.summary): \(steps.joined(separator: ", ")); otherwise \(otherwise.summary)"
    }
  }

  var shortSummary: String {
    switch self {
    case .fixed(let severity): severity.description
    case .words(let source, _, _), .thresholds(let source, _, _): source.shortSummary
    }
  }

  private func number(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}
