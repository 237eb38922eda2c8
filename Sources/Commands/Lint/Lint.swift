internal import AlertModel
internal import Gateway
internal import GatewayConfig
internal import KQL
internal import PluginKit

/// What is allowed in a configuration but probably not meant.
enum Lint {
  /// What to warn of: outputs that nobody uses or that share a file, routes that no alert can reach, conditions that cannot
  /// hold, and what plugins find.
  static func diagnostics(_ parts: GatewayParts, _ configuration: GatewayConfiguration, now: Timestamp) -> [Diagnostic]
  {
    var plugins: [any Plugin] = parts.inputs.map(\.input)
    plugins += parts.detectors.map { $0 as any Plugin }
    plugins += parts.enrichers.map(\.plugin)
    plugins += parts.outputs.map(\.output)
    let linting = plugins.compactMap { $0 as? any Linting }
    let conditions = routeConditions(configuration) + linting.flatMap(\.writtenConditions)
    return unusedOutputs(configuration) + SharedFiles(configuration, parts).diagnostics
      + RouteLint(configuration).diagnostics + doubts(conditions, parts)
      + linting.flatMap { $0.lint(now: now) }
  }

  private static func routeConditions(_ configuration: GatewayConfiguration) -> [WrittenCondition] {
    configuration.routes.compactMap { route in
      route.condition.map { WrittenCondition("the condition of route '\(route.name)'", $0.expression, at: route.place) }
    }
  }

  /// Fields and values in conditions that no alert can have, and what excludes itself.
  private static func doubts(_ conditions: [WrittenCondition], _ parts: GatewayParts) -> [Diagnostic] {
    var doubts = ConditionDoubts(parts.formats, added: parts.addedFieldNames)
    return conditions.flatMap { condition in
      doubts.about(condition.expression).map {
        Diagnostic(.warning, "\(condition.subject) \($0)", at: condition.place)
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

extension GatewayParts {
  /// The names of the fields that detectors and enrichers add, `.*` at the end for all below; nil where one does not say,
  /// since it may add anything.
  var addedFieldNames: [String]? {
    let adding = detectors.map { $0 as any Plugin } + enrichers.map(\.plugin)
    let added = adding.map { ($0 as? any FieldAdding)?.addedFieldNames }
    return added.contains(nil) ? nil : added.flatMap { $0 ?? [] }
  }
}
