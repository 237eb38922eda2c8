public import AlertModel
public import KQL

/// A plugin that can find what is allowed in its configuration but probably not meant, or would not start: for `weir check`.
public protocol Linting: Plugin {
  /// What to warn of, or what is wrong, in the order of the files. Called after `load`; changes nothing.
  func lint(now: Timestamp) -> [Diagnostic]

  /// The conditions that were written for it: `weir check` looks for fields and values in them that no alert can have.
  var writtenConditions: [WrittenCondition] { get }
}

extension Linting {
  public var writtenConditions: [WrittenCondition] { [] }
}

/// A condition, and where it was written.
public struct WrittenCondition: Sendable {
  /// Whose it is, as the beginning of a sentence: `the entry 'terraform'`.
  public let subject: String
  /// What it asks.
  public let expression: KQLExpression
  /// Where it is written.
  public let place: SourcePlace

  public init(_ subject: String, _ expression: KQLExpression, at place: SourcePlace) {
    self.subject = subject
    self.expression = expression
    self.place = place
  }
}

/// A detector or an enricher that can say which fields it may add, so that `weir check` can tell what nothing provides.
public protocol FieldAdding: Plugin {
  /// The names; one that ends in `.*` stands for all below it.
  var addedFieldNames: [String] { get }
}
