internal import ArgumentParser
internal import GatewayConfig
internal import PluginKit

/// `weir plugins`: the reference.
struct PluginsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugins", abstract: "Lists the plugins and formats, or shows one.")

  @Argument(help: "The name of a plugin or of a format.")
  var name: String?

  @Flag(help: "Prints them as a JSON array, with every setting and its JSON Schema.")
  var json = false

  func run() throws {
    let catalog = WeirCommand.catalog
    let kinds: [(String, [any Plugin.Type])] = [
      ("inputs", catalog.inputs), ("detectors", catalog.detectors),
      ("enrichers", catalog.enrichers + catalog.remoteEnrichers as [any Plugin.Type]), ("outputs", catalog.outputs),
    ]
    let formats = catalog.formats.filter { $0.name == name }
    let found = kinds.flatMap { kind in kind.1.filter { $0.manual.name == name } }
    guard name == nil || !found.isEmpty || !formats.isEmpty else {
      Terminal.say("error: there is no plugin and no format '\(name ?? "")'; 'weir plugins' lists them")
      throw ExitCode.usage
    }
    if json { return Terminal.print(Array(CatalogDescription(catalog).json(named: name).utf8)) }
    guard name != nil else {
      for (kind, plugins) in kinds where !plugins.isEmpty {
        Terminal.print(kind)
        for plugin in plugins {
          let padded = plugin.manual.name.padding(toLength: 14)
          Terminal.print("  \(padded) \(plugin.manual.summary)")
        }
      }
      Terminal.print("formats")
      for format in catalog.formats { Terminal.print("  \(format.name.padding(toLength: 14)) \(format.title)") }
      return
    }
    let pages = ReferencePages(catalog: catalog)
    for plugin in found { Terminal.print(pages.page(for: plugin)) }
    for format in formats { Terminal.print(pages.page(for: format)) }
  }
}

extension String {
  fileprivate func padding(toLength length: Int) -> String {
    self + String(repeating: " ", count: max(0, length - count))
  }
}
