internal import AlertModel
internal import GatewayConfig
internal import KQL
internal import PluginKit

/// Finds routes that no alert can get to, since those above take all that they would take. (That a route without a
/// condition takes everything is found when the configuration is read.)
struct RouteLint {
  private let routes: [ConfiguredRoute]

  init(_ configuration: GatewayConfiguration) {
    routes = configuration.routes
  }

  var diagnostics: [Diagnostic] {
    routes.indices.compactMap { index in
      guard let condition = routes[index].condition?.expression else { return nil }
      let earlier = routes[..<index].filter { !$0.continues && $0.condition != nil }
      guard let taking = Self.routes(earlier, taking: condition) else { return nil }
      let names = taking.map { "'\($0.name)'" }.joined(separator: ", ")
      let verb = taking.count == 1 ? "takes" : "together take"
      return Diagnostic(
        .warning, "no alert gets to route '\(routes[index].name)': \(names) above \(verb) all that it would take",
        at: routes[index].place)
    }
  }

  /// The first route that takes whatever meets the condition, or those that do so together; nil where some get past them.
  private static func routes(_ earlier: [ConfiguredRoute], taking condition: KQLExpression) -> [ConfiguredRoute]? {
    let possible = condition.possibleSeverities
    // That it cannot be met at all is another matter.
    guard !possible.isEmpty else { return nil }
    var bySeverity: [ConfiguredRoute] = []
    var taken: Set<Severity> = []
    for (index, route) in earlier.enumerated() {
      guard let expression = route.condition?.expression else { continue }
      if condition.implies(expression) { return [route] }
      let opposite = earlier[..<index].first {
        $0.condition.map { Self.areOpposite($0.expression, expression) } ?? false
      }
      if let opposite { return [opposite, route] }
      guard let severities = expression.onlySeverities, !severities.isDisjoint(with: possible) else { continue }
      bySeverity.append(route)
      taken.formUnion(severities)
      if possible.isSubset(of: taken) { return bySeverity }
    }
    return nil
  }

  /// True where one of them takes whatever the other does not.
  private static func areOpposite(_ left: KQLExpression, _ right: KQLExpression) -> Bool {
    if case .not(let part) = left.kind, part.implies(right) { return true }
    if case .not(let part) = right.kind, part.implies(left) { return true }
    return false
  }
}
