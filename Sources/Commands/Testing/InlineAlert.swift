internal import AlertModel
internal import PluginKit

/// An alert written in a test file, as JSON.
enum InlineAlert {
  /// A mapping's JSON, in which words without quotes are what YAML takes them for; text is taken for JSON already.
  static func json(_ node: LocatedNode) -> [UInt8] {
    if let scalar = node.scalar { return Array(scalar.text.text.utf8) }
    var json: [UInt8] = []
    node.appendJSON(to: &json) { scalar, json in
      let text = scalar.text.text
      if scalar.isNull {
        json.append(contentsOf: "null".utf8)
      } else if scalar.style == .plain, text == "true" || text == "false" || isNumber(text) {
        json.append(contentsOf: text.utf8)
      } else {
        JSONEscapes.appendQuoted(text, to: &json)
      }
    }
    return json
  }

  /// RFC 8259, section 6. Account ids with a zero in front are text.
  private static func isNumber(_ text: String) -> Bool {
    text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
  }
}
