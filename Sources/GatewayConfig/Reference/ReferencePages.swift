internal import AlertModel
public import PluginKit

/// The generated part of the documentation: everything here comes from declarations in the source.
public struct ReferencePages: Sendable {
  private let catalog: PluginCatalog

  public init(catalog: PluginCatalog) {
    self.catalog = catalog
  }

  /// A generated file.
  public struct Page: Sendable, Equatable {
    /// From the root of the repository.
    public let path: String
    /// The page as Markdown.
    public let contents: String
  }

  /// Every generated file, by path.
  public var pages: [Page] {
    var pages = kinds.flatMap { kind in
      kind.types.map {
        Page(path: "Documentation/Reference/\(kind.folder)/\($0.manual.name).md", contents: page(for: $0))
      }
    }
    pages += catalog.formats.map { format in
      Page(path: "Documentation/Reference/formats/\(format.name).md", contents: page(for: format))
    }
    let schema = ConfigurationSchema(catalog: catalog)
    pages.append(Page(path: "Documentation/weir.schema.json", contents: schema.text))
    pages += schema.files.map { file in
      Page(path: "Documentation/\(file.name).schema.json", contents: ConfigurationSchema.text(of: file))
    }
    pages.append(Page(path: "Documentation/Configuration.md", contents: ConfigurationPage(pages: self).markdown))
    return pages.sorted { $0.path < $1.path }
  }

  /// The page of one plugin, Markdown.
  public func page(for type: any Plugin.Type) -> String {
    let manual = type.manual
    let kind = kinds.first { $0.types.contains { $0.manual.name == manual.name && $0 == type } }?.name ?? "plugin"
    var text = "\(Self.notice)# The \(kind) `\(manual.name)`\n\n\(manual.summary)\n"
    if !manual.discussion.isEmpty { text += "\n\(manual.discussion)\n" }
    let example = manual.example.hasSuffix("\n") ? manual.example : manual.example + "\n"
    text += "\n## Example\n\n```yaml\n\(example)```\n\n## Settings\n\n"
    text += SettingsTable.markdown(type.optionsType.settings)
    if let output = type as? any Output.Type, output.delivery == .queued {
      text += "\n## Delivery\n\nBeside its own, it has the settings of every output that crosses a network.\n\n"
      text += SettingsTable.markdown(Self.deliverySettings(output.deliveryDefaults))
    }
    return text
  }

  /// The page of one format, Markdown.
  public func page(for format: Format) -> String { FormatPage(format: format).markdown }

  static let notice = "<!-- Generated from the declarations in the source; do not edit. -->\n\n"

  /// The settings of every queued output, with one output's defaults.
  static func deliverySettings(_ defaults: DeliveryDefaults) -> [SettingDeclaration] {
    let values: [String: SchemaNode] = [
      "rate_limit": defaults.rateLimit?.written ?? .text("no limit"), "batch": defaults.batch.written,
      "concurrency": defaults.concurrency.written, "timeout": defaults.timeout.written,
      "max_age": defaults.maxAge.written, "digest_after": defaults.digestAfter.written,
    ]
    return DeliveryOptions.settings.map { $0.defaulting(to: values[$0.name] ?? .null) }
  }

  /// The kinds of plugins, in the order of an alert's way.
  var kinds: [(name: String, folder: String, types: [any Plugin.Type])] {
    [
      ("input", "inputs", catalog.inputs), ("detector", "detectors", catalog.detectors),
      ("enricher", "enrichers", catalog.enrichers + catalog.remoteEnrichers), ("output", "outputs", catalog.outputs),
    ]
  }

  var formats: [Format] { catalog.formats }
}
