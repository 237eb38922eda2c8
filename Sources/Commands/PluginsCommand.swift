internal import ArgumentParser
internal import GatewayConfig
internal import PluginKit

/// `weir plugins`: the reference.
struct PluginsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugins", abstract: "Lists the plugins, or shows one with its settings.")

  @Argument(help: "The name of a plugin.")
  var name: String?

  func run() throws {
    let catalog = WeirCommand.catalog
    let kinds: [(String, [any Plugin.Type])] = [
      ("inputs", catalog.inputs), ("detectors", catalog.detectors),
      ("enrichers", catalog.enrichers + catalog.remoteEnrichers as [any Plugin.Type]), ("outputs", catalog.outputs),
    ]
    guard let name else {
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
    let found = kinds.flatMap { kind in kind.1.filter { $0.manual.name == name }.map { (kind.0, $0) } }
    guard !found.isEmpty else {
      Terminal.say("error: there is no plugin '\(name)'; 'weir plugins' lists them")
      throw ExitCode.usage
    }
    for (_, plugin) in found { Terminal.print(ReferencePages(catalog: catalog).page(for: plugin)) }
  }
}

extension String {
  fileprivate func padding(toLength length: Int) -> String {
    self + String(repeating: " ", count: max(0, length - count))
  }
}
