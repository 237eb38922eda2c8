internal import AlertModel

/// Finds parts of a query that no alert can meet, whatever its fields hold.
public struct Contradictions: Sendable {
  /// A part of a query that cannot hold, and what that means for the whole.
  public struct Finding: Sendable, Equatable {
    /// Why, as the end of a sentence that begins with the query.
    public let reason: String
    /// True where the whole query cannot hold for it; false where it has other alternatives.
    public let concernsAll: Bool
  }

  /// The names of fields that have one value at the most.
  private let singleFields: Set<String>

  /// - Parameter singleFields: the names of fields that have one value at the most. Any other field may have several, so
  ///   that two values asked for at once, or two bounds with nothing between them, are no contradiction.
  public init(singleFields: Set<String>) {
    self.singleFields = singleFields
  }

  /// What is found, in the order of the query.
  public func findings(in expression: KQLExpression) -> [Finding] { look(at: expression, concernsAll: true) }

  private func look(at expression: KQLExpression, concernsAll: Bool) -> [Finding] {
    switch expression.kind {
    case .or(let parts):
      // All of them at once are one contradiction where they are about severities.
      if let reason = reason(against: [expression]) { return [Finding(reason: reason, concernsAll: concernsAll)] }
      return parts.flatMap { look(at: $0, concernsAll: false) }
    case .and, .is, .range, .nested, .not:
      let parts = Self.parts(of: expression)
      if let reason = reason(against: parts) { return [Finding(reason: reason, concernsAll: concernsAll)] }
      return parts.flatMap { part -> [Finding] in
        if case .or = part.kind { return look(at: part, concernsAll: concernsAll) }
        return []
      }
    }
  }

  /// The parts that must all hold; `not (a or b)` is two.
  private static func parts(of expression: KQLExpression) -> [KQLExpression] {
    switch expression.kind {
    case .and(let parts): return parts.flatMap(Self.parts)
    case .not(let part):
      guard case .or(let excluded) = part.kind else { return [expression] }
      return excluded.flatMap { Self.parts(of: KQLExpression(.not($0), range: $0.range)) }
    default: return [expression]
    }
  }

  /// Why these cannot all hold; nil where they may.
  private func reason(against parts: [KQLExpression]) -> String? {
    if KQLExpression(.and(parts)).possibleSeverities.isEmpty { return "it asks for severities that exclude each other" }
    for part in parts {
      if case .is(let field?, .null) = part.kind {
        return "'\(field.text): null' matches nothing; 'not \(field.text): *' asks for what has no such field"
      }
    }
    return exclusion(among: parts) ?? disjointValues(among: parts) ?? emptyRange(among: parts)
  }

  private func exclusion(among parts: [KQLExpression]) -> String? {
    let excluded = parts.compactMap { if case .not(let part) = $0.kind { part } else { nil } }
    let asked = parts.filter { if case .not = $0.kind { false } else { true } }
    guard !excluded.isEmpty, !asked.isEmpty else { return nil }
    let all = KQLExpression(.and(asked))
    if let part = excluded.first(where: all.implies) { return "it asks for '\(part)' and excludes it" }
    for part in asked {
      guard case .or(let alternatives) = part.kind else { continue }
      // Each alternative may be taken away by another part.
      if alternatives.allSatisfy({ alternative in excluded.contains { alternative.implies($0) } }) {
        return "it asks for '\(part)' and excludes it"
      }
    }
    return nil
  }

  private func disjointValues(among parts: [KQLExpression]) -> String? {
    var asked: [String: [[KQLLiteral]]] = [:]
    for part in parts {
      guard let (field, values) = Self.values(of: part), singleFields.contains(field) else { continue }
      for earlier in asked[field] ?? []
      where !earlier.contains(where: { value in values.contains { value.isCompatible(with: $0) } }) {
        return "'\(field)' is never both \(Self.list(earlier)) and \(Self.list(values))"
      }
      asked[field, default: []].append(values)
    }
    return nil
  }

  private static func list(_ values: [KQLLiteral]) -> String {
    values.map { "'\($0.text)'" }.joined(separator: " or ")
  }

  /// The field and the values, any of which is asked for; nil where it is more than that.
  private static func values(of part: KQLExpression) -> (field: String, values: [KQLLiteral])? {
    switch part.kind {
    case .is(let field?, let value): return Compiler.plainName(field).map { ($0, [value]) }
    case .or(let parts):
      let values = parts.compactMap(Self.values)
      guard values.count == parts.count, let field = values.first?.field, values.allSatisfy({ $0.field == field })
      else {
        return nil
      }
      return (field, values.flatMap(\.values))
    default: return nil
    }
  }

  private struct Bound {
    let comparison: KQLRangeOperator
    let value: KQLLiteral
  }

  private func emptyRange(among parts: [KQLExpression]) -> String? {
    var bounds: [String: [Bound]] = [:]
    for part in parts {
      guard case .range(let name, let comparison, let value) = part.kind, let field = Compiler.plainName(name),
        singleFields.contains(field)
      else { continue }
      let bound = Bound(comparison: comparison, value: value)
      for other in bounds[field] ?? [] where other.comparison.looksUp != comparison.looksUp {
        let lower = comparison.looksUp ? bound : other
        let upper = comparison.looksUp ? other : bound
        guard let order = Self.order(lower.value, upper.value) else { continue }
        if order > 0 || (order == 0 && !(lower.comparison.includesBound && upper.comparison.includesBound)) {
          return "no value of '\(field)' is \(lower.comparison.rawValue) \(lower.value.text) and "
            + "\(upper.comparison.rawValue) \(upper.value.text)"
        }
      }
      bounds[field, default: []].append(bound)
    }
    return nil
  }

  /// How two bounds compare, where that does not depend on the time; nil where they are no numbers or dates.
  private static func order(_ left: KQLLiteral, _ right: KQLLiteral) -> Int? {
    if let order = Literal(left.text).order(of: Literal(right.text)) { return order }
    guard let left = DateExpression(left.text), let right = DateExpression(right.text),
      !left.isVague, !right.isVague, left.dependsOnNow == right.dependsOnNow
    else { return nil }
    let now = Timestamp(seconds: 1_000_000_000)
    // The lower bound at its earliest, the upper one at its latest: only what is empty for certain is called so.
    let (lower, upper) = (left.first(now: now), right.last(now: now))
    return lower > upper ? 1 : -1
  }
}
