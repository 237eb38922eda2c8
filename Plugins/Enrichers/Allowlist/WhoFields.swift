internal import AlertModel
internal import KQL

/// Fields that say who did something, and from where. An alert about several is held back only where all are meant.
enum WhoFields {
  private static let names: Set<String> = [
    "user.name", "user.id", "user.email", "source.user.name", "client.user.name", "source.ip", "source.address",
    "client.ip", "client.address", "cloud.account.id", "host.name", "host.id", "aws.cloudtrail.user_identity.arn",
  ]

  /// What is asked of one field: conditions any of which its values may meet.
  struct Question {
    let alternatives: [KQLExpression]
    /// True where another field may answer in its place.
    let isOneOfSeveral: Bool
  }

  /// The parts that must all hold and ask these fields, and no others, for a value.
  static func questions(in expression: KQLExpression) -> [Question] {
    switch expression.kind {
    case .and(let parts): return parts.flatMap(questions)
    case .or:
      let byField = Dictionary(grouping: expression.alternatives, by: field)
      guard byField[nil] == nil else { return [] }
      return byField.values.map { Question(alternatives: $0, isOneOfSeveral: byField.count > 1) }
    case .is, .range:
      return field(of: expression) == nil ? [] : [Question(alternatives: [expression], isOneOfSeveral: false)]
    case .not, .nested: return []
    }
  }

  /// True for what nearly every alert meets: that a field is there, and what is excluded.
  static func saysLittle(_ part: KQLExpression) -> Bool {
    switch part.kind {
    case .not: return true
    case .is(_, .wildcard(let pattern)): return pattern.isLone
    case .and(let parts), .or(let parts): return parts.contains(where: saysLittle)
    case .is, .range, .nested: return false
    }
  }

  private static func field(of expression: KQLExpression) -> String? {
    switch expression.kind {
    case .is(let field?, let value):
      if case .wildcard(let pattern) = value, pattern.isLone { return nil }
      return name(of: field)
    case .range(let field, _, _): return name(of: field)
    case .and, .or, .not, .nested, .is(nil, _): return nil
    }
  }

  private static func name(of field: KQLLiteral) -> String? {
    let name = Field.base(of: field.text)
    return names.contains(name) ? name : nil
  }
}
