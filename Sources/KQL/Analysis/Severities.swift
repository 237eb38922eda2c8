public import AlertModel

extension KQLExpression {
  /// The severities that an alert may have and meet the query; all where the query does not say.
  public var possibleSeverities: Set<Severity> {
    let all = Set(Severity.allCases)
    switch kind {
    case .and(let parts): return parts.reduce(all) { $0.intersection($1.possibleSeverities) }
    case .or(let parts): return parts.reduce([]) { $0.union($1.possibleSeverities) }
    default: return onlySeverities ?? all
    }
  }

  /// The severities with which every alert meets the query; nil where the query asks for anything besides the severity.
  public var onlySeverities: Set<Severity>? {
    let all = Severity.allCases
    switch kind {
    case .and(let parts):
      let sets = parts.map(\.onlySeverities)
      return sets.contains(nil) ? nil : sets.compactMap { $0 }.reduce(Set(all)) { $0.intersection($1) }
    case .or(let parts):
      let sets = parts.map(\.onlySeverities)
      return sets.contains(nil) ? nil : sets.compactMap { $0 }.reduce([]) { $0.union($1) }
    case .not(let part): return part.onlySeverities.map { Set(all).subtracting($0) }
    case .is(let field?, .wildcard(let pattern)) where field.text == "severity" && pattern.isLone: return Set(all)
    case .is(let field?, let value) where field.text == "severity": return Severity(name: value.text).map { [$0] }
    case .range(let field, let comparison, let value) where field.text == "severity":
      guard let bound = Severity(name: value.text) else { return nil }
      return Set(all.filter { comparison.accepts(Int($0.rawValue) - Int(bound.rawValue)) })
    default: return nil
    }
  }
}
