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

  private mutating func add(_ plugin: any Plugin.Type) {
    let name = plugin.manual.name
    switch plugin.kind {
    case .output(let output): outputs = outputs.filter { $0.manual.name != name } + [output]
    case .input(let input): inputs = inputs.filter { $0.manual.name != name } + [input]
    case .detector(let detector): detectors = detectors.filter { $0.manual.name != name } + [detector]
    case .enricher(let enricher):
      removeEnricher(named: name)
      enrichers.append(enricher)
    case .remoteEnricher(let enricher):
      removeEnricher(named: name)
      remoteEnrichers.append(enricher)
    }
  }

  private mutating func removeEnricher(named name: String) {
    enrichers.removeAll { $0.manual.name == name }
    remoteEnrichers.removeAll { $0.manual.name == name }
  }
}
