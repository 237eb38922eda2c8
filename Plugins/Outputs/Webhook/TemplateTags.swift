internal import PluginKit

/// The names that a template asks for, found before it is rendered, so that only these fields are looked up.
struct TemplateTags {
  /// Names as written, and each below the names of the sections around it.
  private(set) var names: Set<String> = []

  /// - Throws: `ConfigurationError` at a tag that needs other templates or other delimiters: there are none here.
  init(_ template: LocatedText) throws(ConfigurationError) {
    let text = template.text
    var rest = text[...]
    var sections: [String] = []
    while let open = rest.firstRange(of: "{{") {
      rest = rest[open.upperBound...]
      let tag = rest.prefix { $0 != "}" }
      let body = tag.drop { $0 == "{" || $0 == "&" || $0 == " " }
      switch body.first {
      case "!", "%": break
      case ">", "<", "$", "=":
        let offset = text.utf8.distance(from: text.startIndex, to: open.lowerBound)
        throw ConfigurationError(
          "a template cannot use '{{\(body.prefix(1))': there are no other templates and no other delimiters",
          at: template.place(at: offset))
      case "/": _ = sections.popLast()
      case "#", "^":
        let name = Self.name(body.dropFirst())
        add(name, below: sections)
        sections.append(name)
      default: add(Self.name(body), below: sections)
      }
      rest = rest[tag.endIndex...]
    }
  }

  private mutating func add(_ name: String, below sections: [String]) {
    guard !name.isEmpty, name != "." else { return }
    let name = name.hasPrefix(".") ? String(name.dropFirst()) : name
    names.insert(name)
    for count in 0..<sections.count {
      // The innermost sections that Mustache may have gone into by name: `rule`, then `rule.author`.
      names.insert((sections[count...] + [name]).joined(separator: "."))
      names.insert(sections[count] + "." + name)
    }
  }

  /// Without spaces and transforms: `uppercased(rule.name)` asks for `rule.name`.
  private static func name(_ tag: Substring) -> String {
    let inner = tag.split { $0 == "(" }.last ?? ""
    return String(inner.filter { $0 != " " && $0 != ")" })
  }
}
