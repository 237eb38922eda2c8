import AlertModel

/// Slack's limits, measured in a message: UTF-16 code units of each text.
struct TextLimits {
  private(set) var violations: [String] = []

  init(_ message: [UInt8]) throws {
    let parser = DocumentParser()
    try message.withUnsafeBytes { bytes in
      let root = try parser.parse(bytes)
      check("text", in: root, limit: 4000)
      check("attachments.blocks.text.text", in: root, limit: 3000)
      check("attachments.blocks.fields.text", in: root, limit: 2000)
      check("attachments.blocks.elements.text", in: root, limit: 3000)
      FieldPath("attachments.blocks").forEachValue(in: root) { block in
        if FieldPath("type").first(in: block)?.value.text == "header" {
          let text = FieldPath("text.text").first(in: block)?.value.text ?? ""
          if text.utf16.count > 150 { violations.append("header: \(text.utf16.count)") }
        }
        var count = 0
        FieldPath("fields").forEachValue(in: block) { _ in
          count += 1
          return false
        }
        if count > 10 { violations.append("\(count) fields") }
        return false
      }
    }
  }

  private mutating func check(_ path: String, in root: JSONNode, limit: Int) {
    var found: [String] = []
    FieldPath(path).forEachValue(in: root) { node in
      let count = node.value.text.utf16.count
      if count > limit || count == 0 { found.append("\(path): \(count)") }
      return false
    }
    violations += found
  }
}
