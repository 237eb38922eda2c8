/// The plugins that a configuration can name, and the formats that alerts are recognised by.
///
/// ```swift
/// let catalog = BundledPlugins.catalog + [MyOutput.self]
/// ```
public struct PluginCatalog: Sendable {
  /// What a configuration can read from.
  public private(set) var inputs: [any Input.Type] = []
  /// What can make alerts of events.
  public private(set) var detectors: [any Detector.Type] = []
  /// What can add to alerts in memory, or hold them back.
  public private(set) var enrichers: [any Enricher.Type] = []
  /// What can add to alerts by asking somebody.
  public private(set) var remoteEnrichers: [any RemoteEnricher.Type] = []
  /// What can deliver alerts.
  public private(set) var outputs: [any Output.Type] = []
  /// In order of priority: the first whose shape a document has is taken.
  public private(set) var formats: [Format] = []

  public init(_ plugins: [any Plugin.Type] = [], formats: [Format] = []) {
    self.formats = formats
    for plugin in plugins { add(plugin) }
  }

  /// This catalog with more plugins, each among those of its kind. One of the same kind and name as an earlier one takes
  /// its place; so does a format. New formats come before the others.
  public func adding(_ plugins: [any Plugin.Type], formats: [Format] = []) -> PluginCatalog {
    var catalog = self
    for plugin in plugins { catalog.add(plugin) }
    let names = Set(formats.map(\.name))
    catalog.formats = formats + self.formats.filter { !names.contains($0.name) }
    return catalog
  }

  /// The catalog with further plugins, such as your own.
  public static func + (catalog: PluginCatalog, plugins: [any Plugin.Type]) -> PluginCatalog {
    catalog.adding(plugins)
  }

  /// Adds a plugin, which is of one kind. To ask whether it is of a kind that it is not costs a start more than anything
  /// else here, so the largest kinds are asked for first.
  private mutating func add(_ plugin: any Plugin.Type) {
    let name = plugin.manual.name
    if let output = plugin as? any Output.Type {
      outputs = outputs.filter { $0.manual.name != name } + [output]
    } else if let enricher = plugin as? any Enricher.Type {
      removeEnricher(named: name)
      enrichers.append(enricher)
    } else if let input = plugin as? any Input.Type {
      inputs = inputs.filter { $0.manual.name != name } + [input]
    } else if let detector = plugin as? any Detector.Type {
      detectors = detectors.filter { $0.manual.name != name } + [detector]
    } else if let enricher = plugin as? any RemoteEnricher.Type {
      removeEnricher(named: name)
      remoteEnrichers.append(enricher)
    }
  }

  private mutating func removeEnricher(named name: String) {
    enrichers.removeAll { $0.manual.name == name }
    remoteEnrichers.removeAll { $0.manual.name == name }
  }
}
