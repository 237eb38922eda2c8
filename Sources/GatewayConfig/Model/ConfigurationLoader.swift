public import PluginKit

/// Reads a configuration file against a catalog of plugins. Makes no plugin.
public struct ConfigurationLoader: Sendable {
  private let catalog: PluginCatalog
  private let environment: [String: String]

  /// - Parameter environment: the environment variables, for `${NAME}`, `only_with` and `STATE_DIRECTORY`.
  public init(catalog: PluginCatalog, environment: [String: String]) {
    self.catalog = catalog
    self.environment = environment
  }

  /// - Throws: `ConfigurationError` where the file cannot be read, or where its brackets or its indentation leave open what
  ///   belongs to what, so that nothing more can be said of it. All other problems are in what is returned.
  public func load(_ path: String) throws(ConfigurationError) -> LoadedConfiguration {
    let contents: FileReading.Contents
    do {
      contents = try FileReading.read(path, limit: TreeLimits.configuration.bytes)
    } catch {
      throw ConfigurationError("cannot read the configuration: \(error.reason)", at: SourcePlace(file: path))
    }
    return try load(
      contents.bytes, file: path, readableByOthers: contents.isReadableByOthers ? contents.mode : nil)
  }

  /// Reads a configuration that is in memory.
  ///
  /// - Parameters:
  ///   - file: its name in messages; relative file names start from its folder.
  ///   - mode: the file's permissions where every user can read it, so that secrets in it are warned of.
  public func load(
    _ bytes: [UInt8], file: String, readableByOthers mode: String? = nil
  ) throws(ConfigurationError) -> LoadedConfiguration {
    let tree = YAMLTree.readOn(bytes, file: file)
    guard let root = tree.root else { throw ConfigurationError(tree.problems) }
    var reading = ConfigurationReading(catalog: catalog, environment: environment, file: file)
    return reading.read(root, after: tree, readableByOthers: mode)
  }
}
