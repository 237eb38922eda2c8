internal import AlertModel
internal import Mustache
internal import PluginKit

/// A Mustache template over an alert's fields.
///
/// Names are ECS names, looked up as conditions look them up; a name inside a section is also looked up below the
/// section's. Besides: `json` is the whole alert, `severity` Weir's severity, `timestamp` stands for `@timestamp`, which
/// Mustache cannot name. Values are escaped for the inside of a JSON string, unless the template begins with
/// `{{% CONTENT_TYPE:TEXT}}` or asks for a value with three braces.
struct WebhookTemplate {
  private let template: MustacheTemplate
  private let fields: [(name: String, field: Field)]
  private let usesJSON: Bool
  private let mustBeJSON: Bool
  private let readers: AlertReaders

  /// - Parameter isJSON: whether what comes out must be JSON.
  /// - Throws: `ConfigurationError` at the place in the template that is wrong.
  init(_ text: LocatedText, isJSON: Bool, vocabulary: Vocabulary) throws(ConfigurationError) {
    // Mustache keeps content types by name for the whole process; registering the same one again changes nothing.
    MustacheContentTypes.register(JSONStringContent(), named: JSONStringContent.name)
    let tags = try TemplateTags(text)
    let prefix = "{{% CONTENT_TYPE:\(JSONStringContent.name)}}"
    do {
      template = try MustacheTemplate(string: prefix + text.text)
    } catch {
      throw Self.located(error, in: text, prefix: prefix)
    }
    usesJSON = tags.names.contains("json")
    fields = tags.names.filter { !Self.ownNames.contains($0) }.sorted()
      .map { ($0, vocabulary.field($0 == "timestamp" ? "@timestamp" : $0)) }
    mustBeJSON = isJSON
    readers = AlertReaders(vocabulary: vocabulary)
  }

  private static let ownNames: Set<String> = ["json", "severity"]

  /// What is sent for an alert.
  ///
  /// - Throws: `BodyError` where that is not JSON although it should be.
  func render(_ alert: OutgoingAlert) throws(BodyError) -> [UInt8] {
    var values: [String: [String]] = ["severity": [alert.severity.description]]
    if usesJSON { values["json"] = [alert.withJSON { String(decoding: $0, as: UTF8.self) }] }
    do {
      try readers.read(alert) { parsed in
        for (name, field) in fields {
          var texts: [String] = []
          parsed.forEachValue(field) { value in
            if value.isScalar { texts.append(value.text) }
            return false
          }
          if !texts.isEmpty { values[name] = texts }
        }
      }
    } catch {
      throw BodyError(reason: "the alert cannot be read: \(error)")
    }
    let rendered = Array(template.render(TemplateNode(path: "", values: values)).utf8)
    if mustBeJSON { try Self.check(rendered) }
    return rendered
  }

  private static func check(_ json: [UInt8]) throws(BodyError) {
    let problem = json.withUnsafeBytes { bytes -> JSONError? in
      do throws(JSONError) {
        _ = try DocumentParser().parse(bytes)
        return nil
      } catch {
        return error
      }
    }
    if let problem {
      throw BodyError(
        reason: "what 'template' makes of this alert is not JSON (\(problem)); mend it or set another 'content_type'")
    }
  }

  private static func located(_ error: any Error, in text: LocatedText, prefix: String) -> ConfigurationError {
    guard let error = error as? MustacheTemplate.ParserError else {
      return ConfigurationError("'template' is not a Mustache template: \(error)", at: text.place)
    }
    let column = error.context.columnNumber - (error.context.lineNumber == 1 ? prefix.count : 0)
    let lines = text.text.split(separator: "\n", omittingEmptySubsequences: false)
    let before = lines.prefix(error.context.lineNumber - 1).reduce(0) { $0 + $1.utf8.count + 1 }
    return ConfigurationError(
      "'template' is not a Mustache template: \(sentence(error.error))", at: text.place(at: before + max(column - 1, 0))
    )
  }

  private static func sentence(_ error: any Error) -> String {
    switch error as? MustacheTemplate.Error {
    case .sectionCloseNameIncorrect: "this closes another section than the one that is open"
    case .unfinishedName: "a tag is not well formed; write '{{name}}'"
    case .expectedSectionEnd: "a section is not closed; '{{#name}}' needs '{{/name}}'"
    case .invalidConfigVariableSyntax, .unrecognisedConfigVariable:
      "unknown '{{%'; known is '{{% CONTENT_TYPE:TEXT}}'"
    default: "it ends within a tag, or a tag is not well formed"
    }
  }
}

/// Escapes values for the inside of a JSON string.
private struct JSONStringContent: MustacheContentType {
  static let name = "WEIR-JSON"

  func escapeText(_ text: String) -> String {
    var json: [UInt8] = []
    JSONEscapes.appendQuoted(text, to: &json)
    return String(decoding: json.dropFirst().dropLast(), as: UTF8.self)
  }
}

/// A field's value, or what lies below a name, as Mustache asks for it piece by piece: `rule`, then `name`.
private struct TemplateNode: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
  let path: String
  let values: [String: [String]]

  var renderText: String { values[path]?.first ?? "" }
  var isNull: Bool { false }

  /// Of one value as of several: `{{count(source.ip)}}` is 1.
  func transform(_ name: String) -> Any? { renderText.transform(name) ?? [renderText].transform(name) }

  func child(named name: String) -> Any? {
    let childPath = path.isEmpty ? name : path + "." + name
    guard let own = values[childPath] else {
      let below = childPath + "."
      return values.keys.contains { $0.hasPrefix(below) } ? TemplateNode(path: childPath, values: values) : nil
    }
    // Several values are a list; `false` ends a section as it should.
    if own.count > 1 { return TemplateList(own) }
    return own == ["false"] ? false : TemplateNode(path: childPath, values: values)
  }
}

/// A field's several values: sections go through them; by itself it shows them with commas between.
private struct TemplateList: MustacheSequence, MustacheCustomRenderable, MustacheTransformable {
  let texts: [String]

  init(_ texts: [String]) { self.texts = texts }

  var renderText: String { texts.joined(separator: ", ") }
  var isNull: Bool { false }
  func transform(_ name: String) -> Any? { texts.transform(name) ?? renderText.transform(name) }
  func makeIterator() -> IndexingIterator<[String]> { texts.makeIterator() }
}
