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
    return unusedOutputs(configuration) + RouteLint(configuration).diagnostics + doubts(parts, configuration) + found
  }

  /// Fields and values in routes' conditions that no alert can have.
  private static func doubts(_ parts: GatewayParts, _ configuration: GatewayConfiguration) -> [Diagnostic] {
    let doubts = ConditionDoubts(parts.formats)
    return configuration.routes.flatMap { route in
      (route.condition.map { doubts.about($0.expression) } ?? []).map { doubt in
        Diagnostic(.warning, "the condition of route '\(route.name)' \(doubt)", at: route.place)
      }
    }
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
