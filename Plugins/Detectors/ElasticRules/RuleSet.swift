internal import AlertModel
internal import KQL
internal import PluginKit

/// Finds the rules that an event matches.
///
/// Each rule is filed under answers that it cannot match without, most of them values of `event.action`. An event's fields
/// are looked up once each, and only rules whose answer came are asked: the cost grows with the fields used, not with the
/// number of rules.
struct RuleSet: Sendable {
  let rules: [CompiledRule]
  private let questions: RuleQuestions
  /// By rule: where its program begins in `steps`.
  private let starts: [Int]
  private let steps: [RuleProgram.Step]
  /// Term fields that rules are filed under.
  private let gates: [Int]
  /// By question: the rules that are filed under it.
  private let filed: [[Int32]]
  /// Rules that require no value: asked about every event.
  private let others: [Int32]

  init(_ rules: [CompiledRule], _ programs: [RuleProgram], _ questions: RuleQuestions) {
    self.rules = rules
    self.questions = questions
    var steps: [RuleProgram.Step] = []
    var starts: [Int] = []
    var filed: [[Int32]] = Array(repeating: [], count: questions.ways.count)
    var others: [Int32] = []
    var gates: [Int] = []
    for (rule, program) in programs.enumerated() {
      starts.append(steps.count)
      let start = Int32(steps.count)
      steps += program.steps.map {
        RuleProgram.Step(operation: $0.operation, question: $0.question, end: $0.end + start)
      }
      guard let gate = program.gate else {
        others.append(Int32(rule))
        continue
      }
      for question in gate where filed[Int(question)].last != Int32(rule) {
        filed[Int(question)].append(Int32(rule))
        if case .field(let field) = questions.ways[Int(question)], !gates.contains(field) { gates.append(field) }
      }
    }
    self.steps = steps
    self.starts = starts
    self.filed = filed
    self.others = others
    self.gates = gates
  }

  /// Calls `body` with each rule that the event matches, in the order of the rules. Allocates nothing of its own.
  func forEachMatch(_ event: borrowing Alert, _ now: LazyTime, _ body: (CompiledRule) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: questions.ways.count + rules.count) { marks in
      marks.initialize(repeating: 0)
      let answers = Answers(questions, UnsafeMutableBufferPointer(rebasing: marks[..<questions.ways.count]), now)
      let isAsked = UnsafeMutableBufferPointer(rebasing: marks[questions.ways.count...])
      for rule in others { isAsked[Int(rule)] = 1 }
      var isAny = !others.isEmpty
      for gate in gates {
        answers.lookUp(questions.fields[gate], in: event) { question in
          for rule in filed[question] {
            isAsked[Int(rule)] = 1
            isAny = true
          }
        }
      }
      guard isAny else { return }
      steps.withUnsafeBufferPointer { steps in
        for rule in isAsked.indices where isAsked[rule] != 0 {
          if Self.holds(steps, at: starts[rule], event, answers) { body(rules[rule]) }
        }
      }
    }
  }

  private static func holds(
    _ steps: UnsafeBufferPointer<RuleProgram.Step>, at index: Int, _ event: borrowing Alert,
    _ answers: borrowing Answers
  ) -> Bool {
    let step = steps[index]
    switch step.operation {
    case .question: return answers.holds(Int(step.question), of: event)
    case .not: return !holds(steps, at: index + 1, event, answers)
    case .and, .or:
      let decisive = step.operation == .or
      var child = index + 1
      while child < Int(step.end) {
        if holds(steps, at: child, event, answers) == decisive { return decisive }
        child = Int(steps[child].end)
      }
      return !decisive
    }
  }

  /// What is known of one event so far. Lives no longer than the call that made it.
  private struct Answers: ~Copyable {
    private static let yes: UInt8 = 1
    private static let no: UInt8 = 2

    private let questions: RuleQuestions
    private let known: UnsafeMutableBufferPointer<UInt8>
    private let now: LazyTime

    init(_ questions: RuleQuestions, _ known: UnsafeMutableBufferPointer<UInt8>, _ now: LazyTime) {
      self.questions = questions
      self.known = known
      self.now = now
    }

    func holds(_ question: Int, of event: borrowing Alert) -> Bool {
      if known[question] == 0 { find(question, in: event) }
      return known[question] == Self.yes
    }

    private func find(_ question: Int, in event: borrowing Alert) {
      switch questions.ways[question] {
      case .field(let field): lookUp(questions.fields[field], in: event) { _ in }
      case .condition(let condition):
        known[question] = condition.matches(event, now: now.value) ? Self.yes : Self.no
      }
    }

    /// Answers every question about a field; calls `body` with each that is answered with yes.
    func lookUp(_ field: RuleQuestions.TermField, in event: borrowing Alert, _ body: (Int) -> Void) {
      for question in field.questions { known[Int(question)] = Self.no }
      event.forEachValue(field.field) { value in
        guard value.isScalar, let number = value.withText({ field.values.number(of: $0) }) else { return false }
        for question in field.answered[number] where known[Int(question)] != Self.yes {
          known[Int(question)] = Self.yes
          body(Int(question))
        }
        return false
      }
    }
  }
}
