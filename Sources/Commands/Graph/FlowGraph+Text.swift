internal import PluginKit

extension FlowGraph {
  /// A Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html).
  var mermaid: String {
    func escaped(_ text: String) -> String {
      var shown = ""
      for character in VisibleText.escaped(text) {
        switch character {
        case "\"": shown += "#quot;"
        case "<": shown += "#lt;"
        case ">": shown += "#gt;"
        case "&": shown += "#amp;"
        case "#": shown += "#35;"
        default: shown.append(character)
        }
      }
      return shown
    }
    var text = "flowchart LR\n"
    for node in nodes {
      let label = "\"" + node.label.map(escaped).joined(separator: "<br/>") + "\""
      let shape =
        switch node.kind {
        case .input: "[/\(label)/]"
        case .step: "[\(label)]"
        case .decision: "{{\(label)}}"
        case .output: "[(\(label))]"
        }
      text += "  \(node.id)\(shape)\n"
    }
    for edge in edges {
      text += "  \(edge.from) -->\(edge.label.isEmpty ? "" : "|\"\(escaped(edge.label))\"|") \(edge.to)\n"
    }
    return text
  }

  /// A graph in the DOT language (https://graphviz.org/doc/info/lang.html).
  var dot: String {
    func quoted(_ lines: [String]) -> String {
      let escaped = lines.map { line in
        VisibleText.escaped(line).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      }
      return "\"" + escaped.joined(separator: "\\n") + "\""
    }
    var text = "digraph weir {\n  rankdir=LR;\n"
    for node in nodes {
      let shape =
        switch node.kind {
        case .input: "parallelogram"
        case .step: "box"
        case .decision: "hexagon"
        case .output: "cylinder"
        }
      text += "  \(node.id) [shape=\(shape), label=\(quoted(node.label))];\n"
    }
    for edge in edges {
      text += "  \(edge.from) -> \(edge.to)\(edge.label.isEmpty ? "" : " [label=\(quoted([edge.label]))]");\n"
    }
    return text + "}\n"
  }
}
