public import PluginKit

/// One plugin that a configuration names, with its options, ready to be made.
///
/// `Part` is what comes of it: `any Output`, `any Input`, `AnyEnricher`.
public struct ConfiguredPlugin<Part: Sendable>: Sendable {
  /// The name in the configuration: an output's own, any other plugin's with a number from the second on (`file_2`).
  public let name: String
  /// The plugin that is meant.
  public let type: any Plugin.Type
  /// What was written for it, checked.
  public let options: any PluginOptions
  /// Where the plugin's name stands.
  public let place: SourcePlace
  /// The same for entries that say the same. It may hold secrets.
  public let signature: String
  /// How a queued output is served; nil for everything else.
  public let delivery: DeliveryDefaults?

  private let build: @Sendable (PluginContext) throws -> Part

  /// The plugin's name in the catalog.
  public var pluginName: String { type.manual.name }

  init(
    name: String, type: any Plugin.Type, options: any PluginOptions, place: SourcePlace,
    signature: String, delivery: DeliveryDefaults? = nil, build: @escaping @Sendable (PluginContext) throws -> Part
  ) {
    self.name = name
    self.type = type
    self.options = options
    self.place = place
    self.signature = signature
    self.delivery = delivery
    self.build = build
  }

  /// Makes the plugin and has it load the files that its settings name.
  ///
  /// - Throws: `ConfigurationError`; what else a plugin throws becomes one, at the plugin's place.
  public func make(context: PluginContext) throws(ConfigurationError) -> Part {
    do {
      return try build(context)
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError("\(error)", at: place)
    }
  }
}
