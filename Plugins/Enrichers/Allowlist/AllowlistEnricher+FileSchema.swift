public import PluginKit

extension AllowlistEnricher: FileSchemaProviding {
  /// A file with entries: a list, or a mapping with the list under `entries`.
  public static var fileSchemas: [FileSchema] {
    let list: SchemaNode = ["type": "array", "items": ["$ref": "#/$defs/entry"]]
    let properties: SchemaNode = ["entries": list]
    let required: SchemaNode = ["entries"]
    let mapping: SchemaNode = [
      "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    ]
    let definitions: SchemaNode = ["entry": OptionsSchema.schema(of: [EntryOptions.self])]
    return [
      FileSchema(name: "allowlist", title: "Weir allowlist", schema: ["anyOf": [list, mapping], "$defs": definitions])
    ]
  }
}
