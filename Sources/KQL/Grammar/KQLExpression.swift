/// A query as a tree, as Kibana's grammar reads it.
public struct KQLExpression: Sendable {
  /// What an expression asks.
  public indirect enum Kind: Sendable {
    /// All hold. At least two.
    case and([KQLExpression])

    /// Any holds. At least two.
    case or([KQLExpression])

    case not(KQLExpression)

    /// Holds within one object at the field. Names inside are relative to that object.
    case nested(field: KQLLiteral, KQLExpression)

    /// The field equals the value; without a field, any field does.
    case `is`(field: KQLLiteral?, KQLLiteral)

    case range(field: KQLLiteral, KQLRangeOperator, KQLLiteral)
  }

  /// What this one asks.
  public let kind: Kind

  /// Where in the query this stands, in UTF-8 bytes. In a list of values (`field: (a or b)`), the value alone.
  public let range: Range<Int>

  public init(_ kind: Kind, range: Range<Int> = 0..<0) {
    self.kind = kind
    self.range = range
  }

  /// Reads a query. The empty query is `*:*`.
  ///
  /// - Throws: `KQLError` where Kibana's grammar refuses the query, where it is longer than
  ///   `KQLParser.maximumLength`, or where it is nested deeper than `KQLParser.maximumDepth`.
  public init(parsing query: String) throws(KQLError) {
    var parser = try KQLParser(query)
    self = try parser.parseQuery()
  }

  /// The names of the fields that the query asks for, each once, in order of first use. A name inside `field:{ … }` comes
  /// with the field in front; names with wildcards are as written; fields that a value refers to are included.
  public var fieldNames: [String] {
    var names: [String] = []
    collectFieldNames(below: "", into: &names)
    return names
  }

  /// What may hold in its place: the parts of an `or`, those of an `or` among them too; of anything else, itself.
  public var alternatives: [KQLExpression] {
    if case .or(let parts) = kind { parts.flatMap(\.alternatives) } else { [self] }
  }

  /// True where any part of the query is a value without a field.
  public var containsFreeText: Bool {
    switch kind {
    case .and(let parts), .or(let parts): parts.contains(where: \.containsFreeText)
    case .not(let part), .nested(_, let part): part.containsFreeText
    case .is(let field, _): field == nil
    case .range: false
    }
  }

  private func collectFieldNames(below prefix: String, into names: inout [String]) {
    func add(_ name: String) {
      if !names.contains(prefix + name) { names.append(prefix + name) }
    }
    switch kind {
    case .and(let parts), .or(let parts):
      for part in parts { part.collectFieldNames(below: prefix, into: &names) }
    case .not(let part):
      part.collectFieldNames(below: prefix, into: &names)
    case .nested(let field, let part):
      add(field.text)
      part.collectFieldNames(below: prefix + field.text + ".", into: &names)
    case .is(let field, let value):
      if let field { add(field.text) }
      if case .template(let template) = value { template.fieldNames.forEach(add) }
    case .range(let field, _, let value):
      add(field.text)
      if case .template(let template) = value { template.fieldNames.forEach(add) }
    }
  }
}

/// How a range compares.
public enum KQLRangeOperator: String, Hashable, Sendable {
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}
