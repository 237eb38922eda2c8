internal import AlertModel
internal import Gateway
internal import GatewayConfig
internal import KQL
internal import PluginKit

/// What is allowed in a configuration but probably not meant.
enum Lint {
  /// What to warn of: outputs that nobody uses, routes that no alert can reach, and what plugins find.
  static func diagnostics(_ parts: GatewayParts, _ configuration: GatewayConfiguration, now: Timestamp) -> [Diagnostic]
  {
    var plugins: [any Plugin] = parts.inputs.map(\.input)
    plugins += parts.detectors.map { $0 as any Plugin }
    plugins += parts.enrichers.map(\.plugin)
    plugins += parts.outputs.map(\.output)
    let found = plugins.compactMap { $0 as? any Linting }.flatMap { $0.lint(now: now) }
    return unusedOutputs(configuration) + RouteLint(configuration).diagnostics + found
  }

  private static func unusedOutputs(_ configuration: GatewayConfiguration) -> [Diagnostic] {
    var used = Set(configuration.routes.flatMap { $0.outputs.map(\.name) })
    if let suppressed = configuration.suppressedOutput { used.insert(suppressed.name) }
    return configuration.outputs.filter { !used.contains($0.name) }.map { output in
      Diagnostic(
        .warning, "no route leads to the output '\(output.name)'; name it in a route, or remove it", at: output.place)
    }
  }
}
