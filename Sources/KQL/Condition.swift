public import AlertModel

/// A KQL query, compiled: asks whether an alert is as the query says.
///
/// Kibana's query language as Kibana reads it. Three additions change the meaning of no valid query: `severity` is Weir's
/// ordered scale (`severity >= high`); `.keyword` and `.text` at the end of a name are left off; and a value may refer to
/// another field of the alert (`userIdentity.arn: *{{responseElements.accessKey.userName}}*`).
///
/// Field values are keywords: case-sensitive, compared as a whole. A field that is missing matches nothing. `severity` is
/// asked for by its full name only: names with wildcards and free text look at what the alert itself holds.
public struct Condition: Sendable {
  /// Everything that never changes, in one object: conditions are copied often, and a copy shall cost nothing.
  private final class Compiled: Sendable {
    let source: String
    let expression: KQLExpression
    let vocabulary: Vocabulary
    let program: Program
    let dependsOnNow: Bool

    init(_ expression: KQLExpression, of query: String, _ vocabulary: Vocabulary) throws(KQLError) {
      source = query
      self.vocabulary = vocabulary
      self.expression = expression
      program = try Compiler(query: query, vocabulary: vocabulary).program(expression)
      dependsOnNow = program.dependsOnNow
    }
  }

  private let compiled: Compiled

  /// - Throws: `KQLError` where the query is not KQL, where it names a severity that does not exist, or where a reference
  ///   to another field stands where none can.
  public init(_ query: String, vocabulary: Vocabulary) throws(KQLError) {
    compiled = try Compiled(KQLExpression(parsing: query), of: query, vocabulary)
  }

  /// A part of another condition's expression, as a condition of its own; its source is still the whole query.
  ///
  /// - Throws: `KQLError` where the part cannot be compiled; never for a part of that very expression outside braces.
  public init(_ part: KQLExpression, of whole: Condition) throws(KQLError) {
    compiled = try Compiled(part, of: whole.source, whole.vocabulary)
  }

  /// The query as written.
  public var source: String { compiled.source }

  /// The query as a tree.
  public var expression: KQLExpression { compiled.expression }

  var vocabulary: Vocabulary { compiled.vocabulary }

  /// Whether the alert is as the query says. Allocates nothing, except for values with JSON escapes, names with wildcards,
  /// values without a field, and references to other fields.
  ///
  /// - Parameter now: what `now` in dates means; asked for at most once, and only where the query has dates.
  public func matches(_ alert: borrowing Alert, now: @autoclosure () -> Timestamp) -> Bool {
    compiled.program.holds(alert, nil, compiled.dependsOnNow ? now() : Timestamp(nanoseconds: 0))
  }

  /// Whether every value of a field, and not only one of them, meets one of these conditions; also where it has none.
  ///
  /// - Parameter conditions: each about that one field and nothing else. Any other is met by every value.
  public static func areMet(
    _ conditions: [Condition], byEveryValueIn alert: borrowing Alert, now: Timestamp
  ) -> Bool {
    let questions = conditions.map(\.compiled.program.onlyField)
    guard let field = questions.first??.field, !questions.contains(where: { $0 == nil }) else { return true }
    return !field.forEachValue(in: alert, nil) { value in
      !questions.contains { $0?.test.accepts(value, now: now) ?? false }
    }
  }

  /// Calls `body` with the field and its first value, as text, that meet a condition that is one question: also where it
  /// asks for any field. Of a `field:{ … }`, with those that meet each question outside `not`, in the first object that
  /// meets it. Never for a condition that is made of others or asks for the severity.
  public func forEachMatch(
    in alert: borrowing Alert, now: Timestamp, _ body: (_ field: String, _ value: String) -> Void
  ) {
    compiled.program.onlyLeaf?.forEachMatch(in: alert, nil, now, body)
  }

  /// The names of the fields that the query asks for, each once, in order of first use.
  public var fieldNames: [String] { expression.fieldNames }

  /// What the alert must have for the query to match, for rules to be found by: each of these fields must equal one of
  /// the values, byte for byte. Only what follows from the text of the value alone: no numbers, addresses or dates, which
  /// can be written in several ways. Names come without a `.keyword` or `.text` suffix.
  public var requiredTerms: [(field: String, values: [String])] { RequiredTerms.of(expression) }
}
