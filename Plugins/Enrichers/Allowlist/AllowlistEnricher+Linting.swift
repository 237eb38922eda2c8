public import AlertModel
internal import KQL
public import PluginKit

extension AllowlistEnricher {
  /// Entries that expire soon, that can never hold, that an earlier one makes superfluous, or that accept spoofable fields;
  /// more actors than are remembered.
  /// (Entries that have expired are warned of when they are loaded.)
  public func lint(now: Timestamp) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    let groups = EntryGroups(list)
    for (number, entry) in list.entries.enumerated() {
      func warn(_ message: String) {
        diagnostics.append(Diagnostic(.warning, "the entry '\(entry.name)' \(message)", at: entry.place))
      }
      if now < entry.expires.end, entry.expires.end <= now + options.warnBeforeExpiry {
        warn("expires on \(entry.expires.text); renew it or remove it")
      }
      if let least = entry.condition.flatMap({ Self.leastSeverity($0.condition.expression) }), least > entry.ceiling {
        warn("can never hold: it asks for severity \(least), but its ceiling is \(entry.ceiling)")
      }
      if entry.acceptsSpoofable {
        warn("rests on what an attacker can choose, and says so with 'accept_spoofable'")
      }
      if let earlier = shadow(of: number, groups) {
        let other = "the entry '\(list.entries[earlier.entry].name)' before it"
        warn(
          earlier.isWhole
            ? "has no effect: \(other) holds whatever it would hold"
            : "adds to \(other) only alerts in which an attacker can choose who is named")
      } else if let overlap = overlap(of: number, groups) {
        let earlier = list.entries[overlap.entry].name
        let actor = list.index.actors.text(overlap.pattern)
        warn("overlaps with the entry '\(earlier)' before it: '\(actor)' is in both, for \(overlap.what)")
      }
    }
    if list.index.actors.count > options.actorsRemembered, list.entries.contains(where: { !$0.watch.isEmpty }) {
      diagnostics.append(
        Diagnostic(
          .warning,
          "the entries name \(list.index.actors.count) actors, but only \(options.actorsRemembered) are remembered; raise "
            + "'actors_remembered'", at: options.$actorsRemembered.place))
    }
    return diagnostics + repeatedActors
  }

  /// Those of entries, and those of `never` that the configuration says: with a mistake in one of them a guardrail is gone.
  public var writtenConditions: [WrittenCondition] {
    let entries = list.entries.compactMap { entry in
      entry.condition.map { WrittenCondition("the entry '\(entry.name)'", $0.condition.expression, at: entry.place) }
    }
    let never = ["never": options.never ?? [], "never_also": options.neverAlso].flatMap { setting, texts in
      texts.compactMap { text in
        (try? KQLExpression(parsing: text.text)).map {
          WrittenCondition("a condition of '\(setting)'", $0, at: text.place)
        }
      }
    }
    return entries + never
  }

  /// An earlier entry that makes another superfluous.
  struct Shadow {
    let entry: Int
    /// False where the other one counts an actor that an attacker can choose, and the earlier one does not.
    let isWhole: Bool
  }

  /// An earlier entry that holds whenever this one does; where there is none, one that does for actors whom nobody can
  /// choose. What it watches does not matter: the first entry that is met decides, also to deliver.
  func shadow(of number: Int, _ groups: EntryGroups) -> Shadow? {
    let shadows = shadows(of: number, groups)
    if let whole = shadows.first(where: { isAsTrusting($0, as: number) }) { return Shadow(entry: whole, isWhole: true) }
    return shadows.first.map { Shadow(entry: $0, isWhole: false) }
  }

  /// Whether the earlier entry, which is met whenever the other one is, also rests on enough whenever that one does.
  private func isAsTrusting(_ earlier: Int, as number: Int) -> Bool {
    let (earlier, entry) = (list.entries[earlier], list.entries[number])
    return entry.restsOnCondition.indices.allSatisfy { table in
      // Without actors an entry rests on its condition alone.
      list.restsOnEnough(earlier, table)
        || !list.restsOnEnough(entry, table) && (earlier.hasActors || !entry.hasActors)
    }
  }

  /// The earlier entries that hold whenever this one does; those with actors perhaps only for such as nobody can choose.
  private func shadows(of number: Int, _ groups: EntryGroups) -> [Int] {
    let entry = list.entries[number]
    func covers(_ other: Int) -> Bool {
      let earlier = list.entries[other]
      return other < number && earlier.ceiling >= entry.ceiling && earlier.expires.end >= entry.expires.end
        && earlier.budget == nil
    }
    // An entry that asks for nobody in particular holds whoever it was.
    let general = groups.entries(like: number, pattern: nil).filter { covers($0) && isAsTrusting($0, as: number) }
    guard entry.hasActors else { return general }
    var shadows: Set<Int>?
    for pattern in groups.patterns[number] {
      // A pattern that matches another's text matches all that the other matches: a star is met only by a star.
      var covering: Set<Int> = []
      Array(list.index.actors.text(pattern).utf8).withUnsafeBytes { text in
        _ = list.index.actors.forEachMatch(of: text) { matching in
          covering.formUnion(groups.entries(like: number, pattern: matching).filter(covers))
          return false
        }
      }
      shadows = shadows.map { $0.intersection(covering) } ?? covering
      if shadows?.isEmpty == true { break }
    }
    return (general + (shadows ?? [])).sorted()
  }

  /// An earlier entry with one of the same actors, and the same condition or a value that both ask for.
  private func overlap(of number: Int, _ groups: EntryGroups) -> (entry: Int, pattern: Int, what: String)? {
    for pattern in groups.patterns[number] {
      let same = groups.entries(same: number, pattern: pattern).first { $0 < number }
      if let same { return (same, pattern, "the same") }
      // An actor whom very many entries name is no oversight.
      guard list.index.owners[pattern].count <= 100, let term = onlyTerm(of: number) else { continue }
      for earlier in list.index.owners[pattern] where earlier < number {
        guard let other = onlyTerm(of: earlier), other.field == term.field,
          let value = term.values.first(where: other.values.contains)
        else { continue }
        return (earlier, pattern, "'\(term.field)' \(value)")
      }
    }
    return nil
  }

  /// The field and its values that the condition asks for, where it asks for nothing else.
  private func onlyTerm(of number: Int) -> (field: String, values: [String])? {
    guard let condition = list.entries[number].condition?.condition else { return nil }
    if case .and = condition.expression.kind { return nil }
    return condition.requiredTerms.count == 1 ? condition.requiredTerms.first : nil
  }

  /// The least severity that the condition asks for; nil where it asks for none.
  private static func leastSeverity(_ expression: KQLExpression) -> Severity? {
    switch expression.kind {
    case .and(let parts): parts.compactMap(leastSeverity).max()
    case .is(let field?, let value) where field.text == "severity": Severity(name: value.text)
    case .range(let field, let comparison, let value) where field.text == "severity":
      switch comparison {
      case .greaterOrEqual: Severity(name: value.text)
      case .greater: Severity(name: value.text).flatMap { Severity(rawValue: $0.rawValue + 1) }
      case .less, .lessOrEqual: nil
      }
    default: nil
    }
  }
}

