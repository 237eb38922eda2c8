internal import AlertModel
internal import GatewayConfig
internal import KQL
internal import PluginKit

/// Finds routes that no alert can reach. (That a route without a condition takes everything is found when the
/// configuration is read.)
struct RouteLint {
  private let routes: [ConfiguredRoute]

  init(_ configuration: GatewayConfiguration) {
    routes = configuration.routes
  }

  var diagnostics: [Diagnostic] {
    var found: [Diagnostic] = []
    for (index, route) in routes.enumerated() {
      guard let condition = route.condition else { continue }
      let wanted = Self.severities(condition.expression)
      if wanted.isEmpty {
        let message = "no alert can meet the condition of route '\(route.name)': it asks for severities that exclude "
        found.append(Diagnostic(.warning, message + "each other", at: route.place))
        continue
      }
      for earlier in routes[..<index] where !earlier.continues {
        guard let taken = earlier.condition, Self.covers(taken, condition) else { continue }
        let message = "no alert gets to route '\(route.name)': '\(earlier.name)' above takes all that it would take"
        found.append(Diagnostic(.warning, message, at: route.place))
        break
      }
    }
    return found
  }

  /// True where whatever meets `later` meets `earlier` too, as far as that can be told from the text and the severities.
  private static func covers(_ earlier: Condition, _ later: Condition) -> Bool {
    if parts(of: later.expression).contains(earlier.expression.description) { return true }
    guard let taken = onlySeverities(earlier.expression) else { return false }
    return severities(later.expression).isSubset(of: taken)
  }

  /// The parts that must all hold.
  private static func parts(of expression: KQLExpression) -> [String] {
    if case .and(let parts) = expression.kind { return [expression.description] + parts.flatMap(Self.parts) }
    return [expression.description]
  }

  /// The severities that an alert may have and meet the condition; all where it does not say.
  private static func severities(_ expression: KQLExpression) -> Set<Severity> {
    let all = Set(Severity.allCases)
    switch expression.kind {
    case .and(let parts): return parts.reduce(all) { $0.intersection(severities($1)) }
    case .or(let parts): return parts.reduce([]) { $0.union(severities($1)) }
    default: return onlySeverities(expression) ?? all
    }
  }

  /// The severities with which every alert meets the condition, where it asks for nothing but the severity.
  private static func onlySeverities(_ expression: KQLExpression) -> Set<Severity>? {
    let all = Severity.allCases
    switch expression.kind {
    case .and(let parts):
      let sets = parts.map(onlySeverities)
      return sets.contains(nil) ? nil : sets.compactMap { $0 }.reduce(Set(all)) { $0.intersection($1) }
    case .or(let parts):
      let sets = parts.map(onlySeverities)
      return sets.contains(nil) ? nil : sets.compactMap { $0 }.reduce([]) { $0.union($1) }
    case .not(let part): return onlySeverities(part).map { Set(all).subtracting($0) }
    case .is(let field?, let value) where field.text == "severity":
      return Severity(name: value.text).map { [$0] }
    case .range(let field, let comparison, let value) where field.text == "severity":
      guard let bound = Severity(name: value.text) else { return nil }
      switch comparison {
      case .less: return Set(all.filter { $0 < bound })
      case .lessOrEqual: return Set(all.filter { $0 <= bound })
      case .greater: return Set(all.filter { $0 > bound })
      case .greaterOrEqual: return Set(all.filter { $0 >= bound })
      }
    default: return nil
    }
  }
}
