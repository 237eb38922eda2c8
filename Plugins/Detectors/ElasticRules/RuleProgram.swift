internal import KQL

/// A rule's query over the numbers of its questions: its tree in one array, parents before children.
struct RuleProgram: Sendable {
  enum Operation: UInt8, Sendable {
    case and, or, not, question
  }

  struct Step: Sendable {
    let operation: Operation
    var question: Int32 = 0
    /// Where the next sibling stands.
    var end: Int32 = 0
  }

  private(set) var steps: [Step] = []

  /// Questions one of which must be answered with yes for the rule to match: what the rule is filed under. Nil where there
  /// are none such.
  let gate: [Int32]?

  /// Fields to file rules under, the most telling first; then any other.
  private static let preferred = [
    "event.action", "eventName", "event.code", "event.provider", "eventSource", "event.category", "event.dataset",
    "data_stream.dataset", "event.module",
  ]

  /// - Throws: `KQLError`, which cannot be where the query itself was compiled.
  init(_ expression: KQLExpression, _ questions: inout RuleQuestions.Builder) throws(KQLError) {
    var steps: [Step] = []
    gate = try Self.append(expression, to: &steps, &questions)?.questions
    self.steps = steps
  }

  /// What an expression requires, and how telling that is: lower is better.
  private typealias Requirement = (questions: [Int32], rank: Int)

  private static func append(
    _ expression: KQLExpression, to steps: inout [Step], _ questions: inout RuleQuestions.Builder
  ) throws(KQLError) -> Requirement? {
    let start = steps.count
    switch expression.kind {
    case .and(let parts):
      steps.append(Step(operation: .and))
      var best: Requirement?
      // What is cheap to find out comes first, since it mostly decides. Equal ones stay in their order.
      let ordered = parts.enumerated().sorted { (cost($0.element), $0.offset) < (cost($1.element), $1.offset) }
      for (_, part) in ordered {
        guard let other = try append(part, to: &steps, &questions) else { continue }
        if best.map({ other.rank < $0.rank }) ?? true { best = other }
      }
      steps[start].end = Int32(steps.count)
      return best
    case .or(let parts):
      let number = try questions.number(of: expression)
      if let term = questions.terms[Int(number)] {
        steps.append(Step(operation: .question, question: number, end: Int32(start + 1)))
        return ([number], rank(term.field))
      }
      steps.append(Step(operation: .or))
      var all: Requirement? = ([], 0)
      for part in parts {
        let other = try append(part, to: &steps, &questions)
        all = other.flatMap { other in all.map { ($0.questions + other.questions, max($0.rank, other.rank)) } }
      }
      steps[start].end = Int32(steps.count)
      return all
    case .not(let part):
      steps.append(Step(operation: .not))
      _ = try append(part, to: &steps, &questions)
      steps[start].end = Int32(steps.count)
      return nil
    case .nested, .is, .range:
      let number = try questions.number(of: expression)
      steps.append(Step(operation: .question, question: number, end: Int32(start + 1)))
      return questions.terms[Int(number)].map { ([number], rank($0.field)) }
    }
  }

  /// How much work an answer is: a look into a table, a comparison, a search in text, a search in objects.
  private static func cost(_ expression: KQLExpression) -> Int {
    switch expression.kind {
    case .is(.some, .wildcard), .is(nil, _): 2
    case .is: 0
    case .range: 1
    case .nested: 3
    case .not(let part): cost(part)
    case .and(let parts), .or(let parts): parts.map(cost).max() ?? 0
    }
  }

  private static func rank(_ field: String) -> Int { preferred.firstIndex(of: field) ?? preferred.count }
}
