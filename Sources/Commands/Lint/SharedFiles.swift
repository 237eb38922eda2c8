internal import Gateway
internal import GatewayConfig
internal import PluginKit

/// Finds outputs that write into one file: whatever goes to both is in it twice, and where they rotate it, each renames
/// what the other one writes.
struct SharedFiles {
  private let files: [(name: String, path: String, place: SourcePlace)]

  init(_ configuration: GatewayConfiguration, _ parts: GatewayParts) {
    files = parts.outputs.compactMap { part in
      guard let keeping = part.output as? any FileKeeping,
        let output = configuration.outputs.first(where: { $0.name == part.name })
      else { return nil }
      return (part.name, keeping.keptPath, output.place)
    }
  }

  var diagnostics: [Diagnostic] {
    var first: [[UInt8]: Int] = [:]
    return files.enumerated().compactMap { index, file in
      guard !ResolvedPath.isSpecial(file.path) else { return nil }
      let path = Array(ResolvedPath.of(file.path).utf8)
      guard let other = first[path] else {
        first[path] = index
        return nil
      }
      return Diagnostic(
        .warning,
        "the output '\(file.name)' writes into the file of the output '\(files[other].name)' at \(files[other].place); "
          + "name another one, or lead both routes to one output", at: file.place)
    }
  }
}
