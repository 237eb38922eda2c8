internal import AlertModel
internal import KQL
internal import PluginKit

/// Finds the entries that may hold for an alert: by who did it, or by a term that the entry's condition requires.
///
/// An entry is found by its actors, unless many entries share one of them and its condition requires a term: then by that
/// term. Only entries that have neither are looked at for every alert.
struct EntryIndex: Sendable {
  /// All actors of all entries.
  let actors: PatternIndex
  /// By number of a pattern: the entries that have it.
  let owners: Lists
  /// The same without entries that are found by a term.
  private let byActor: Lists
  private let byTerm: [TermIndex]
  private let always: [Int]

  /// So many entries may share an actor before they are told apart by their terms.
  private static let crowd = 8

  /// - Parameters:
  ///   - patterns: all actors.
  ///   - owned: which pattern belongs to which entry.
  init(_ entries: [Entry], patterns: KeyIndex, owned: [(pattern: Int, entry: Int)], _ vocabulary: Vocabulary) {
    actors = PatternIndex(patterns)
    owners = Lists(owned.map { ($0.pattern, $0.entry) }, count: patterns.count)
    var isCrowded = [Bool](repeating: false, count: entries.count)
    for (pattern, entry) in owned where owners.count(of: pattern) > Self.crowd { isCrowded[entry] = true }
    var fields: [[UInt8]: Int] = [:]
    var terms: [(field: String, pairs: [(value: String, entry: Int)])] = []
    var always: [Int] = []
    var isByTerm = [Bool](repeating: false, count: entries.count)
    for (number, entry) in entries.enumerated() where !entry.hasActors || isCrowded[number] {
      guard let term = Self.bestTerm(entry) else {
        if !entry.hasActors { always.append(number) }
        continue
      }
      isByTerm[number] = true
      let name = Array(term.field.utf8)
      let place = fields[name] ?? terms.count
      if place == terms.count {
        fields[name] = place
        terms.append((term.field, []))
      }
      terms[place].pairs += term.values.map { ($0, number) }
    }
    byActor = Lists(owned.filter { !isByTerm[$0.entry] }.map { ($0.pattern, $0.entry) }, count: patterns.count)
    byTerm = terms.map { TermIndex(vocabulary.field($0.field), $0.pairs) }
    self.always = always
  }

  /// Calls `body` with the number of each entry that may hold, ascending, until it returns true.
  ///
  /// - Parameter matched: the actors' patterns that the alert meets.
  func forEachCandidate(for alert: borrowing Alert, matched: MatchedActors, _ body: (Int) -> Bool) {
    if always.isEmpty, byTerm.isEmpty, matched.count < 2 {
      // One actor's entries are in order. Mostly there is none.
      if let match = matched.first { byActor.forEach(in: match.pattern, body) }
      return
    }
    var candidates = always
    for match in matched { candidates += byActor[match.pattern] }
    for terms in byTerm { terms.collect(alert, into: &candidates) }
    candidates.sort()
    var last: Int?
    for candidate in candidates where last != candidate {
      if body(candidate) { return }
      last = candidate
    }
  }

  private static func bestTerm(_ entry: Entry) -> (field: String, values: [String])? {
    let terms = entry.condition?.condition.requiredTerms ?? []
    return terms.first { $0.field.hasPrefix("rule.") } ?? terms.min { $0.values.count < $1.values.count }
  }
}

/// Entries by the value of one field.
private struct TermIndex: Sendable {
  private let field: Field
  private let values: KeyIndex
  private let entries: Lists

  init(_ field: Field, _ pairs: [(value: String, entry: Int)]) {
    self.field = field
    var values = KeyIndex()
    let numbered = pairs.map { (values.insert($0.value).number, $0.entry) }
    self.values = values
    entries = Lists(numbered, count: values.count)
  }

  func collect(_ alert: borrowing Alert, into candidates: inout [Int]) {
    alert.forEachValue(field) { value in
      if let number = value.withText({ values.number(of: $0) }) { candidates += entries[number] }
      return false
    }
  }
}

/// Lists of numbers, all in one.
struct Lists: Sendable {
  private let starts: [Int]
  private let numbers: [Int]

  /// - Parameter pairs: list and number; each list's numbers keep their order.
  init(_ pairs: [(list: Int, number: Int)], count: Int) {
    var starts = [Int](repeating: 0, count: count + 1)
    for pair in pairs { starts[pair.list + 1] += 1 }
    for list in 0..<count { starts[list + 1] += starts[list] }
    var next = starts
    var numbers = [Int](repeating: 0, count: pairs.count)
    for pair in pairs {
      numbers[next[pair.list]] = pair.number
      next[pair.list] += 1
    }
    self.starts = starts
    self.numbers = numbers
  }

  func count(of list: Int) -> Int { starts[list + 1] - starts[list] }

  subscript(list: Int) -> ArraySlice<Int> { numbers[starts[list]..<starts[list + 1]] }

  func has(_ number: Int, in list: Int) -> Bool {
    forEach(in: list) { $0 == number }
  }

  /// Calls `body` with each number of the list, until it returns true.
  ///
  /// - Returns: true where `body` returned true.
  @discardableResult
  func forEach(in list: Int, _ body: (Int) -> Bool) -> Bool {
    for place in starts[list]..<starts[list + 1] where body(numbers[place]) { return true }
    return false
  }
}
