internal import AlertModel
internal import PluginKit

/// The reference page of one format.
struct FormatPage {
  let format: Format

  var markdown: String {
    var text = "\(ReferencePages.notice)# The format `\(format.name)`\n\n\(format.title).\n"
    if !format.references.isEmpty {
      text += "\nIt follows:\n\n" + format.references.map { "- \($0)\n" }.joined()
    }
    text += "\nSeverity: \(words(for: format.severity)).\n"
    if let id = format.id { text += "\n`alert.id`: \(words(for: id)).\n" }
    if !format.actors.isEmpty {
      let actors = format.actors.map { "`\($0.field)`" + ($0.isSpoofable ? " (whoever acts can choose it)" : "") }
      text += "\nActors, for allowlists: \(actors.joined(separator: ", ")).\n"
    }
    if !format.spoofable.isEmpty {
      let names = format.spoofable.sorted().map { "`\($0)`" }.joined(separator: ", ")
      text += "\nAn attacker can choose: \(names).\n"
    }
    guard !format.fields.names.isEmpty else { return text }
    text += "\n## Fields\n\n| ECS | from |\n|---|---|\n"
    for name in format.fields.names {
      guard let source = format.fields[name] else { continue }
      text += "| `\(name)` | \(SettingsTable.cell(words(for: source))) |\n"
    }
    return text
  }

  private func words(for source: FieldSource) -> String {
    switch source {
    case .path(let path): "`\(path.name)`"
    case .envelope(let path): "`\(path.name)` of the envelope"
    case .first(let sources): sources.map { words(for: $0) }.joined(separator: ", else ")
    case .firstInEach(let objects, let paths):
      "in each of `\(objects.name)`: " + paths.map { "`\($0.name)`" }.joined(separator: ", else ")
    case .all(let sources): sources.map { words(for: $0) }.joined(separator: " and ")
    case .list(let source): words(for: source) + " (as a list)"
    case .renamed(let path, _, _): "`\(path.name)`, with ECS names"
    case .time(let source), .addresses(let source): words(for: source)
    case .mapped(let label, _, let source), .only(let label, _, _, let source):
      "\(words(for: source)) (\(label))"
    case .constant(let text): "always `\(text)`"
    case .computed(let label, _, _): label
    case .prefix(let sources): sources.map { words(for: $0) }.joined(separator: ", ")
    }
  }

  private func words(for rule: SeverityRule) -> String {
    switch rule {
    case .fixed(let severity): return "\(severity)"
    case .words(let source, let names, let otherwise):
      let pairs = names.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { "`\($0.key)` \($0.value)" }
      return "by \(words(for: source)): \(pairs.joined(separator: ", ")); else \(words(for: otherwise))"
    case .thresholds(let source, let steps, let otherwise):
      let pairs = steps.sorted { $0.from < $1.from }.map { "from \(SchemaNode.number($0.from).inline ?? "") \($0.1)" }
      return "by \(words(for: source)): \(pairs.joined(separator: ", ")); else \(words(for: otherwise))"
    }
  }
}
