internal import KQL

/// The entries by who and what they are about, so that each is compared only with those that could make it superfluous.
struct EntryGroups {
  /// By entry: its actors' patterns.
  private(set) var patterns: [[Int]]
  /// By entry.
  private let conditions: [GroupedCondition]
  /// The entries of each group, ascending.
  private var groups: [Group: [Int]] = [:]
  /// By what their conditions ask for, ascending: entries whose condition may follow from another one.
  private var byTerm: [TermGroup: [Int]] = [:]

  private struct Group: Hashable {
    /// Nil for entries without actors.
    let pattern: Int?
    /// Nil for entries without a condition.
    let source: [UInt8]?
  }

  private struct TermGroup: Hashable {
    let pattern: Int?
    /// Nil for conditions that ask for no value in particular.
    let term: Term?
  }

  /// With so many of a group an entry is compared at the most: a list of very many is still looked at in time.
  private static let most = 20

  init(_ list: Allowlist) {
    patterns = [[Int]](repeating: [], count: list.entries.count)
    conditions = list.entries.map(GroupedCondition.init)
    var counts: [Term: Int] = [:]
    for condition in conditions { for term in condition.terms.joined() { counts[term, default: 0] += 1 } }
    let rarest = conditions.map { condition in
      condition.terms.min { left, right in
        left.reduce(0) { $0 + counts[$1, default: 0] } < right.reduce(0) { $0 + counts[$1, default: 0] }
      }
    }
    for pattern in 0..<list.index.actors.count {
      for entry in list.index.owners[pattern] {
        patterns[entry].append(pattern)
        add(entry, pattern: pattern, rarest[entry])
      }
    }
    for (number, entry) in list.entries.enumerated() where !entry.hasActors {
      add(number, pattern: nil, rarest[number])
    }
  }

  /// - Parameter terms: what another condition must ask for, with one value or the other, if this one follows from it.
  private mutating func add(_ number: Int, pattern: Int?, _ terms: [Term]?) {
    groups[Group(pattern: pattern, source: conditions[number].source), default: []].append(number)
    guard conditions[number].source != nil else { return }
    let keys: [Term?] = terms ?? [nil]
    for term in keys { byTerm[TermGroup(pattern: pattern, term: term), default: []].append(number) }
  }

  /// The entries with that actor, or without any, that hold under the same condition or a wider one. Ascending.
  ///
  /// - Parameter isWanted: asked before conditions are compared.
  func entries(like number: Int, pattern: Int?, where isWanted: (Int) -> Bool) -> [Int] {
    let condition = conditions[number]
    func entries(_ source: [UInt8]?) -> [Int] {
      (groups[Group(pattern: pattern, source: source)] ?? []).filter(isWanted)
    }
    guard let source = condition.source else { return entries(nil) }
    let found = entries(source) + entries(nil) + condition.parts.flatMap { entries($0) }
    return Set(found + wider(than: number, pattern: pattern, where: isWanted)).sorted()
  }

  /// Earlier entries whose condition follows from that one's.
  private func wider(than number: Int, pattern: Int?, where isWanted: (Int) -> Bool) -> [Int] {
    let condition = conditions[number]
    var wider: [Int] = []
    // Of what it asks for, one value stands for all: a wider condition has them all.
    for term in condition.terms.map(\.first) + [nil] {
      var compared = 0
      for earlier in byTerm[TermGroup(pattern: pattern, term: term)] ?? [] {
        compared += 1
        if earlier >= number || compared > Self.most { break }
        if isWanted(earlier), condition.implies(conditions[earlier]) { wider.append(earlier) }
      }
    }
    return wider
  }

  /// The entries with that actor that have the same condition. Ascending.
  func entries(same number: Int, pattern: Int) -> [Int] {
    groups[Group(pattern: pattern, source: conditions[number].source)] ?? []
  }
}

/// A field and a value of it that a condition asks for.
private struct Term: Hashable {
  let field: [UInt8]
  let value: [UInt8]
}

/// An entry's condition, as far as others are compared with it.
private struct GroupedCondition {
  /// As bytes: what Unicode takes for the same are different conditions. Nil where the entry has none.
  let source: [UInt8]?
  /// Parts that must all hold.
  let parts: [[UInt8]]
  /// For each field of which the condition asks for a value in particular: those that it may be.
  let terms: [[Term]]
  private let expression: KQLExpression?

  init(_ entry: Entry) {
    expression = entry.condition?.condition.expression
    source = expression.map { Array($0.description.utf8) }
    terms = (entry.condition?.condition.requiredTerms ?? []).map { field, values in
      values.map { Term(field: Array(field.utf8), value: Array($0.utf8)) }
    }
    guard let expression, case .and(let parts) = expression.kind else {
      self.parts = []
      return
    }
    self.parts = parts.map { Array($0.description.utf8) }
  }

  /// Whether an alert that this one holds for, and that names nobody besides those whom it means, is such an alert for the
  /// other one too. False where that cannot be told.
  func implies(_ other: GroupedCondition) -> Bool {
    guard let expression, let wider = other.expression, expression.surelyImplies(wider) else { return false }
    let own = WhoFields.questions(in: expression)
    return WhoFields.questions(in: wider).allSatisfy { question in
      own.contains { narrower in
        guard Self.asksSameField(narrower + question) else { return false }
        // All values of the field meet the narrower question, where the condition does not hold without it.
        return Self.implies(narrower, question)
          && (expression.surelyImplies(Self.either(narrower)) || Self.implies(question, narrower))
      }
    }
  }

  /// Whether each value that meets one of these meets one of the others.
  private static func implies(_ leaves: [KQLExpression], _ others: [KQLExpression]) -> Bool {
    leaves.allSatisfy { leaf in others.contains { leaf.surelyImplies($0) } }
  }

  private static func either(_ leaves: [KQLExpression]) -> KQLExpression {
    leaves.count == 1 ? leaves[0] : KQLExpression(.or(leaves))
  }

  private static func asksSameField(_ leaves: [KQLExpression]) -> Bool {
    let names = leaves.map { $0.fieldNames.first.map { Array($0.utf8) } }
    return names.allSatisfy { $0 == names[0] }
  }
}
