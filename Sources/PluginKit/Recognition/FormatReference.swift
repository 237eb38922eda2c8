internal import AlertModel

/// The table of all formats, as Markdown: for each detector, which canonical field comes from where.
public enum FormatReference {
  /// The fields that every alert answers where its detector knows them, besides `severity`.
  public static let canonicalFields = [
    "@timestamp", "rule.id", "rule.name", "message", "user.name", "user.id", "cloud.account.id", "cloud.region",
    "source.ip", "host.name", "event.action", "event.provider", "event.outcome", "threat.technique.id",
    "event.severity",
  ]

  /// The page `Documentation/Formats.md`.
  public static func markdown(_ formats: [Format]) -> String {
    let fields = canonicalFields.map { "`\($0)`" }.joined(separator: " | ")
    var page = """
      # Detector → canonical fields

      Made from the formats' declarations by `make docs`; do not edit. Paths are those of the detector's own JSON; where
      there are several (`…`), the first that has a value counts, and the format's page has them all. `envelope` means
      the document that the alert was taken out of. `severity` is Weir's, `event.severity` the detector's own value.

      | detector | `severity` | \(fields) |
      |---|---|\(String(repeating: "---|", count: canonicalFields.count))

      """
    for format in formats {
      let cells = canonicalFields.map { name in
        format.fields[name].map { cell($0.shortSummary) } ?? (format.isECS ? "itself" : "–")
      }
      page += "| [\(format.title)](Reference/formats/\(format.name).md) | \(cell(format.severity.shortSummary))"
      page += " | \(cells.joined(separator: " | ")) |\n"
    }
    return page
  }

  private static func cell(_ text: String) -> String { text.split(separator: "|").joined(separator: "\\|") }
}

extension FieldSource {
  /// Where the field comes from, in words.
  fileprivate var summary: String {
    let alternatives = alternatives
    return alternatives.count == 1 ? alternatives[0] : alternatives.joined(separator: ", else ")
  }

  /// The first place that the field comes from, and whether there are others.
  fileprivate var shortSummary: String { alternatives[0] + (alternatives.count > 1 ? ", …" : "") }

  private var alternatives: [String] {
    switch self {
    case .path(let path), .renamed(let path, _, _): return ["`\(path.name)`"]
    case .envelope(let path): return ["envelope `\(path.name)`"]
    case .first(let sources): return sources.flatMap(\.alternatives).distinct
    case .firstInEach(let objects, let paths): return paths.map { "`\(objects.name).\($0.name)`" }
    case .all(let sources): return [sources.map(\.summary).joined(separator: " and ")]
    case .list(let source), .time(let source), .addresses(let source): return source.alternatives
    case .mapped(let label, _, let source):
      return label.isEmpty ? source.alternatives : source.alternatives.map { "\($0) (\(label))" }
    case .only(let label, _, _, let source): return source.alternatives.map { "\($0) (\(label))" }
    case .constant(let text): return ["always `\(text)`"]
    case .computed(let label, _, _): return [label]
    case .prefix(let sources): return [sources.map(\.summary).joined(separator: " or ")]
    }
  }
}

extension SeverityRule {
  /// The fields that decide, or the severity that all alerts have.
  fileprivate var shortSummary: String {
    switch self {
    case .fixed(let severity): severity.description
    case .words(let source, _, .fixed), .thresholds(let source, _, .fixed): source.shortSummary
    case .words(let source, _, let otherwise), .thresholds(let source, _, let otherwise):
      "\(source.shortSummary), else \(otherwise.shortSummary)"
    }
  }
}
