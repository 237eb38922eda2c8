/// The JSON Schema of a mapping of settings.
public enum OptionsSchema {
  /// The schema of a mapping that holds the settings of all these types.
  public static func schema(of types: [any PluginOptions.Type]) -> SchemaNode {
    let settings = types.flatMap { $0.settings }
    let properties = settings.map { setting in
      var schema = setting.schema.adding("description", .text(setting.summary))
      if setting.defaultValue != .null { schema = schema.adding("default", setting.defaultValue) }
      return SchemaNode.Member(setting.name, schema)
    }
    var schema: SchemaNode = ["type": "object", "properties": .object(properties), "additionalProperties": false]
    let required = settings.filter(\.mustBeGiven).map { SchemaNode.text($0.name) }
    if !required.isEmpty { schema = schema.adding("required", .list(required)) }
    return schema
  }
}
