internal import AlertModel

/// A compiled query: its tree in one array, parents before children.
struct Program: Sendable {
  enum Operation: UInt8, Sendable {
    case and, or, not, leaf
    /// A leaf that asks for the severity alone, answered here: conditions that do are the commonest there are.
    case severity
  }

  struct Step: Sendable {
    let operation: Operation
    /// For a leaf, its place in `leaves`; for a severity, the bits of those that are accepted.
    let leaf: Int32
    /// Where the next sibling stands.
    var end: Int32
  }

  private(set) var steps: [Step] = []
  private(set) var leaves: [Leaf] = []

  var dependsOnNow: Bool { leaves.contains(where: \.dependsOnNow) }

  /// The field that is asked for one test and nothing else; nil where the query is more than that.
  var onlyField: FieldQuestion? {
    guard case .field(let question) = onlyLeaf?.question else { return nil }
    return question
  }

  /// The one question that the query is; nil where it is more than that, or asks for the severity.
  var onlyLeaf: Leaf? { steps.count == 1 ? leaves.first : nil }

  /// Calls `body` with the field and the first value that meet each question outside `not`.
  func forEachMatch(
    in alert: borrowing Alert, _ scope: JSONNode?, _ now: Timestamp, _ body: (String, String) -> Void
  ) {
    var index = 0
    while index < steps.count {
      let step = steps[index]
      if step.operation == .leaf { leaves[Int(step.leaf)].forEachMatch(in: alert, scope, now, body) }
      index = step.operation == .not ? Int(step.end) : index + 1
    }
  }

  /// Adds a leaf.
  mutating func append(_ leaf: Leaf) {
    if case .severity(let accepted) = leaf.question {
      steps.append(Step(operation: .severity, leaf: Int32(accepted), end: Int32(steps.count + 1)))
      return
    }
    steps.append(Step(operation: .leaf, leaf: Int32(leaves.count), end: Int32(steps.count + 1)))
    leaves.append(leaf)
  }

  /// Adds a step whose children `children` adds.
  mutating func append(_ operation: Operation, _ children: (inout Program) throws(KQLError) -> Void) throws(KQLError) {
    let index = steps.count
    steps.append(Step(operation: operation, leaf: 0, end: 0))
    try children(&self)
    steps[index].end = Int32(steps.count)
  }

  /// Whether the alert, or the object of it that is `scope`, is as the query asks.
  func holds(_ alert: borrowing Alert, _ scope: JSONNode?, _ now: Timestamp) -> Bool {
    holds(at: 0, alert, scope, now)
  }

  private func holds(at index: Int, _ alert: borrowing Alert, _ scope: JSONNode?, _ now: Timestamp) -> Bool {
    let step = steps[index]
    switch step.operation {
    case .severity: return step.leaf & 1 << alert.severity.rawValue != 0
    case .leaf: return leaves[Int(step.leaf)].holds(alert, scope, now)
    case .not: return !holds(at: index + 1, alert, scope, now)
    case .and, .or:
      let decisive = step.operation == .or
      var child = index + 1
      while child < Int(step.end) {
        if holds(at: child, alert, scope, now) == decisive { return decisive }
        child = Int(steps[child].end)
      }
      return !decisive
    }
  }
}
