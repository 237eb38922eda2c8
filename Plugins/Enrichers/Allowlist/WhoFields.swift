internal import AlertModel
internal import KQL
internal import PluginKit

/// Fields that say who did something, and from where. An alert about several is held back only where all are meant.
enum WhoFields {
  private static let names: Set<String> = [
    "user.name", "user.full_name", "user.id", "user.email", "source.user.name", "source.user.id", "source.user.email",
    "client.user.name", "client.user.id", "client.user.email", "source.ip", "source.address", "client.ip",
    "client.address", "cloud.account.id", "host.name", "host.id", "aws.cloudtrail.user_identity.arn",
  ]

  /// What is asked of these fields, wherever that stands outside `not`: each time conditions about one field, any of which
  /// its values may meet.
  static func questions(in expression: KQLExpression) -> [[KQLExpression]] {
    switch expression.kind {
    case .and(let parts): parts.flatMap(questions)
    case .or(let parts): Array(Dictionary(grouping: parts.flatMap(questions).joined(), by: field).values)
    case .nested(let field, let part): part.below(field.text).map(questions) ?? []
    case .not(let part): if case .not(let inner) = part.kind { questions(in: inner) } else { [] }
    case .is(let field?, let value):
      if case .wildcard(let pattern) = value, pattern.isLone {
        []
      } else {
        names(meantBy: field).map { [KQLExpression(.is(field: $0, value), range: expression.range)] }
      }
    case .range(let field, let comparison, let value):
      names(meantBy: field).map { [KQLExpression(.range(field: $0, comparison, value), range: expression.range)] }
    case .is(nil, _): []
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

  private static func field(of question: KQLExpression) -> String? {
    switch question.kind {
    case .is(let field?, _), .range(let field, _, _): Field.base(of: field.text)
    case .and, .or, .not, .nested, .is(nil, _): nil
    }
  }

  /// The field itself, if it is one of these; of a name with wildcards, those that it stands for.
  private static func names(meantBy field: KQLLiteral) -> [KQLLiteral] {
    guard case .wildcard = field else { return names.contains(Field.base(of: field.text)) ? [field] : [] }
    return names.filter { Wildcard.matches(field.text, $0) }.map { .text($0) }
  }
}
