public import PluginKit

/// The JSON Schema (draft 2020-12) of a whole configuration, for editors and other programs.
public struct ConfigurationSchema: Sendable {
  private let catalog: PluginCatalog

  public init(catalog: PluginCatalog) {
    self.catalog = catalog
  }

  /// The schema as JSON text.
  public var text: String { root.json }

  /// The schemas of the files that plugins read.
  public var files: [FileSchema] {
    let types: [any Plugin.Type] =
      catalog.inputs + catalog.detectors + catalog.enrichers + catalog.remoteEnrichers + catalog.outputs
    return types.compactMap { $0 as? any FileSchemaProviding.Type }.flatMap { $0.fileSchemas }
  }

  /// The schema of a file as JSON text.
  public static func text(of file: FileSchema) -> String {
    guard case .object(let members) = file.schema else { return file.schema.json }
    let head: [SchemaNode.Member] = [.init("$schema", .text(draft)), .init("title", .text(file.title))]
    return SchemaNode.object(head + members).json
  }

  private static let draft = "https://json-schema.org/draft/2020-12/schema"

  /// The schema.
  var root: SchemaNode {
    let schema = OptionsSchema.schema(of: RootOptions.types)
      .replacing("inputs", Self.list(of: catalog.inputs))
      .replacing("detect", Self.list(of: catalog.detectors))
      .replacing("enrichers", Self.list(of: catalog.enrichers + catalog.remoteEnrichers))
      .replacing("outputs", outputs)
      .replacing("routes", ["type": "array", "minItems": 1, "items": RouteOptions.schema])
      .replacing("formats", ["type": "object", "additionalProperties": FormatOptions.schema])
    guard case .object(let members) = schema.allowingReferences else { return schema }
    let head: [SchemaNode.Member] = [
      .init("$schema", .text(Self.draft)),
      .init("title", "Weir configuration"),
    ]
    let required: SchemaNode = ["outputs", "routes"]
    let definitions: SchemaNode = [
      "reference": [
        "type": "string", "pattern": "\\$\\{", "description": "${NAME}, ${NAME:-default} or ${file:/path}",
      ]
    ]
    let placesForAnchors: SchemaNode = ["^x-": .object([])]
    return .object(
      head + members + [
        .init("patternProperties", placesForAnchors), .init("required", required), .init("$defs", definitions),
      ])
  }

  private var outputs: SchemaNode {
    let types = catalog.outputs.map { type -> (name: String, schema: SchemaNode) in
      let common: [any PluginOptions.Type] = type.delivery == .queued ? [DeliveryOptions.self] : []
      return (type.manual.name, Self.settings(of: type, common))
    }
    guard case .object(let beside) = OutputEntryOptions.schema, case .object(let others)? = beside.value("properties")
    else { return .object([]) }
    return ["type": "object", "minProperties": 1, "additionalProperties": Self.entry(types, beside: others)]
  }

  private static func list(of types: [any Plugin.Type]) -> SchemaNode {
    let entry = entry(types.map { ($0.manual.name, settings(of: $0, [])) }, beside: [])
    return ["anyOf": [["type": "array", "items": entry], entry]]
  }

  /// A mapping with the name of one plugin.
  private static func entry(_ plugins: [(name: String, schema: SchemaNode)], beside: [SchemaNode.Member]) -> SchemaNode
  {
    let entry: SchemaNode = [
      "type": "object", "properties": .object(plugins.map { .init($0.name, $0.schema) } + beside),
      "additionalProperties": false,
    ]
    guard !plugins.isEmpty else { return entry }
    return entry.adding("oneOf", .list(plugins.map { ["required": [.text($0.name)]] }))
  }

  private static func settings(of type: any Plugin.Type, _ common: [any PluginOptions.Type]) -> SchemaNode {
    let schema = OptionsSchema.schema(of: [type.optionsType] + common).adding("description", .text(type.manual.summary))
    guard case .object(let members) = schema, members.value("required") == nil else { return schema }
    // `console:` with nothing behind it is as good as `console: {}`.
    return .object(members.map { $0.name == "type" ? .init("type", ["object", "null"]) : $0 })
  }
}

extension Plugin {
  /// The type of its options, for whoever has only the type of the plugin.
  static var optionsType: any PluginOptions.Type { Options.self }
}

extension [SchemaNode.Member] {
  func value(_ name: String) -> SchemaNode? { first { $0.name == name }?.value }
}

extension SchemaNode {
  /// An object's schema with another one for a property, whose description stays.
  fileprivate func replacing(_ property: String, _ schema: SchemaNode) -> SchemaNode {
    guard case .object(let members) = self, case .object(let properties)? = members.value("properties") else {
      return self
    }
    let replaced = properties.map { member -> Member in
      guard member.name == property, case .object(let old) = member.value, let text = old.value("description") else {
        return member
      }
      return Member(property, schema.adding("description", text))
    }
    return .object(members.map { $0.name == "properties" ? Member($0.name, .object(replaced)) : $0 })
  }

  /// A schema that takes a reference in place of every value that is not any text anyhow.
  fileprivate var allowingReferences: SchemaNode {
    guard case .object(let members) = self else { return self }
    let isText = members.value("type").map { $0.holdsText } ?? true
    if members.value("enum") != nil || members.value("pattern") != nil || !isText {
      let outside = members.filter { $0.name == "description" || $0.name == "default" }
      let inside = members.filter { $0.name != "description" && $0.name != "default" }
      return .object(
        [Member("anyOf", [.object(inside), ["$ref": "#/$defs/reference"]])] + outside)
    }
    return .object(
      members.map { member in
        switch (member.name, member.value) {
        case ("properties", .object(let properties)):
          Member(member.name, .object(properties.map { Member($0.name, $0.value.allowingReferences) }))
        case ("items", _), ("additionalProperties", .object): Member(member.name, member.value.allowingReferences)
        case ("anyOf", .list(let choices)): Member(member.name, .list(choices.map(\.allowingReferences)))
        default: member
        }
      })
  }

  /// Of a `type`: true for what a reference fits already, and for what is made of other values.
  private var holdsText: Bool {
    switch self {
    case .text(let type): ["string", "object", "array", "null"].contains(type)
    case .list(let types): types.contains { $0.holdsText && $0 != "null" }
    default: true
    }
  }
}
