internal import AlertModel
public import PluginKit

/// The plugins and formats of a catalog for programs: what the reference pages say, as JSON.
public struct CatalogDescription: Sendable {
  private let catalog: PluginCatalog

  public init(_ catalog: PluginCatalog) {
    self.catalog = catalog
  }

  /// A JSON array with an object for each plugin and format; a line break at the end.
  ///
  /// - Parameter name: only those of this name.
  public func json(named name: String? = nil) -> String {
    let pages = ReferencePages(catalog: catalog)
    let plugins = pages.kinds.flatMap { kind in
      kind.types.filter { name == nil || $0.manual.name == name }.map { Self.plugin($0, kind: kind.name) }
    }
    let formats = catalog.formats.filter { name == nil || $0.name == name }.map(Self.format)
    return SchemaNode.list(plugins + formats).json
  }

  private static func plugin(_ type: any Plugin.Type, kind: String) -> SchemaNode {
    var settings = type.optionsType.settings
    if case .output(let output) = type.kind, output.delivery == .queued {
      settings += ReferencePages.deliverySettings(output.deliveryDefaults)
    }
    return [
      "kind": .text(kind), "name": .text(type.manual.name), "summary": .text(type.manual.summary),
      "discussion": .text(type.manual.discussion), "example": .text(type.manual.example),
      "settings": .list(settings.map(setting)),
    ]
  }

  private static func setting(_ setting: SettingDeclaration) -> SchemaNode {
    let node: SchemaNode = [
      "name": .text(setting.name), "summary": .text(setting.summary), "takes": .text(setting.typeName),
      "must_be_given": .bool(setting.mustBeGiven), "default": setting.defaultValue, "schema": setting.schema,
    ]
    return setting.nested.isEmpty ? node : node.adding("settings", .list(setting.nested.map(Self.setting)))
  }

  private static func format(_ format: Format) -> SchemaNode {
    [
      "kind": "format", "name": .text(format.name), "summary": .text(format.title),
      "references": .list(format.references.map { .text($0) }), "fields": .list(format.fields.names.map { .text($0) }),
    ]
  }
}
