internal import PluginKit

/// The names that a template asks for, found before it is rendered, so that only these fields are looked up.
struct TemplateTags {
  /// Names as written, and each below the names of the sections around it.
  private(set) var names: Set<String> = []

  /// What can be done with a value (`uppercased(rule.name)`), with several (`count(source.ip)`), and with the place within
  /// a section that goes through several (`last()`): swift-mustache's own, less those for what alerts do not have.
  private static let transforms: Set<Substring> = [
    "capitalized", "lowercased", "uppercased", "reversed", "empty", "first", "last", "count", "sorted", "index", "odd",
    "even", "plusone", "minusone", "equalzero",
  ]

  /// - Throws: `ConfigurationError` at a tag that needs other templates, other delimiters, or a transform that there is not.
  init(_ template: LocatedText) throws(ConfigurationError) {
    let text = template.text
    var rest = text[...]
    var sections: [String] = []
    while let open = rest.firstRange(of: "{{") {
      let place = template.place(at: text.utf8.distance(from: text.startIndex, to: open.lowerBound))
      rest = rest[open.upperBound...]
      let tag = rest.prefix { $0 != "}" }
      let body = tag.drop { $0 == "{" || $0 == "&" || $0 == " " }
      switch body.first {
      case "!", "%": break
      case ">", "<", "$", "=":
        throw ConfigurationError(
          "a template cannot use '{{\(body.prefix(1))': there are no other templates and no other delimiters", at: place
        )
      case "/": _ = sections.popLast()
      case "#", "^":
        let name = try Self.name(body.dropFirst(), at: place)
        add(name, below: sections)
        sections.append(name)
      default: add(try Self.name(body, at: place), below: sections)
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
  private static func name(_ tag: Substring, at place: SourcePlace) throws(ConfigurationError) -> String {
    let parts = tag.filter { $0 != " " && $0 != ")" }.split(separator: "(", omittingEmptySubsequences: false)
    for transform in parts.dropLast() where !transforms.contains(transform) {
      throw ConfigurationError(
        "a template has no '\(transform)(…)'; it has \(transforms.sorted().joined(separator: ", "))", at: place)
    }
    return parts.last.map(String.init) ?? ""
  }
}
