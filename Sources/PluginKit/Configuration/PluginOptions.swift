/// The settings of a plugin, or of a part of them: a struct whose stored properties are all `@Setting`.
///
/// ```swift
/// public struct SlackOptions: PluginOptions {
///   @Setting("Incoming-webhook URL.") public var webhookURL: Secret
///   public init() {}
/// }
/// ```
///
/// `Codable` is synthesised by the compiler and serves to find the settings and to put the values in; no other encoder or
/// decoder can be used. Options may be nested as values, in lists and in dictionaries, but not in themselves.
public protocol PluginOptions: SettingValue, Codable {
  init()
}

/// What one setting declares, as reference pages and `weir plugins` show it.
public struct SettingDeclaration: Sendable {
  /// In configuration: `webhook_url`.
  public let name: String
  /// What it is for, Markdown.
  public let summary: String
  /// What may be written: `a duration, such as 10s`.
  public let typeName: String
  /// The JSON Schema of what may be written.
  public let schema: SchemaNode
  /// True where there is neither a default nor a way to leave it out.
  public let mustBeGiven: Bool
  /// How the default is written; `.null` where there is none worth showing.
  public let defaultValue: SchemaNode
  /// The settings inside, where the value is made of such.
  public let nested: [SettingDeclaration]

  public init(
    name: String, summary: String, typeName: String, schema: SchemaNode, mustBeGiven: Bool, defaultValue: SchemaNode,
    nested: [SettingDeclaration]
  ) {
    self.name = name
    self.summary = summary
    self.typeName = typeName
    self.schema = schema
    self.mustBeGiven = mustBeGiven
    self.defaultValue = defaultValue
    self.nested = nested
  }

  /// The same with another default.
  public func defaulting(to value: SchemaNode) -> SettingDeclaration {
    SettingDeclaration(
      name: name, summary: summary, typeName: typeName, schema: schema, mustBeGiven: mustBeGiven, defaultValue: value,
      nested: nested)
  }
}

extension PluginOptions {
  /// The settings in the order of their declaration.
  public static var settings: [SettingDeclaration] {
    declared.map { setting in
      SettingDeclaration(
        name: setting.name, summary: setting.setting.summary, typeName: setting.setting.typeName,
        schema: setting.setting.schema, mustBeGiven: setting.setting.mustBeGiven,
        defaultValue: setting.setting.writtenDefault, nested: setting.setting.nested?.settings ?? [])
    }
  }

  /// Reads options from a tree, complete or not at all.
  ///
  /// - Parameters:
  ///   - folder: where relative file names start from.
  ///   - subject: what the settings belong to, for messages: `output 'slack'`.
  /// - Throws: `ConfigurationError` with every problem.
  public init(_ node: LocatedNode, folder: String = ".", subject: String? = nil) throws(ConfigurationError) {
    var reader = SettingReader(folder: folder, subject: subject)
    let options = Self.read(node, &reader)
    let hasErrors = reader.diagnostics.contains { $0.severity == .error }
    guard let options, !hasErrors else { throw ConfigurationError(reader.diagnostics) }
    self = options
  }

  public static var typeName: String { "a mapping" }

  public static var schema: SchemaNode { OptionsSchema.schema(of: [Self.self]) }

  public static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> Self? {
    guard let fields = OptionFields(node, &reader) else { return nil }
    let options = fields.read(Self.self, &reader)
    fields.reportUnknown(known: reader.names(of: Self.self), &reader)
    return options
  }

  public var written: SchemaNode { .null }

  /// Properties and their settings, as declared.
  static var declared: [DeclaredSetting] { SettingCollector.settings(of: Self()) }
}

/// One stored property that is a setting.
struct DeclaredSetting {
  /// The property's name.
  let property: String
  let setting: any AnySetting
  /// The name in configuration.
  let name: String

  init(property: String, setting: any AnySetting) {
    self.property = property
    self.setting = setting
    name = setting.explicitName ?? SnakeCase.name(ofProperty: property)
  }
}

/// The entries of a mapping while options are read from it.
public struct OptionFields: Sendable {
  private let entries: [LocatedNode.Entry]
  /// Where the mapping stands.
  public let place: SourcePlace

  /// Reports and returns nil where the node is no mapping; nothing at all counts as an empty one.
  public init?(_ node: LocatedNode, _ reader: inout SettingReader) {
    place = node.place
    if let entries = node.entries {
      self.entries = entries
    } else if node.isNull {
      entries = []
    } else {
      let subject = reader.subject.map { " for \($0)" } ?? ""
      reader.report("expected a mapping of settings\(subject), but found \(node.kindName)", at: node.place)
      return nil
    }
  }

  /// Reads one type's settings; nil after having reported everything that is wrong with them. Entries of other names are
  /// left alone, so that several types can share a mapping; then call `reportUnknown`.
  public func read<Options: PluginOptions>(_ type: Options.Type, _ reader: inout SettingReader) -> Options? {
    var values: [String: any AnySetting] = [:]
    var isComplete = true
    let declarations = reader.declarations(of: Options.self)
    for declared in declarations {
      let name = declared.name
      if let entry = entries.first(where: { $0.key.text == name }) {
        let value = reader.within(setting: name) { declared.setting.reading(entry.value, &$0) }
        values[declared.property] = value
        isComplete = isComplete && value != nil
      } else if declared.setting.mustBeGiven {
        isComplete = false
        // A name that is misspelt is reported as such, and that is enough.
        let isMisspelt = entries.contains { Suggestion.closest(to: $0.key.text, in: declarations.map(\.name)) == name }
        guard !isMisspelt else { continue }
        let subject = reader.subject.map { "\($0) needs" } ?? "there must be"
        reader.report("\(subject) the setting '\(name)' (\(declared.setting.typeName))", at: place)
      } else {
        values[declared.property] = declared.setting.defaulting(at: place)
      }
    }
    return isComplete ? try? Options(from: SettingDecoder(values: values)) : nil
  }

  /// Reports every entry whose name is not known.
  public func reportUnknown(known: [String], _ reader: inout SettingReader) {
    let unknown = entries.filter { !known.contains($0.key.text) }
    guard !unknown.isEmpty else { return }
    let subject = reader.subject.map { " for \($0)" } ?? ""
    for entry in unknown {
      let written = entry.key.text
      let hint: String
      if let colon = written.firstIndex(of: ":"), entry.value.isNull {
        // `path:alerts.ndjson` is one word to YAML. What follows the colon may be secret.
        let name = LocatedText(String(written[..<colon])).quoted
        reader.report("unknown setting\(subject); write a space after the colon of \(name)", at: entry.key.place)
        continue
      } else if let suggestion = Suggestion.closest(to: written, in: known) {
        hint = "did you mean '\(suggestion)'?"
      } else if known.isEmpty {
        hint = "there are none to set"
      } else {
        hint = "known are " + known.map { "'\($0)'" }.joined(separator: ", ")
      }
      reader.report("unknown setting \(entry.key.quoted)\(subject); \(hint)", at: entry.key.place)
    }
  }
}
