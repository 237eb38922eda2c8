internal import PluginKit

/// Pieces of a web page. What comes from alerts is only ever text in it.
enum HTML {
  /// Text for an element or a quoted attribute. Control characters are shown, so that no text can turn itself around.
  static func escaped(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.map { line in
      VisibleText.escaped(String(line)).map { character in
        switch character {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        case "\"": "&quot;"
        case "'": "&#39;"
        default: String(character)
        }
      }.joined()
    }.joined(separator: "\n")
  }

  /// The most frequent names with their counts.
  static func list(_ counts: [String: Int]) -> String {
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let names = sorted.prefix(10).map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
    return sorted.count > 10 ? "\(names), and \(sorted.count - 10) more" : names
  }

  /// What the colours mean.
  static func legend(_ items: [(name: String, class: String)]) -> String {
    let shown = items.map { "<span><i class=\"\($0.class)\"></i>\(escaped($0.name))</span>" }
    return "<div class=\"legend\">\(shown.joined())</div>"
  }
}