/// The entries by who and what they are about, so that each is compared only with those that could make it superfluous.
struct EntryGroups {
  /// By entry: its actors' patterns.
  private(set) var patterns: [[Int]]
  /// By entry: its condition, as bytes: what Unicode takes for the same are different conditions.
  private let sources: [[UInt8]?]
  /// By entry: parts of its condition that must all hold.
  private let parts: [[[UInt8]]]
  private var groups: [Group: [Int]] = [:]

  private struct Group: Hashable {
    /// Nil for entries without actors.
    let pattern: Int?
    /// Nil for entries without a condition.
    let source: [UInt8]?
  }

  init(_ list: Allowlist) {
    patterns = [[Int]](repeating: [], count: list.entries.count)
    sources = list.entries.map { entry in
      entry.condition.map { Array($0.condition.expression.description.utf8) }
    }
    parts = list.entries.map { entry in
      guard let expression = entry.condition?.condition.expression, case .and(let parts) = expression.kind else {
        return []
      }
      return parts.map { Array($0.description.utf8) }
    }
    for pattern in 0..<list.index.actors.count {
      for entry in list.index.owners[pattern] {
        patterns[entry].append(pattern)
        groups[Group(pattern: pattern, source: sources[entry]), default: []].append(entry)
      }
    }
    for (number, entry) in list.entries.enumerated() where !entry.hasActors {
      groups[Group(pattern: nil, source: sources[number]), default: []].append(number)
    }
  }

  /// The entries with that actor, or without any, that hold under the same condition or a wider one. Ascending.
  func entries(like number: Int, pattern: Int?) -> [Int] {
    guard let source = sources[number] else { return groups[Group(pattern: pattern, source: nil)] ?? [] }
    let wider = [source, nil] + parts[number].map(Optional.some)
    return wider.flatMap { groups[Group(pattern: pattern, source: $0)] ?? [] }.sorted()
  }

  /// The entries with that actor that have the same condition. Ascending.
  func entries(same number: Int, pattern: Int) -> [Int] {
    groups[Group(pattern: pattern, source: sources[number])] ?? []
  }
}
