internal import AlertModel
internal import PluginKit

extension SchemaNode {
  /// This value as JSON, indented by two spaces, with a line break at the end.
  var json: String {
    var text = ""
    write(to: &text, indentation: "")
    return text + "\n"
  }

  /// This value as it would be written in one line of YAML; nil where there is nothing to show.
  var inline: String? {
    switch self {
    case .null: return nil
    case .list(let elements): return "[" + elements.compactMap(\.inline).joined(separator: ", ") + "]"
    case .object(let members):
      return "{" + members.map { "\($0.name): \($0.value.inline ?? "null")" }.joined(separator: ", ") + "}"
    case .text(let value): return value.isEmpty ? "\"\"" : value
    case .bool, .integer, .number:
      var text = ""
      write(to: &text, indentation: "")
      return text
    }
  }

  private func write(to text: inout String, indentation: String) {
    let inner = indentation + "  "
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    case .text(let value): text += JSONEscapes.quoted(value)
    case .list(let elements):
      guard !elements.isEmpty else { return text += "[]" }
      text += "[\n"
      for (index, element) in elements.enumerated() {
        text += inner
        element.write(to: &text, indentation: inner)
        text += index + 1 < elements.count ? ",\n" : "\n"
      }
      text += indentation + "]"
    case .object(let members):
      guard !members.isEmpty else { return text += "{}" }
      text += "{\n"
      for (index, member) in members.enumerated() {
        text += inner + JSONEscapes.quoted(member.name) + ": "
        member.value.write(to: &text, indentation: inner)
        text += index + 1 < members.count ? ",\n" : "\n"
      }
      text += indentation + "}"
    }
  }
}
