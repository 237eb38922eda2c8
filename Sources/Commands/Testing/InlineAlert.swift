internal import AlertModel
internal import PluginKit

/// An alert written in a test file, as JSON.
enum InlineAlert {
  /// A mapping's JSON, in which words without quotes are what YAML takes them for; text is taken for JSON already.
  static func json(_ node: LocatedNode) -> [UInt8] {
    if let scalar = node.scalar { return Array(scalar.text.text.utf8) }
    var json: [UInt8] = []
    append(node, to: &json)
    return json
  }

  private static func append(_ node: LocatedNode, to json: inout [UInt8]) {
    switch node.content {
    case .mapping(let entries):
      json.append(UInt8(ascii: "{"))
      for (index, entry) in entries.enumerated() {
        if index > 0 { json.append(UInt8(ascii: ",")) }
        JSONEscapes.appendQuoted(entry.key.text, to: &json)
        json.append(UInt8(ascii: ":"))
        append(entry.value, to: &json)
      }
      json.append(UInt8(ascii: "}"))
    case .sequence(let elements):
      json.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { json.append(UInt8(ascii: ",")) }
        append(element, to: &json)
      }
      json.append(UInt8(ascii: "]"))
    case .scalar(let scalar):
      let text = scalar.text.text
      if scalar.isNull {
        json.append(contentsOf: "null".utf8)
      } else if scalar.style == .plain, text == "true" || text == "false" || isNumber(text) {
        json.append(contentsOf: text.utf8)
      } else {
        JSONEscapes.appendQuoted(text, to: &json)
      }
    }
  }

  /// RFC 8259, section 6. Account ids with a zero in front are text.
  private static func isNumber(_ text: String) -> Bool {
    text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
  }
}
