internal import AlertModel
internal import KQL

/// The parts that rules' queries are joined from by `and`: each distinct one is compiled once, and asked at most once an
/// event. Most rules of a set ask the same of the data set, the provider and the outcome.
struct SharedConditions: Sendable {
  private var conditions: [Condition] = []
  private var numbers: [String: Int] = [:]

  var count: Int { conditions.count }

  /// Takes in the parts of a query; returns their numbers.
  ///
  /// - Throws: `KQLError`, which cannot be where the query itself was compiled.
  mutating func insert(_ condition: Condition, vocabulary: Vocabulary) throws(KQLError) -> [Int] {
    var parts: [Int] = []
    for text in Self.parts(of: condition.expression) {
      if let number = numbers[text] {
        if !parts.contains(number) { parts.append(number) }
        continue
      }
      let number = conditions.count
      conditions.append(try Condition(text, vocabulary: vocabulary))
      numbers[text] = number
      parts.append(number)
    }
    return parts
  }

  private static func parts(of expression: KQLExpression) -> [String] {
    guard case .and(let parts) = expression.kind else { return [expression.description] }
    return parts.flatMap(Self.parts)
  }

  /// What is known of one event so far. Lives no longer than the call of `withAnswers` that made it.
  struct Answers {
    private enum State { static let holds: UInt8 = 1, fails: UInt8 = 2 }

    private let states: UnsafeMutableBufferPointer<UInt8>
    private let now: LazyTime

    fileprivate init(_ states: UnsafeMutableBufferPointer<UInt8>, _ now: LazyTime) {
      self.states = states
      self.now = now
    }

    /// Whether all these parts hold of the event.
    func allHold(_ parts: [Int], of event: borrowing Alert, in shared: borrowing SharedConditions) -> Bool {
      for part in parts {
        if states[part] == 0 {
          states[part] = shared.conditions[part].matches(event, now: now.value) ? State.holds : State.fails
        }
        if states[part] == State.fails { return false }
      }
      return true
    }
  }

  /// Calls `body` with nothing known yet; allocates nothing.
  func withAnswers(_ now: LazyTime, _ body: (Answers) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: conditions.count) { states in
      states.initialize(repeating: 0)
      body(Answers(states, now))
    }
  }
}
